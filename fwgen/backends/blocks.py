"""The blocks that a run's application received, stored compactly."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fwgen.series import (
    NEVER,
    Ints,
    Late,
    PackedDelivered,
    PackedTaken,
    Taken,
    circular,
    spans,
    spec_number,
    word_code,
)
from fwgen.wire.block import Block
from fwgen.wire.sample import DISTANCE_BITS, DISTANCE_WIDTHS

_WAITED_US: Final = 2_000_000


def _shorts() -> array[int]:
    return array("H")


def _numbers() -> array[int]:
    return array("I")


def _instants() -> array[int]:
    return array("q")


def words_of(block: Block, value_bits: int) -> array[int]:
    """Return the block's samples as words of that many bits of values. Raises ValueError if it has
    other channels."""
    if sum(block.widths) != value_bits:
        raise ValueError(f"expected values of {value_bits} bits, found {block.widths}")
    if block.widths == DISTANCE_WIDTHS:
        return block.words
    words = [status << value_bits for status in block.statuses]
    at = 0
    for width, values in zip(block.widths, block.values, strict=True):
        words = [word | value << at for word, value in zip(words, values, strict=True)]
        at += width
    return array(word_code(value_bits), words)


@dataclass(frozen=True)
class Backlog:
    """What arrived from a time on: when the first sample did (None: none), how many samples taken
    before that time did, when the oldest of these was due (None: none), and when the last of these
    arrived (that time if none did)."""

    first_us: int | None
    samples: int
    oldest_us: int | None
    last_us: int


@dataclass
class Blocks:
    """Takes one row per block and a word per sample: two bytes, or eight for values of more than 13
    bits."""

    value_bits: int = DISTANCE_BITS
    words: array[int] = field(init=False)
    _first_seq: array[int] = field(default_factory=_numbers)
    _begin: array[int] = field(default_factory=_numbers)
    _start_us: array[int] = field(default_factory=_instants)
    _arrival_us: array[int] = field(default_factory=_instants)
    _size_bytes: array[int] = field(default_factory=_shorts)
    _skip: array[int] = field(default_factory=_shorts)
    _lives: list[tuple[int, int, int, int]] = field(default_factory=list)
    _late: dict[int, int] = field(default_factory=dict)
    _logs: list[int] = field(default_factory=list)  # the first block of each log after the first
    _boots: int = 0  # starts of the firmware before the present log

    def __post_init__(self) -> None:
        self.words = array(word_code(self.value_bits))

    def add(self, block: Block, skip: int, arrival_us: int) -> None:
        """Add the block's samples from index `skip` on."""
        life = (block.boot + self._boots, block.period_us, spec_number(block.spec))
        if not self._lives or self._lives[-1][1:] != life:
            self._lives.append((len(self._begin), *life))
        begin, words = len(self.words), words_of(block, self.value_bits)
        self._first_seq.append((block.first_seq + skip) & 0xFFFF_FFFF)
        self._begin.append(begin)
        self._start_us.append(block.start_us + skip * block.period_us)
        self._arrival_us.append(arrival_us)
        self._size_bytes.append(block.size_bytes)
        self._skip.append(skip)
        self.words.extend(words[skip:] if skip else words)
        if any(block.late):
            for index, sixteenths in enumerate(block.late[skip:]):
                if sixteenths:
                    self._late[begin + index] = sixteenths

    def new_log(self, boots: int) -> None:
        """The next blocks belong to a new log, before which the firmware has started `boots` times;
        their starts are counted on from there."""
        self._logs.append(len(self._begin))
        self._boots = boots

    def renumber(self, offsets: Sequence[int]) -> None:
        """Add each of these numbers to the sample numbers of a log, from the second one on."""
        ends = [*self._logs, len(self._begin)][1:]
        for start, end, offset in zip(self._logs, ends, offsets, strict=True):
            for at in range(start, end):
                self._first_seq[at] = (self._first_seq[at] + offset) & 0xFFFF_FFFF

    def shift(self, by_us: int) -> None:
        """Add `by_us` to all arrival times."""
        self._arrival_us = array("q", [at_us + by_us for at_us in self._arrival_us])

    def packed(self, origin: int = 0) -> PackedDelivered:
        """Return all blocks, with numbers unwrapped around `origin`; shares the memory."""
        late = sorted(self._late.items())
        return PackedDelivered(
            origin=origin,
            first_seq=np.asarray(self._first_seq, dtype=np.uint32),
            begin=np.asarray(self._begin, dtype=np.uint32),
            start_us=np.asarray(self._start_us, dtype=np.int64),
            arrival_us=np.asarray(self._arrival_us, dtype=np.int64),
            lives=self._lives,
            words=np.asarray(self.words),
            value_bits=self.value_bits,
            late=Late(
                np.array([place for place, _ in late], dtype=np.int64),
                np.array([sixteenths for _, sixteenths in late], dtype=np.int64),
            ),
            size_bytes=np.asarray(self._size_bytes, dtype=np.uint16),
        )

    def delivered(self, taken: Taken | PackedTaken, until_us: int) -> PackedDelivered:
        """Return the blocks without samples taken after the last sample of `taken`; if that is
        empty, the blocks that arrived up to `until_us`."""
        whole = self.packed(taken.first_seq)
        keep = len(whole)
        if keep and not len(taken):
            arrived = int(np.searchsorted(whole.arrival_us, until_us, side="right"))
            keep = int(whole.begin[arrived]) if arrived < len(whole.begin) else keep
        elif keep:
            last = taken.part(len(taken) - 1, len(taken))
            while keep:
                tail = whole.part(max(0, keep - 1), keep)
                place = int(tail.boot[0]), int(tail.time_us[0])
                if place <= (int(last.boot[0]), int(last.time_us[0])):
                    break
                keep -= 1
        blocks = int(np.searchsorted(whole.begin, keep))
        return PackedDelivered(
            origin=whole.origin,
            first_seq=whole.first_seq[:blocks],
            begin=whole.begin[:blocks],
            start_us=whole.start_us[:blocks],
            arrival_us=whole.arrival_us[:blocks],
            lives=whole.lives,
            words=whole.words[:keep],
            value_bits=whole.value_bits,
            late=whole.late,
            size_bytes=whole.size_bytes[:blocks],
        )

    def density(self, taken: Taken | PackedTaken) -> float:
        """Return bytes per sample of the blocks that waited in the log; of all, if none waited; 0
        if no sample was taken.

        While Linux is awake the latency closes each block after a few samples, so those blocks do
        not show how dense the log is during a sleep.
        """
        if not len(taken):
            return 0.0
        waited, every = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
        for first, end in spans(len(self._begin)):
            row = self._rows(taken, first, end)
            arrival_us = np.array(self._arrival_us[first:end])
            size = np.array(self._size_bytes[first:end], dtype=np.int64)
            count = self._counts(first, end) + np.array(self._skip[first:end], dtype=np.int64)
            late = row != NEVER
            late[late] = arrival_us[late] - taken.at(row[late]) > _WAITED_US
            waited += size[late].sum(), count[late].sum()
            every += size.sum(), count.sum()
        size_bytes, samples = waited if waited[1] else every
        return float(size_bytes / samples) if samples else 0.0

    def after(self, taken: Taken | PackedTaken, up_us: int) -> Backlog:
        """Return what arrived from `up_us` on."""
        start = bisect.bisect_left(self._arrival_us, up_us)
        first_us = self._arrival_us[start] if start < len(self._arrival_us) else None
        due = int(taken.before(np.array([up_us], dtype=np.int64))[0])
        samples, last_us, oldest = 0, up_us, NEVER
        for first, end in spans(len(self._begin), start):
            row = self._rows(taken, first, end)
            behind = np.minimum(row + self._counts(first, end), due)
            waited = (row != NEVER) & (row < due)
            if not waited.any():
                break
            samples += int((behind - row)[waited].sum())
            last_us = max(last_us, self._arrival_us[first + int(np.flatnonzero(waited)[-1])])
            oldest = int(row[waited].min()) if oldest == NEVER else oldest
        oldest_us = int(taken.at(np.array([oldest]))[0]) if samples else None
        return Backlog(first_us, samples, oldest_us, last_us)

    def _rows(self, taken: Taken | PackedTaken, first: int, end: int) -> Ints:
        """Return for each of these blocks the row of its first sample in `taken`."""
        first_seq = np.array(self._first_seq[first:end], dtype=np.int64)
        return taken.find(circular(first_seq, taken.first_seq))

    def _counts(self, first: int, end: int) -> Ints:
        """Return how many samples arrived with each of these blocks."""
        begin = [*self._begin[first : end + 1], len(self.words)][: end - first + 1]
        return np.array(begin[1:], dtype=np.int64) - np.array(begin[:-1], dtype=np.int64)
