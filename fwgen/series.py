"""Samples by the million: those that were taken, and those that the application received.

Each comes in two forms with the same methods. `Taken` and `Delivered` have a column of int64 for
every field: easy to make by hand, and what a part of a long run is turned into. `PackedTaken` and
`PackedDelivered` are what a backend hands over: a month has 43 million samples, and a few bytes for
each must do. Whoever reads them goes from part to part (`parts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.wire.log_format import BLOCK_SPEC_BYTES
from fwgen.wire.sample import DISTANCE_BITS

Ints = NDArray[np.int64]
Words = NDArray[np.uint16] | NDArray[np.int64]
"""`status << value_bits | packed values` (wire.channel)."""

NEVER: Final = -1
PART: Final = 1 << 16
_HALF: Final = 1 << 31


def _ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def word_code(value_bits: int) -> str:
    """Return the type code of an array of words: two bytes are enough for one short channel."""
    return "H" if value_bits <= 13 else "q"


def spec_number(spec_hash: bytes) -> int:
    """What a block says of the spec that its samples were taken under, as a number."""
    return int.from_bytes(spec_hash[:BLOCK_SPEC_BYTES], "big")


def circular(seq: Ints, origin: int) -> Ints:
    """How far 32-bit numbers lie behind `origin`; negative before it. Both wrapped or not."""
    return np.asarray(((seq - origin + _HALF) & (2 * _HALF - 1)) - _HALF)


def spans(count: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """First and end of each part of so many rows, from `start` on."""
    for first in range(start, count, PART):
        yield first, min(count, first + PART)


@dataclass(frozen=True)
class Late:
    """Lateness of those few samples that were late: their places, ascending, and sixteenths."""

    places: Ints = field(default_factory=_ints)
    sixteenths: Ints = field(default_factory=_ints)

    def of(self, places: Ints) -> Ints:
        """Of each of these places; 0: it was on time."""
        if not len(self.places):
            return np.zeros(len(places), dtype=np.int64)
        found = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[found] == places, self.sixteenths[found], 0)


# ----------------------------------------------------------------------------------------- taken


@dataclass
class Taken:
    """What the firmware should have in its log: one row a period, from the sensor model."""

    seq: Ints = field(default_factory=_ints)
    boot: Ints = field(default_factory=_ints)
    spec: Ints = field(default_factory=_ints)  # spec_number() of the one they are taken under
    time_us: Ints = field(default_factory=_ints)  # scheduled instant, device time
    at_us: Ints = field(default_factory=_ints)  # scheduled instant, scenario time
    value: Ints = field(default_factory=_ints)  # 0 where the status has no distance
    status: Ints = field(default_factory=_ints)  # wire.sample.SampleStatus
    late_16ths: Ints = field(default_factory=_ints)

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def first_seq(self) -> int:
        return int(self.seq[0]) if len(self.seq) else 0

    def part(self, first: int, end: int) -> Taken:
        return Taken(**{name: column[first:end] for name, column in vars(self).items()})

    def pick(self, rows: Ints) -> Taken:
        """These, in this order."""
        return Taken(**{name: column[rows] for name, column in vars(self).items()})

    def whole(self) -> Taken:
        return self

    def seq_of(self, rows: Ints) -> Ints:
        return self.seq[rows]

    def at(self, rows: Ints) -> Ints:
        """When these were due, scenario time in us."""
        return self.at_us[rows]

    def before(self, instants_us: Ints) -> Ints:
        """How many were due before each of these instants (scenario time)."""
        return np.searchsorted(self.at_us, instants_us)

    def find(self, numbers: Ints) -> Ints:
        """Which row has each of these numbers, counted from `first_seq`; NEVER: none has."""
        if not len(self.seq):
            return np.full(len(numbers), NEVER, dtype=np.int64)
        own = circular(self.seq, self.first_seq)
        row = np.minimum(np.searchsorted(own, numbers), len(own) - 1)
        return np.where(own[row] == numbers, row, NEVER)

    def count_before(self, number: int) -> int:
        """How many have a number before this one, counted from `first_seq`."""
        return int(np.searchsorted(circular(self.seq, self.first_seq), number))

    def disorder(self) -> str:
        """What contradicts itself in it; empty if nothing does."""
        if (np.diff(self.seq) <= 0).any():
            return "the record gives two samples taken the same number, or no order"
        if (np.diff(self.at_us) < 0).any():
            return "the record's samples taken are not in the order of time"
        return ""


@dataclass(frozen=True)
class Life:
    """Samples of one start of the firmware, a period apart. `row`: of its first one, which was due
    at `time_us` of the device's clock and `at_us` of scenario time."""

    boot: int
    row: int
    time_us: int
    at_us: int


