"""Keeps what happens during a run and makes the RunRecord of it; shared by all backends."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final

import numpy as np

from fwgen.record import (
    Band,
    Delivered,
    Event,
    Frame,
    Gap,
    Ints,
    RunRecord,
    SleepRecord,
    Taken,
)
from fwgen.wire.block import Block

_BACKLOG_POINTS: Final = 4000
_HALF_SEQ: Final = 1 << 31
_WAITED_US: Final = 2_000_000


@dataclass
class OpenSleep:
    """A suspend while it goes on; instants in us of scenario time, None: has not come."""

    asked_us: int
    closed_us: int | None = None  # DDR closed
    opened_us: int | None = None  # DDR open again
    up_us: int | None = None  # Linux up again: first_sample_ms and drain_ms count from here
    cause: str = "end"
    ack_ms: float | None = None


@dataclass
class Ledger:
    """All instants in microseconds of scenario time."""

    sleeps: list[OpenSleep] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _states: list[tuple[int, str]] = field(default_factory=list)
    _heads: list[tuple[int, ...]] = field(default_factory=list)
    _words: array[int] = field(default_factory=lambda: array("H"))
    _late: bytearray = field(default_factory=bytearray)

    def deliver(self, block: Block, skip: int, arrival_us: int) -> None:
        """Samples of a block from index `skip` on have reached the application."""
        count = block.count - skip
        first = (block.first_seq + skip) & 0xFFFF_FFFF
        start_us = block.start_us + skip * block.period_us
        self._heads.append(
            (
                first,
                count,
                block.boot,
                start_us,
                block.period_us,
                arrival_us,
                block.size_bytes,
                skip,
            )
        )
        self._words.extend(block.words[skip:])
        self._late.extend(block.late[skip:])

    def gap(self, first: int, count: int, at_us: int) -> None:
        """The firmware has declared these samples lost; `first` as on the wire."""
        self.gaps.append(Gap(first, count, at_us))

    def event(self, text: str, at_us: int) -> None:
        self.events.append(Event(at_us / 1e6, text))

    def state(self, state: str, at_us: int) -> None:
        """Linux is in `state` from now on."""
        if not self._states or self._states[-1][1] != state:
            self._states.append((at_us, state))

    def shift(self, by_us: int) -> None:
        """All was noted on a clock that scenario time is ahead of by so much."""
        for sleep in self.sleeps:
            for name in ("asked_us", "closed_us", "opened_us", "up_us"):
                value = getattr(sleep, name)
                setattr(sleep, name, None if value is None else value + by_us)
        by_s = by_us / 1e6
        self.events = [replace(event, t_s=round(event.t_s + by_s, 6)) for event in self.events]
        self.frames = [replace(frame, t_s=round(frame.t_s + by_s, 6)) for frame in self.frames]
        self.gaps = [replace(gap, at_us=gap.at_us + by_us) for gap in self.gaps]
        self._states = [(at_us + by_us, state) for at_us, state in self._states]
        self._heads = [(*head[:5], head[5] + by_us, *head[6:]) for head in self._heads]

    def record(self, record: RunRecord, taken: Taken, until_us: int) -> RunRecord:
        """Fill the record with all that is known here and can be derived from it."""
        record.taken = taken
        delivered = self._delivered(taken)
        record.delivered = _until_last(delivered, taken)
        record.gaps = _numbered(self.gaps, taken)
        record.bands = self._bands(until_us)
        record.events = self.events
        record.frames = self.frames
        firsts = _first_arrivals(record)
        record.sleeps = [
            _sleep_record(sleep, following, taken, firsts, until_us)
            for sleep, following in zip_longest(self.sleeps, self.sleeps[1:])
        ]
        _add_backlog(record, firsts, until_us)
        record.log_bytes_per_sample = self._bytes_per_sample(delivered, taken)
        return record

    @property
    def received(self) -> int:
        """Samples that have reached the application, each time they did."""
        return len(self._words)

    def latest(self, count: int) -> list[tuple[int, int]]:
        """Status and distance in mm of the last samples that have."""
        return [(word >> 13, word & 0x1FFF) for word in self._words[-count:]]

    def told(self) -> tuple[Ints, Ints]:
        """Boot and device time in us of all that was delivered so far, in order of arrival."""
        if not self._heads:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        _, count, boot, start_us, period_us, *_ = np.array(self._heads, dtype=np.int64).T
        index = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        times_us = np.repeat(start_us, count) + index * np.repeat(period_us, count)
        return np.repeat(boot, count), times_us

    def _delivered(self, taken: Taken) -> Delivered:
        if not self._heads:
            return Delivered()
        first, count, boot, start_us, period_us, arrival_us, _, _ = np.array(self._heads).T
        index = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        origin = int(taken.seq[0]) if len(taken) else int(first[0])
        words = np.array(self._words, dtype=np.int64)
        return Delivered(
            seq=np.repeat(_unwrap(first, origin), count) + index,
            boot=np.repeat(boot, count),
            time_us=np.repeat(start_us, count) + index * np.repeat(period_us, count),
            distance_mm=words & 0x1FFF,
            status=words >> 13,
            late_16ths=np.frombuffer(bytes(self._late), dtype=np.uint8).astype(np.int64),
            arrival_us=np.repeat(arrival_us, count),
        )

    def _bands(self, until_us: int) -> list[Band]:
        ends = [at for at, _ in [*self._states, (until_us, "")][1:]]
        return [
            Band(max(0, at) / 1e6, min(end, until_us) / 1e6, state)
            for (at, state), end in zip(self._states, ends, strict=True)
            if min(end, until_us) > max(0, at)
        ]

    def _bytes_per_sample(self, delivered: Delivered, taken: Taken) -> float:
        """Of the blocks that waited in the log for a while; of all, if none had to.

        While Linux is awake the latency closes each block after a few samples: these say nothing
        about how densely the log holds a sleep.
        """
        if not self._heads:
            return 0.0
        _, count, _, _, _, arrival_us, size, skip = np.array(self._heads).T
        head = delivered.seq[np.cumsum(count) - count] - (taken.seq[0] if len(taken) else 0)
        known = (head >= 0) & (head < len(taken))
        waited = np.zeros(len(count), dtype=bool)
        waited[known] = arrival_us[known] - taken.at_us[head[known]] > _WAITED_US
        chosen = waited if waited.any() else np.ones(len(count), dtype=bool)
        return float(size[chosen].sum() / (count + skip)[chosen].sum())


def _until_last(delivered: Delivered, taken: Taken) -> Delivered:
    """Without the samples that were taken after the last one that counts."""
    if not len(taken):
        return delivered
    late = (delivered.boot == taken.boot[-1]) & (delivered.time_us > taken.time_us[-1])
    columns = {name: column[~late] for name, column in vars(delivered).items()}
    return Delivered(**columns)


def _unwrap(first: Ints, origin: int) -> Ints:
    """32-bit numbers as they follow each other from `origin` on, without wrapping."""
    steps = np.diff(first, prepend=origin & 0xFFFF_FFFF)
    steps = (steps + _HALF_SEQ) % (2 * _HALF_SEQ) - _HALF_SEQ
    return np.asarray(origin + np.cumsum(steps), dtype=np.int64)


def _numbered(gaps: list[Gap], taken: Taken) -> list[Gap]:
    """With numbers that do not wrap: those nearest to what was taken."""
    if not gaps or not len(taken):
        return gaps
    origin = int(taken.seq[len(taken) // 2])
    first = [_unwrap(np.array([gap.first], dtype=np.int64), origin)[0] for gap in gaps]
    return [replace(gap, first=int(seq)) for gap, seq in zip(gaps, first, strict=True)]


def _first_arrivals(record: RunRecord) -> Ints:
    """Of each sample taken, when it first arrived; -1 if it never did."""
    taken, delivered = record.taken, record.delivered
    arrivals = np.full(len(taken), -1, dtype=np.int64)
    if len(taken) and len(delivered):
        index = delivered.seq - taken.seq[0]
        known = (index >= 0) & (index < len(taken))
        # numpy keeps the last one written: write the earliest last
        arrivals[index[known][::-1]] = delivered.arrival_us[known][::-1]
    return arrivals


def _sleep_record(
    sleep: OpenSleep, following: OpenSleep | None, taken: Taken, arrivals: Ints, until_us: int
) -> SleepRecord:
    """`drain_ms` stays None if the following sleep began before the backlog was there."""
    slept_us = 0
    if sleep.closed_us is not None:
        slept_us = (until_us if sleep.opened_us is None else sleep.opened_us) - sleep.closed_us
    first_ms = drain_ms = None
    backlog = 0
    if sleep.up_us is not None:
        later = arrivals[arrivals >= sleep.up_us]
        waited = arrivals[(arrivals >= sleep.up_us) & (taken.at_us < sleep.up_us)]
        backlog = len(waited)
        first_ms = (int(later.min()) - sleep.up_us) / 1e3 if len(later) else None
        end_us = int(waited.max()) if backlog else sleep.up_us
        if following is None or following.closed_us is None or end_us < following.closed_us:
            drain_ms = (end_us - sleep.up_us) / 1e3
    return SleepRecord(
        at_s=sleep.asked_us / 1e6,
        ack_ms=sleep.ack_ms,
        slept_s=slept_us / 1e6,
        wake_cause=sleep.cause,
        first_sample_ms=first_ms,
        drain_ms=drain_ms,
        backlog=backlog,
    )


def _add_backlog(record: RunRecord, arrivals: Ints, until_us: int) -> None:
    """Samples taken, and neither received nor declared lost yet, at instants worth drawing."""
    if not len(record.taken):
        return
    taken_us = record.taken.at_us
    gone_us = arrivals.copy()
    for gap in record.gaps:
        first = gap.first - int(record.taken.seq[0])
        part = gone_us[max(0, first) : max(0, first + gap.count)]
        part[part < 0] = gap.at_us
    came_us = np.sort(gone_us[gone_us >= 0])
    corners = [at for sleep in record.bands for at in (sleep.start_s, sleep.end_s)]
    grid = np.linspace(0, until_us, _BACKLOG_POINTS, dtype=np.int64)
    near = np.round(np.array(corners) * 1e6).astype(np.int64)
    at_us = np.unique(np.concatenate([grid, near, near + 20_000, near + 200_000]))
    at_us = at_us[at_us <= until_us]
    waiting = np.searchsorted(taken_us, at_us) - np.searchsorted(came_us, at_us)
    record.backlog_t_s = at_us / 1e6
    record.backlog_samples = waiting.astype(np.int64)
