"""Draws the whole run: pictures over one time axis."""

from __future__ import annotations

import bisect
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fwgen.record import ASLEEP, CALLS, Floats
from fwgen.report import svg
from fwgen.report.scene import Run
from fwgen.report.survey import FEW_POINTS, missing, survey, wrong_points
from fwgen.report.svg import Scale, line, rect, text
from fwgen.report.words import count, fine_clock, moment, span
from fwgen.wire.channel import Channel

WIDTH: Final = 1160.0
NARROW: Final = 400.0
LEFT: Final = 62.0
RIGHT: Final = 14.0
_COLUMNS: Final = 1084
_TICKS: Final = 12
_TICKS_NARROW: Final = 4
_SHORTEST_LABEL: Final = 70.0
_FIRST_HEIGHT: Final = 236.0
_NEXT_HEIGHT: Final = 150.0
"""Of the pictures of a sensor's channels."""
_LONGEST_UNIT: Final = 2
"""Letters that fit beside a number of the y axis."""
_PEAK_LETTER: Final = 11.0  # as wide as on a narrow page


@dataclass(frozen=True)
class Picture:
    """`key` names it on the page; `markup` is an svg element."""

    key: str
    markup: str


class Overview:
    """Draws a run. All pictures have the same width and margins, so that times line up. `own`: a
    part of the pictures' names, of a second sensor."""

    def __init__(self, run: Run, own: str = "") -> None:
        self._run, self._own = run, own
        self._width, self._suffix, self._ticks = WIDTH, "", _TICKS
        self._x = Scale(0.0, run.end_s, LEFT, WIDTH - RIGHT)
        self._centres_s: Floats = (np.arange(_COLUMNS, dtype=np.float64) + 0.5) * (
            run.end_s / _COLUMNS
        )
        self._grid_s = np.linspace(0.0, run.end_s, 8 * _COLUMNS + 1)
        self._seen = survey(run, _COLUMNS, self._grid_s)
        self._missing_columns = missing(run, _COLUMNS)

    def narrow(self) -> Overview:
        """Return the same run for a page as wide as a phone."""
        other = copy.copy(self)
        other._width, other._suffix, other._ticks = NARROW, "-narrow", _TICKS_NARROW
        other._x = Scale(0.0, self._run.end_s, LEFT, NARROW - RIGHT)
        return other

    def pictures(self) -> list[Picture]:
        return [
            Picture("linux", self._linux()),
            *(Picture(values_key(i), self._values(i)) for i in range(len(self._seen.received))),
            Picture("backlog", self._backlog()),
            Picture("arrival", self._arrival()),
        ]

    # ------------------------------------------------------------------------------------ lanes

    def _linux(self) -> str:
        parts = []
        for band in self._run.record.bands:
            x, end_x = self._x(band.start_s), self._x(band.end_s)
            length = span(band.end_s - band.start_s)
            title = (
                f"{band.state}: {fine_clock(band.start_s)} to {fine_clock(band.end_s)}, {length}"
            )
            parts.append(rect(x, 4, max(end_x - x, 0.8), 24, f"band {band.state}", title))
            if end_x - x > _SHORTEST_LABEL:
                middle = (x + end_x) / 2
                parts.append(text(band.state, middle, 20.5, f"on-{band.state}", "middle"))
        for access in self._run.record.ddr_accesses[:1000]:
            parts.append(_marker(self._x(access.t_s), f"DDR touched {moment(access.t_s)}"))
        asleep = [band for band in self._run.record.bands if band.state == ASLEEP]
        told = f"Linux was asleep {count(len(asleep), 'time')} in {span(self._run.end_s)}."
        return svg.picture(
            self._width, 32, "State of Linux", told, parts, f"linux{self._own}{self._suffix}"
        )

    def _values(self, index: int) -> str:
        channel = self._run.record.channels[index]
        height = _FIRST_HEIGHT if index == 0 else _NEXT_HEIGHT
        y, label = self._value_scale(index, height)
        parts = [*self._frame(y, height, label)]
        true_x, true_y = self._true_line(index, y)
        parts.append(svg.polyline(true_x, true_y, "true"))
        parts.append(self._received(index, y))
        parts += self._wrong(index, y)
        parts += self._missing(height)
        told = f"True and received {channel.name} over {span(self._run.end_s)}"
        seen = self._seen.received[index]
        if not np.isnan(seen.nearest).all():
            low, high = np.nanmin(seen.nearest), np.nanmax(seen.farthest)
            told += f"; received values are between {low:g} and {high:g} {channel.unit}"
        title = f"{title_of(channel)} over time"
        key = f"{values_key(index)}{self._own}{self._suffix}"
        return svg.picture(self._width, height, title, f"{told}.", parts, key)

    def _value_scale(self, index: int, height: float) -> tuple[Scale, Callable[[float], str]]:
        """Return the y axis and its labels: lengths from 0, in m; others from the least value."""
        record, seen = self._run.record, self._seen.received[index]
        channel = record.channels[index]
        highest = np.append(seen.farthest, self._truth(index)[1])
        if channel.unit == "mm":
            high = float(np.nanmax(highest, initial=100.0))
            return Scale(0.0, high * 1.06, height - 8, 8), lambda mm: f"{mm / 1000:g} m"
        values = np.append(seen.nearest, highest)
        low = float(np.nanmin(values)) if not np.isnan(values).all() else 0.0
        high = max(float(np.nanmax(values, initial=low)), low + 10 * float(channel.resolution))
        margin = (high - low) * 0.06
        scale = Scale(low - margin, high + margin, height - 8, 8)
        return (
            scale,
            lambda value: f"{value:g}{'' if _is_long(channel.unit) else ' ' + channel.unit}",
        )

    def _backlog(self) -> str:
        height = 150.0
        most = int(self._seen.waiting.max(initial=0))
        capacity = _capacity(self._run)
        shown = max(most, capacity if capacity < 1.6 * most else 0, 8)
        y = Scale(0.0, shown * 1.18, height - 8, 8)
        parts = [*self._frame(y, height, svg.short)]
        x, top = _thin(self._x.all(self._grid_s), y.all(self._seen.waiting))
        parts.append(svg.area(x, top, y(0), "waiting"))
        if capacity <= shown:
            parts.append(line(LEFT, y(capacity), self._width - RIGHT, y(capacity), "limit"))
            label = f"the log holds about {round(capacity, -3):,.0f} samples"
            parts.append(text(label, LEFT + 8, y(capacity) - 5, "note"))
        parts += self._peaks(y, most)
        parts += self._missing(height)
        told = f"Samples that wait in the log; at most {count(most, 'sample')}."
        return svg.picture(
            self._width,
            height,
            "Backlog over time",
            told,
            parts,
            f"backlog{self._own}{self._suffix}",
        )

    def _arrival(self) -> str:
        run, height = self._run, 300.0
        y = Scale(0.0, run.end_s, height - 30, 8)
        parts = [*self._frame(y, height - 22, str, svg.time_ticks(0, run.end_s, 6))]
        for t_s, label in svg.time_ticks(0, run.end_s, self._ticks):
            anchor = "end" if self._x(t_s) > self._width - 40 else "middle"
            parts.append(text(label, self._x(t_s), height - 8, "tick", anchor))
        x, top = self._known(y)
        if len(x):
            taken_x = np.array([self._x(0), self._x(run.end_s)])
            taken_y = np.array([y(0), y(run.end_s)])
            both_x = np.concatenate([x, taken_x[::-1]])
            both_y = np.concatenate([top, taken_y[::-1]])
            parts.append(svg.element("path", d=svg.path(both_x, both_y) + "Z", class_="lag"))
            parts.append(svg.polyline(taken_x, taken_y, "taken"))
            parts.append(svg.polyline(x, top, "received"))
        parts += self._missing(height - 22)
        parts += self._notes(y)
        told = (
            "Each sample by its arrival time (horizontal) and the time when it was taken "
            "(vertical). While Linux sleeps, nothing arrives and the line is flat. When Linux "
            "wakes, the backlog arrives at once and the line jumps up to the diagonal."
        )
        return svg.picture(
            self._width,
            height,
            "When each sample arrived",
            told,
            parts,
            f"arrival{self._own}{self._suffix}",
        )

    # ------------------------------------------------------------------------------------ parts

    def _frame(
        self,
        y: Scale,
        height: float,
        label: Callable[[float], str],
        y_ticks: list[tuple[float, str]] | None = None,
    ) -> Iterator[str]:
        """Night shading, grid, labels of the y axis."""
        for band in self._run.record.bands:
            if band.state == ASLEEP:
                x, end_x = self._x(band.start_s), self._x(band.end_s)
                yield rect(x, 0, max(end_x - x, 0.5), height, "night")
        marks = y_ticks or [
            (value, label(value)) for value in svg.ticks(y.low, y.low + (y.high - y.low) * 0.99, 4)
        ]
        for value, shown in marks:
            yield line(LEFT, y(value), self._width - RIGHT, y(value), "grid")
            yield text(shown, LEFT - 8, y(value) + 4, "tick", "end")
        for t_s, _ in svg.time_ticks(0, self._run.end_s, self._ticks):
            yield line(self._x(t_s), 0, self._x(t_s), height, "grid")

    def _truth(self, index: int) -> tuple[Floats, Floats]:
        """Return times within the run, and what the channel should show then."""
        at_s, quantity = self._run.record.truth(index)
        t_s = np.clip(at_s, 0, self._run.end_s)
        shown = np.interp(t_s, at_s, quantity) if len(t_s) else quantity
        if len(t_s):
            edges = np.array([0.0, self._run.end_s])
            ends = np.interp(edges, at_s, quantity)
            t_s = np.concatenate([edges[:1], t_s, edges[1:]])
            shown = np.concatenate([ends[:1], shown, ends[1:]])
        return t_s, shown

    def _true_line(self, index: int, y: Scale) -> tuple[Floats, Floats]:
        """Return the line of the truth: few corner points, unless they come from a long file."""
        t_s, shown = self._truth(index)
        x, top = self._x.all(t_s), y.all(shown)
        return _thin(x, top) if len(x) > FEW_POINTS else (x, top)

    def _received(self, index: int, y: Scale) -> str:
        seen = self._seen.received[index]
        points = seen.points
        if points is not None:
            x, top = self._x.all(points[0]), y.all(points[1])
            return svg.strokes(((a, b, a, b) for a, b in zip(x, top, strict=True)), "dots")
        x = self._x.all(self._centres_s)
        low, high = y.all(seen.nearest), y.all(seen.farthest)
        kept = ~np.isnan(low)
        columns = zip(x[kept], low[kept] + 0.6, x[kept], high[kept] - 0.6, strict=True)
        return svg.strokes(columns, "received")

    def _wrong(self, index: int, y: Scale) -> Iterator[str]:
        """Draw a ring around each sample whose received values are wrong."""
        for number, taken_s, shown in wrong_points(self._run, index):
            told = svg.element("title", f"sample {number} is wrong")
            at = {"cx": self._x(taken_s), "cy": y(shown)}
            yield svg.element("circle", told, **at, r=5, class_="wrong")

    def _missing(self, height: float) -> Iterator[str]:
        """Draw the samples that never arrived."""
        for kind, found in self._missing_columns:
            for first, last in found:
                x, end_x = (LEFT + edge * self._column_width for edge in (first, last + 1))
                yield rect(x, 0, max(end_x - x, 1.5), height, kind)

    @property
    def _column_width(self) -> float:
        return (self._width - LEFT - RIGHT) / _COLUMNS

    def _peaks(self, y: Scale, most: int) -> Iterator[str]:
        """Label the end of each sleep with a large backlog."""
        free_x = LEFT
        for sleep in self._run.record.sleeps:
            if sleep.backlog < most * 0.12 or sleep.backlog < 20:
                continue
            x = self._x(sleep.at_s + sleep.slept_s)
            label = f"{sleep.backlog:,}"
            if sleep.wake_cause.partition(":")[0] in CALLS:
                label += ": the firmware wakes Linux"
            if x - len(label) * _PEAK_LETTER > free_x:
                yield text(label, x - 6, y(sleep.backlog) + 2, "peak", "end")
                free_x = x

    def _known(self, y: Scale) -> tuple[Floats, Floats]:
        at_s, newest_s = self._seen.known_s, self._seen.newest_s
        x, top = self._x.all(at_s), y.all(newest_s)
        last = np.append(np.floor(x[1:]) != np.floor(x[:-1]), True) if len(x) else x > 0
        first = np.append(True, last[:-1]) if len(x) else last
        kept = first | last
        return svg.staircase(x[kept], top[kept], self._x(self._run.end_s))

    def _notes(self, y: Scale) -> Iterator[str]:
        """Explain the picture at the longest sleep."""
        sleeps = [sleep for sleep in self._run.record.sleeps if sleep.drain_ms is not None]
        longest = max(sleeps, key=lambda sleep: sleep.slept_s, default=None)
        if longest is None or longest.slept_s < self._run.end_s * 0.25:
            return
        end_x = self._x(longest.at_s + longest.slept_s)
        middle = self._x(longest.at_s + 0.55 * longest.slept_s)
        jump = f"{count(longest.backlog, 'sample')} in {span((longest.drain_ms or 0) / 1e3)}"
        top = y(longest.at_s + longest.slept_s * 0.35)
        yield text("nothing arrives", middle, y(longest.at_s) - 7, "note", "middle")
        yield text(jump, end_x - 8, top, "note", "end")

    # ------------------------------------------------------------------------------------ hover

    def reading(self) -> dict[str, Any]:
        """Return what the cursor shows of the sensor, a value per column."""
        record = self._run.record
        at_s, newest_s = self._seen.known_s, self._seen.newest_s
        found = np.searchsorted(at_s, self._centres_s, side="right") - 1
        known = np.where(found >= 0, newest_s[found] if len(at_s) else 0.0, 0.0)
        held = int(record.period_us * _COLUMNS / (self._run.end_s * 1e6)) if self._run.end_s else 0
        return {
            "name": record.sensor_name,
            "channels": [
                {
                    "name": channel.name,
                    "unit": channel.unit,
                    "near": _shown(channel, _held(seen.nearest, held)),
                    "far": _shown(channel, _held(seen.farthest, held)),
                }
                for channel, seen in zip(record.channels, self._seen.received, strict=True)
            ],
            "waiting": self._seen.waiting[4::8].tolist(),
            "known": [round(value, 1) for value in known.tolist()],
        }

    def states(self) -> list[str]:
        """Return the state of Linux in each column."""
        bands = self._run.record.bands
        starts = [band.start_s for band in bands]
        return [
            bands[bisect.bisect_right(starts, t_s) - 1].state if starts else ""
            for t_s in self._centres_s
        ]


