"""The last minutes of a channel: columns of pixels, their stretches without a hole, and the axis.
Without Qt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fwgen.screen.board import Board
from fwgen.service.recent import BUCKET_US, Recent

WINDOW_US: Final = 300_000_000
_SWEEP_S: Final = 1.4
"""A whole window that arrives at once is drawn within this time."""
_SWEEPS_FROM_US: Final = 3_000_000
_LEAST_MM: Final = 1_000.0
_LEAST_STEPS: Final = 20
"""The axis of a distance begins at 0 and has at least that length; any other one has at least so
many of the steps in which its values are shown."""
_MOST_COLUMNS: Final = 600


@dataclass(frozen=True)
class Column:
    """Values of the samples in a column of pixels. `at_us`: its middle."""

    at_us: int
    low: float
    high: float


Stretch = list[Column]


def columns(
    recent: Recent, period_us: int, since_us: int, until_us: int, count: int
) -> Iterator[Stretch]:
    """Yield stretches without a hole; a whole window has at most `count` columns. They keep their
    place in time when the curve moves. `period_us`: between two samples."""
    size = max(1, -(-WINDOW_US // (BUCKET_US * max(1, count))))
    most_us = max(2 * size * BUCKET_US, 3 * period_us)
    stretch: Stretch = []
    number, low, high = -1, 0.0, 0.0
    for bucket, (_, bucket_low, bucket_high, _) in recent.between(since_us, until_us):
        if bucket_low is None or bucket_high is None:
            continue
        if bucket // size == number:
            low, high = min(low, bucket_low), max(high, bucket_high)
            stretch[-1] = Column(stretch[-1].at_us, low, high)
            continue
        number, low, high = bucket // size, bucket_low, bucket_high
        at_us = number * size * BUCKET_US + size * BUCKET_US // 2
        if stretch and at_us - stretch[-1].at_us > most_us:
            yield stretch
            stretch = []
        stretch.append(Column(at_us, low, high))
    if stretch:
        yield stretch


class Trace:
    """One curve of the board. `channel`: as in the service's status."""

    def __init__(self, board: Board, channel: dict[str, Any]) -> None:
        self.channel = channel
        self._board = board
        self.ends = (0.0, 0.0)
        """Of the axis."""
        self.drawn_us = 0
        """The curve is drawn up to here."""

    @property
    def period_us(self) -> int:
        """Between two samples; 0: not known."""
        return self._recent.period_us or self._board.period_us

    def advance(self, passed_s: float, *, sweeps: bool) -> bool:
        """Let time pass; return whether a hole is being filled in, for the eye."""
        newest_us = self._recent.newest_us + BUCKET_US
        behind_us = newest_us - self.drawn_us
        if not sweeps or behind_us < _SWEEPS_FROM_US or behind_us > 2 * WINDOW_US:
            sweeping = behind_us > 2 * WINDOW_US and sweeps
            self.drawn_us = newest_us - WINDOW_US if sweeping else newest_us
            return False
        step_us = round(WINDOW_US / _SWEEP_S * passed_s)
        self.drawn_us = min(newest_us, self.drawn_us + max(1, step_us))
        return True

    def stretches(self, now_us: int, width: float, *, smooth: bool) -> list[Stretch]:
        """Return what is drawn on so many pixels, and let the axis follow it."""
        since_us = now_us - WINDOW_US - WINDOW_US // 50
        until_us = min(now_us, self.drawn_us)
        count = min(_MOST_COLUMNS, int(width))
        found = list(columns(self._recent, self.period_us, since_us, until_us, count))
        self._fit(found, smooth=smooth)
        return found

    @property
    def _recent(self) -> Recent:
        name = self.channel["name"]
        return self._board.recents.get(name, Recent(name))

    def _fit(self, stretches: list[Stretch], *, smooth: bool) -> None:
        """Let the axis follow the curve: at once when it is new, else smoothly."""
        wanted = _ends([each for one in stretches for each in one], self.channel)
        if self.ends[0] == self.ends[1] or not smooth:
            self.ends = wanted
            return
        near = (wanted[1] - wanted[0]) / 1_000
        low, high = (
            end if abs(end - now) < near else now + (end - now) * 0.18
            for now, end in zip(self.ends, wanted, strict=True)
        )
        self.ends = (low, high)


def _ends(columns: Stretch, channel: dict[str, Any]) -> tuple[float, float]:
    """Return the ends of the axis: of distances from 0 on, of others around the values."""
    highest = max((each.high for each in columns), default=0.0)
    if channel["unit"] == "mm":
        return 0.0, max(_LEAST_MM, -(-highest * 1.12 // 500) * 500)
    lowest = min((each.low for each in columns), default=0.0)
    width = max(highest - lowest, _LEAST_STEPS * 10.0 ** -channel["decimals"])
    middle = (lowest + highest) / 2
    return middle - 0.6 * width, middle + 0.66 * width
