"""SVG: elements, scales, ticks, and curves reduced to what a picture can show."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fwgen.record import Floats, Ints

_STEPS_S: Final = (
    *(0.001 * step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800),
    *(3600 * step for step in (1, 2, 3, 6, 12, 24, 48, 96, 240, 480, 1200)),
)
_MINUS: Final = "\N{MINUS SIGN}"
_SECONDS_UP_TO_S: Final = 200
_MINUTES_UP_TO_S: Final = 3 * 3600


def element(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """`content` is markup. `class_` is class, `stroke_width` stroke-width; None leaves one out."""
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            shown = value if isinstance(value, str) else number(value)
            parts.append(f'{key.rstrip("_").replace("_", "-")}="{html.escape(shown)}"')
    opened = " ".join(parts)
    return f"<{opened}>{content}</{name}>" if content else f"<{opened}/>"


def text(content: str, x: float, y: float, class_: str = "", anchor: str = "start") -> str:
    shown = None if anchor == "start" else anchor
    return element("text", html.escape(content), x=x, y=y, class_=class_ or None, text_anchor=shown)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, title: str = "") -> str:
    tooltip = element("title", html.escape(title)) if title else ""
    return element("rect", tooltip, x=x, y=y, width=width, height=height, class_=class_)


def number(value: float) -> str:
    """Return the number to a tenth of a unit; screens show no more."""
    shown = f"{value:.1f}"
    return shown[:-2] if shown.endswith(".0") else shown


@dataclass(frozen=True)
class Scale:
    """Maps values to positions."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) * (self.end - self.start) / self._range

    def all(self, values: Floats | Ints) -> Floats:
        return np.asarray(
            self.start + (values - self.low) * ((self.end - self.start) / self._range),
            dtype=np.float64,
        )

    @property
    def _range(self) -> float:
        return self.high - self.low or 1.0


def polyline(x: Floats, y: Floats, class_: str) -> str:
    return element("path", d=path(x, y), class_=class_)


def path(x: Floats, y: Floats) -> str:
    """Return a line through the points, interrupted where y is not a number."""
    parts: list[str] = []
    pen = "M"
    for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True):
        if at_y != at_y:
            pen = "M"
            continue
        parts.append(f"{pen}{number(at_x)} {number(at_y)}")
        pen = "L"
    return "".join(parts)


def strokes(segments: Iterable[tuple[float, float, float, float]], class_: str) -> str:
    """Return many separate lines as one element."""
    data = "".join(
        f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" for x1, y1, x2, y2 in segments
    )
    return element("path", d=data, class_=class_) if data else ""


def staircase(x: Floats, y: Floats, end_x: float) -> tuple[Floats, Floats]:
    """Return the points of a curve that is y[i] from x[i] to x[i + 1]."""
    xs = np.repeat(np.append(x, end_x), 2)[1:-1]
    return xs, np.repeat(y, 2)


def area(x: Floats, y: Floats, floor_y: float, class_: str) -> str:
    if not len(x):
        return ""
    data = f"{path(x, y)}V{number(floor_y)}H{number(float(x[0]))}Z"
    return element("path", d=data, class_=class_)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Return about `about` round values in the range."""
    if high <= low:
        return [low]
    raw = (high - low) / max(1, about)
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(power * step for step in (1, 2, 5, 10) if power * step >= raw * 0.99)
    first = int(np.ceil(low / step - 1e-9))
    last = int(np.floor(high / step + 1e-9))
    return [round(n * step, 12) for n in range(first, last + 1)]


def time_ticks(low_s: float, high_s: float, about: int) -> list[tuple[float, str]]:
    """Return round times in the range with their labels, all in one unit."""
    span_s = high_s - low_s
    step_s = next((step for step in _STEPS_S if span_s / step <= about), _STEPS_S[-1])
    first, last = int(np.ceil(low_s / step_s - 1e-9)), int(np.floor(high_s / step_s + 1e-9))
    unit, scale = _unit(span_s)
    instants = [n * step_s for n in range(first, last + 1)]
    return [(t_s, f"{round(t_s / scale, 6):g} {unit}".replace("-", _MINUS)) for t_s in instants]


def short(value: float) -> str:
    """Return the value for an axis: `200 k`, `1.5 M`."""
    for scale, unit in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= scale * 10 or (abs(value) >= scale and scale == 1e6):
            return f"{value / scale:g}{unit}"
    return f"{value:,g}"


def columns(values: Floats, place: Ints, count: int) -> tuple[Floats, Floats]:
    """Return smallest and largest value in each of `count` columns; NaN in an empty column."""
    low = np.full(count, np.inf)
    high = np.full(count, -np.inf)
    kept = ~np.isnan(values)
    np.minimum.at(low, place[kept], values[kept])
    np.maximum.at(high, place[kept], values[kept])
    empty = low > high
    low[empty] = high[empty] = np.nan
    return low, high


def picture(
    width: float, height: float, title: str, description: str, parts: Sequence[str], name: str
) -> str:
    """Return the `svg` element; `name` is unique on the page."""
    head = element("title", html.escape(title), id=f"{name}-title")
    head += element("desc", html.escape(description), id=f"{name}-desc")
    return element(
        "svg",
        head + "".join(parts),
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _unit(span_s: float) -> tuple[str, float]:
    if span_s < 1:
        return "ms", 0.001
    if span_s <= _SECONDS_UP_TO_S:
        return "s", 1
    return ("min", 60) if span_s <= _MINUTES_UP_TO_S else ("h", 3600)