def readings(overviews: Sequence[Overview], end_s: float) -> str:
    """Return what the page's cursor shows, as JSON. `overviews`: one of each sensor."""
    states = overviews[0].states()
    names = sorted(set(states))
    return json.dumps(
        {
            "end": end_s,
            "left": LEFT / WIDTH,
            "right": 1 - RIGHT / WIDTH,
            "names": names,
            "state": [names.index(state) for state in states],
            "sensors": [overview.reading() for overview in overviews],
        },
        separators=(",", ":"),
    )


def _held(values: Floats, columns: int) -> Floats:
    """Return the values, each also in that many columns after it that have none: those until the
    next sample."""
    number = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, number))
    return np.where((last >= 0) & (number - last <= columns), values[last], np.nan)


def _shown(channel: Channel, values: Floats) -> list[float | None]:
    """Return the values with the channel's decimals, None for NaN."""
    places = channel.decimals
    rounded = [value if value != value else round(value, places) for value in values.tolist()]
    return [None if v != v else int(v) if not places else v for v in rounded]


def values_key(index: int) -> str:
    """Return the key of a channel's picture."""
    return f"values-{index}" if index else "values"


def title_of(channel: Channel) -> str:
    """Return the channel's name as a heading: `Ambient temp`. With its unit if that is too long for
    the axis: `Accel x (m/s²)`."""
    name = channel.name.replace("-", " ").capitalize()
    return f"{name} ({channel.unit})" if _is_long(channel.unit) else name


def _is_long(unit: str) -> bool:
    return len(unit) > _LONGEST_UNIT


def _marker(x: float, title: str) -> str:
    shape = svg.element("title", title)
    return svg.element("path", shape, d=f"M{svg.number(x)} 13l5.5 -11h-11z", class_="access")


def _thin(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Keep first, lowest, highest and last point of each unit of x: the curve looks the same."""
    if len(x) <= 3 * _COLUMNS:
        return x, y
    column = np.floor(x).astype(np.int64)
    starts = np.flatnonzero(np.append(True, np.diff(column) != 0))
    kept = {0, len(x) - 1}
    for first, end in zip(starts, np.append(starts[1:], len(x)), strict=True):
        part = y[first:end]
        kept |= {int(first), int(first + part.argmin()), int(first + part.argmax()), int(end - 1)}
    order = np.array(sorted(kept))
    return x[order], y[order]


def _capacity(run: Run) -> float:
    """Return how many samples the log holds at this run's density; infinite if unknown."""
    record = run.record
    if not record.log_bytes_per_sample or not record.log_capacity_bytes:
        return float("inf")
    return record.log_capacity_bytes / record.log_bytes_per_sample
