"""What the screen shows where: the values that the spec names, and what fits of the rest.

Values are one below the other, in the spec's order. A large one has figures of 24 rows and its
unit after it; a small one is a line with name, number and unit; a panel of 16 rows has room for one
small value, without a gap after it. The state of Linux is always there;
the bar for the log, the log's line, and the number of samples, in this order, if there is room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from fwgen.spec.model import Display, Spec
from fwgen.spec.sensor import SensorPart
from fwgen.wire.channel import MOST_DECIMALS, Channel

_MICRO: Final = 10**MOST_DECIMALS
# As in fonts.h and draw.c, in pixels.
_GLYPH_WIDTH, _GLYPH_HEIGHT = 6, 8
_FIGURE_WIDTH, _FIGURE_HEIGHT = 16, 24
_POINT_WIDTH: Final = 6
_UNIT_GAP: Final = 2
_LINE_HEIGHT: Final = 11
_LINE_GAP: Final = 2
_BAR_HEIGHT, _BAR_GAP = 5, 2
_WORD: Final = 5
"""The longest word that stands for a number, such as `fault`."""


@dataclass(frozen=True)
class ShownChannel:
    """`stream`: the sensor's number; `index`: the channel's, in the sensor's record."""

    stream: int
    index: int
    channel: Channel
    sensor: SensorPart

    @property
    def longest(self) -> str:
        """The longest number within the sensor's range."""
        ends = (
            f"{float(end):.{self.channel.decimals}f}" for end in self.sensor.bounds(self.channel)
        )
        return max(ends, key=len)

    @property
    def large_number(self) -> int:
        """The width of the longest number in large figures."""
        points = self.longest.count(".")
        return (len(self.longest) - points) * _FIGURE_WIDTH + points * _POINT_WIDTH

    @property
    def large_width(self) -> int:
        return self.large_number + _UNIT_GAP + len(self.channel.unit) * _GLYPH_WIDTH

    @property
    def small_width(self) -> int:
        """Without its name."""
        return self._chars * _GLYPH_WIDTH

    @property
    def _chars(self) -> int:
        return max(len(self.longest), _WORD) + 1 + len(self.channel.unit)

    def label(self, width: int) -> str:
        """Return what fits of the name beside the number, with a space after it."""
        room = width // _GLYPH_WIDTH - self._chars - 1
        return self.channel.name[:room] if room >= 3 else ""


@dataclass(frozen=True)
class ShownValue:
    """A channel in its place. `right`: the right edge of its number, in pixels."""

    shown: ShownChannel
    large: bool
    y: int
    right: int
    label: str


@dataclass(frozen=True)
class ScreenPlan:
    """`values`: empty if the screen shows a distance in millimetres and nothing else. `line_y`: of
    state, log and samples. None: there is no room."""

    values: tuple[ShownValue, ...] = ()
    bar_y: int | None = None
    line_y: tuple[int | None, int | None, int | None] = (None, None, None)


def channels_of(spec: Spec) -> dict[str, ShownChannel]:
    """Return all channels by the names that `show` may use: of two sensors with the same channel
    only with the sensor's name before it."""
    found: dict[str, ShownChannel] = {}
    names = Counter(channel.name for sensor in spec.sensors for channel in sensor.channels)
    for stream, sensor in enumerate(spec.sensors):
        for index, channel in enumerate(sensor.channels):
            one = ShownChannel(stream, index, channel, sensor)
            if names[channel.name] == 1:
                found[channel.name] = one
            if sensor.name:
                found[f"{sensor.name}.{channel.name}"] = one
    return found


def shown(spec: Spec, display: Display) -> list[tuple[ShownChannel, bool]]:
    """Return the channels and whether they are large; without `show` the first one, large if it
    fits. Raises KeyError for an unknown name."""
    known = channels_of(spec)
    if display.show is None:
        first = next(iter(known.values()))
        width, rows = display.size
        fits = height([True], rows) <= rows and (_is_plain(first) or first.large_width <= width)
        return [(first, fits)]
    return [(known[one.channel], one.large) for one in display.show]


def height(sizes: Sequence[bool], rows: int) -> int:
    """Return how many of the panel's rows values of these sizes (true: large) need, with the last
    line."""
    line = _GLYPH_HEIGHT + _gap(rows)
    return sum(_FIGURE_HEIGHT if large else line for large in sizes) + _GLYPH_HEIGHT


def most_small(rows: int) -> int:
    """Return how many small values a panel of so many rows has room for."""
    return (rows - _GLYPH_HEIGHT) // (_GLYPH_HEIGHT + _gap(rows))


def _gap(rows: int) -> int:
    """Return how many rows are between two lines."""
    return _LINE_HEIGHT - _GLYPH_HEIGHT if rows >= _LINE_HEIGHT + _GLYPH_HEIGHT else 0


def screen_plan(spec: Spec) -> ScreenPlan:
    """Return the plan of a spec that the rules have passed."""
    display = spec.display
    if display is None:
        return ScreenPlan()
    chosen = shown(spec, display)
    if len(chosen) == 1 and chosen[0][1] and _is_plain(chosen[0][0]):
        return ScreenPlan()
    width, rows = display.size
    values, y = [], 0
    for channel, large in chosen:
        values.append(
            _placed(channel, large, y if large else y + min(_LINE_GAP, _gap(rows)), width)
        )
        y += _FIGURE_HEIGHT if large else _GLYPH_HEIGHT + _gap(rows)
    last_y = rows - _GLYPH_HEIGHT
    bar_y = y + _BAR_GAP if y + _BAR_GAP + _BAR_HEIGHT <= last_y else None
    after = y if bar_y is None else bar_y + _BAR_HEIGHT
    lines = min(3, 1 + (last_y - after) // _LINE_HEIGHT)
    line_y = [last_y - _LINE_HEIGHT * (lines - 1 - line) for line in range(lines)]
    state_y, log_y, samples_y = [*line_y, None, None][:3]
    return ScreenPlan(tuple(values), bar_y, (state_y, log_y, samples_y))


def _is_plain(channel: ShownChannel) -> bool:
    """Whether the firmware's simple screen shows it: whole millimetres of the only channel."""
    plain = channel.channel.plain and channel.channel.unit == "mm"
    return plain and channel.stream == 0 and len(channel.sensor.channels) == 1


def _placed(channel: ShownChannel, large: bool, y: int, width: int) -> ShownValue:
    if large:
        return ShownValue(channel, True, y, channel.large_number, "")
    right = width - (1 + len(channel.channel.unit)) * _GLYPH_WIDTH
    return ShownValue(channel, False, y, right, channel.label(width))


def micro(value: Fraction) -> int:
    """Return a quantity in millionths."""
    return int(value * _MICRO)


def divisor(channel: ShownChannel) -> int:
    """Return how many millionths are one of the last decimal."""
    return int(10 ** (MOST_DECIMALS - channel.channel.decimals))