@dataclass
class PackedTaken:
    """Numbers without holes. `words`: as on the wire (status and distance)."""

    first_seq: int
    period_us: int
    lives: Sequence[Life]
    words: Words
    late: Late = field(default_factory=Late)
    spec: int = 0
    value_bits: int = DISTANCE_BITS

    def __len__(self) -> int:
        return len(self.words)

    def part(self, first: int, end: int) -> Taken:
        return self.pick(np.arange(first, end, dtype=np.int64))

    def pick(self, rows: Ints) -> Taken:
        boot, row, time_us, at_us = self._lives
        life = self._life(rows)
        words = self.words[rows].astype(np.int64)
        since_us = (rows - row[life]) * self.period_us
        return Taken(
            seq=self.first_seq + rows,
            boot=boot[life],
            spec=np.full(len(rows), self.spec, dtype=np.int64),
            time_us=time_us[life] + since_us,
            at_us=at_us[life] + since_us,
            value=words & ((1 << self.value_bits) - 1),
            status=words >> self.value_bits,
            late_16ths=self.late.of(rows),
        )

    @property
    def status(self) -> Ints:
        """The status of every sample (int64), as in `Taken`."""
        return (self.words >> self.value_bits).astype(np.int64)

    def whole(self) -> Taken:
        """64 bytes a sample."""
        return self.part(0, len(self))

    def seq_of(self, rows: Ints) -> Ints:
        return np.asarray(self.first_seq + rows)

    def at(self, rows: Ints) -> Ints:
        _, row, _, at_us = self._lives
        life = self._life(rows)
        return np.asarray(at_us[life] + (rows - row[life]) * self.period_us, dtype=np.int64)

    def before(self, instants_us: Ints) -> Ints:
        found = np.zeros(len(instants_us), dtype=np.int64)
        ends = [*(life.row for life in self.lives[1:]), len(self)]
        for life, end in zip(self.lives, ends, strict=False):
            due = -((life.at_us - instants_us) // self.period_us)
            found += np.minimum(np.maximum(due, 0), end - life.row)
        return found

    def find(self, numbers: Ints) -> Ints:
        return np.where((numbers >= 0) & (numbers < len(self)), numbers, NEVER)

    def count_before(self, number: int) -> int:
        return max(0, min(number, len(self)))

    def disorder(self) -> str:
        return ""

    def _life(self, rows: Ints) -> Ints:
        return np.searchsorted(self._lives[1], rows, side="right") - 1

    @cached_property
    def _lives(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The lives' columns: boot, row, time_us, at_us."""
        rows = [(life.boot, life.row, life.time_us, life.at_us) for life in self.lives]
        boot, row, time_us, at_us = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        return boot, row, time_us, at_us


# ------------------------------------------------------------------------------------- delivered


@dataclass
class Delivered:
    """What the peer's application received, in order of arrival (duplicates and all)."""

    seq: Ints = field(default_factory=_ints)
    boot: Ints = field(default_factory=_ints)
    spec: Ints = field(default_factory=_ints)  # as the block says
    time_us: Ints = field(default_factory=_ints)  # device time, as the block says
    value: Ints = field(default_factory=_ints)
    status: Ints = field(default_factory=_ints)
    late_16ths: Ints = field(default_factory=_ints)
    arrival_us: Ints = field(default_factory=_ints)  # scenario time

    def __len__(self) -> int:
        return len(self.seq)

    def part(self, first: int, end: int) -> Delivered:
        return Delivered(**{name: column[first:end] for name, column in vars(self).items()})

    def whole(self) -> Delivered:
        return self

    def pick(self, places: Ints) -> Delivered:
        """These, in this order."""
        return Delivered(**{name: column[places] for name, column in vars(self).items()})

    def arrived(self, places: Ints) -> Ints:
        """When these arrived, scenario time in us."""
        return self.arrival_us[places]

    def between(self, low_us: int, high_us: int) -> Ints:
        """Places of those that arrived from `low_us` to `high_us`, both included."""
        return np.flatnonzero((self.arrival_us >= low_us) & (self.arrival_us <= high_us))

    def from_(self, low_us: int) -> Ints:
        """The place of the first one that arrived from then on; nothing if there is none."""
        return np.flatnonzero(self.arrival_us >= low_us)[:1]


@dataclass
class PackedDelivered:
    """A row a block: number and device time of its first sample, which of the samples that is
    (`begin`), when it arrived. `lives`: block from which on boot, period and spec are these. The
    numbers of 32 bits are those nearest to `origin`. `size_bytes`: each block's length on the wire,
    or empty if it is not known."""

    origin: int
    first_seq: NDArray[np.uint32]
    begin: NDArray[np.uint32]
    start_us: Ints
    arrival_us: Ints
    lives: Sequence[tuple[int, int, int, int]]
    words: Words
    late: Late = field(default_factory=Late)
    size_bytes: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    value_bits: int = DISTANCE_BITS

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def _lives(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The lives' columns."""
        rows = np.array(self.lives or [(0, 0, 0, 0)], dtype=np.int64)
        starts, boots, periods, specs = rows.T
        return starts, boots, periods, specs

    def part(self, first: int, end: int) -> Delivered:
        return self.pick(np.arange(first, end, dtype=np.int64))

    def whole(self) -> Delivered:
        """64 bytes a sample."""
        return self.part(0, len(self))

    def pick(self, places: Ints) -> Delivered:
        block = np.searchsorted(self.begin, places.astype(np.uint32), side="right") - 1
        index = places - self.begin[block]
        starts, boots, periods, specs = self._lives
        life = np.searchsorted(starts, block, side="right") - 1
        words = self.words[places].astype(np.int64)
        return Delivered(
            seq=self.origin + circular(self.first_seq[block].astype(np.int64), self.origin) + index,
            boot=boots[life],
            spec=specs[life],
            time_us=self.start_us[block] + index * periods[life],
            value=words & ((1 << self.value_bits) - 1),
            status=words >> self.value_bits,
            late_16ths=self.late.of(places),
            arrival_us=self.arrival_us[block],
        )

    def arrived(self, places: Ints) -> Ints:
        block = np.searchsorted(self.begin, places.astype(np.uint32), side="right") - 1
        return self.arrival_us[block]

    def between(self, low_us: int, high_us: int) -> Ints:
        blocks = np.flatnonzero((self.arrival_us >= low_us) & (self.arrival_us <= high_us))
        ends = np.append(self.begin[1:], len(self)).astype(np.int64)
        counts = ends[blocks] - self.begin[blocks]
        index = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.asarray(np.repeat(self.begin[blocks].astype(np.int64), counts) + index)

    def from_(self, low_us: int) -> Ints:
        return np.asarray(self.begin[self.arrival_us >= low_us][:1], dtype=np.int64)
