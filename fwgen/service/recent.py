"""The last minutes of a channel, thinned: the lowest and the highest value of each quarter of a
second.

The service answers viewers from it, and a viewer keeps its own. Its size is bounded. No input or
output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

BUCKET_US: Final = 250_000
MOST_BUCKETS: Final = 4_800
"""20 minutes."""
_SET_BACK_US: Final = 60_000_000
"""A later sample that is older than the newest one by more than this: the clock was set back."""

DISTANCE_COLUMN: Final = "distance_mm"
Value = int | float | None
Bucket = list[Value]
"""Number of samples, lowest, highest and last value in its unit; None: no sample has a value."""


def main_column(channels: Sequence[dict[str, Any]]) -> str:
    """Return the name of the channel that is drawn: the first one in mm, or else the first; "":
    there is none. `channels`: with name and unit, as in the service's status."""
    lengths = [one for one in channels if one["unit"] == "mm"]
    return next((str(one["name"]) for one in (*lengths, *channels)), "")


class Recent:
    """Buckets by their time: bucket `n` has the samples from `n * BUCKET_US` on, in us since 1970.

    Samples may come again, and a backlog comes after newer ones were expected. Samples without a
    time get one from their arrival and the firmware's clock.
    """

    def __init__(self, column: str = DISTANCE_COLUMN, most: int = MOST_BUCKETS) -> None:
        """`column`: the field of the channel; "": there is none, and nothing is kept."""
        self.column = column
        self.period_us = 0
        """Between two samples in the firmware; 0: not known."""
        self._most = most
        self._buckets: dict[int, Bucket] = {}
        self._newest_us = 0
        self._next: tuple[str, int] = ("", 0)  # log and position after the newest sample
        self._last: tuple[int, int] = (0, 0)  # boot and device_us of the newest sample
        self._undated: tuple[Any, int] = ((), 0)  # log and boot; us from its clock to UTC

    @property
    def newest_us(self) -> int:
        """The time of the newest sample; 0: there is none."""
        return self._newest_us

    def __len__(self) -> int:
        return len(self._buckets)

    def add(
        self, rows: Sequence[dict[str, Any]], times_us: Sequence[int | None], now_us: int
    ) -> int:
        """Add samples, as the service's documents have them, with their times in us since 1970.
        Return the time of the last one."""
        at_us = self._newest_us
        own = [(row, at) for row, at in zip(rows, times_us, strict=True) if self._has(row)]
        for row, time_us in own:
            if time_us is None:
                self._note_undated(row, now_us)
        for row, time_us in own:
            at_us = self._undated[1] + row["device_us"] if time_us is None else time_us
            if not self._is_new(row, at_us):
                continue
            number = at_us // BUCKET_US
            if number <= self._newest_us // BUCKET_US - self._most:
                continue
            value = row.get(self.column) if row["status"] == "valid" else None
            self._put(number, value)
            self._newest_us = max(self._newest_us, at_us)
        self._drop_old()
        return at_us

    def merge(self, buckets: Iterable[Sequence[Any]]) -> None:
        """Take over buckets that `dump` returned; a bucket that has more samples is kept."""
        for number, *found in buckets:
            own = self._buckets.get(number)
            if own is None or (own[0] or 0) < found[0]:
                self._buckets[number] = list(found)
                self._newest_us = max(self._newest_us, number * BUCKET_US)
        self._drop_old()

    def dump(self) -> list[list[Value]]:
        """Return all buckets: number, samples, lowest, highest, last."""
        return [[number, *bucket] for number, bucket in sorted(self._buckets.items())]

    def document(self) -> dict[str, Any]:
        """Return what viewers get."""
        return {"recent": self.dump(), "channel": self.column, "period_us": self.period_us}

    def between(self, since_us: int, until_us: int) -> Iterator[tuple[int, Bucket]]:
        """Yield number and contents of the buckets of that time, in order of time."""
        get = self._buckets.get
        for number in range(since_us // BUCKET_US, until_us // BUCKET_US + 1):
            if (bucket := get(number)) is not None:
                yield number, bucket

    def _has(self, row: dict[str, Any]) -> bool:
        """Whether it is a sample of the sensor with this channel."""
        return self.column == DISTANCE_COLUMN or self.column in row

    def _put(self, number: int, value: Value) -> None:
        bucket = self._buckets.get(number)
        if bucket is None:
            self._buckets[number] = [1, value, value, value]
            return
        count, low, high, _ = bucket
        bucket[0] = (count or 0) + 1
        if value is not None:
            bucket[1] = value if low is None or value < low else low
            bucket[2] = value if high is None or value > high else high
            bucket[3] = value

    def _is_new(self, row: dict[str, Any], at_us: int) -> bool:
        """Note the sample's number; return False for one that came before."""
        place, now = (row["log"], row["position"]), (row["boot"], row["device_us"])
        if place[0] == self._next[0] and place[1] < self._next[1]:
            return False
        if place == self._next and now[0] == self._last[0]:
            self.period_us = now[1] - self._last[1]
        self._next, self._last = (place[0], place[1] + 1), now
        if at_us < self._newest_us - _SET_BACK_US:
            self._buckets.clear()
            self._newest_us = at_us
        return True

    def _note_undated(self, row: dict[str, Any], now_us: int) -> None:
        """A sample without a time has arrived: it was taken before."""
        life, offset_us = (row["log"], row["boot"]), now_us - row["device_us"]
        if self._undated[0] != life or offset_us < self._undated[1]:
            self._undated = (life, offset_us)

    def _drop_old(self) -> None:
        if len(self._buckets) > self._most + self._most // 8:  # seldom: it takes a while
            oldest = self._newest_us // BUCKET_US - self._most
            self._buckets = {n: b for n, b in self._buckets.items() if n > oldest}
