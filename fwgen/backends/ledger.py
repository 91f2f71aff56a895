"""Collects what happens during a run and makes the RunRecord; shared by all backends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from fwgen.backends.collected import Collected
from fwgen.backends.dates import Dater
from fwgen.backends.latest import Latest, latest
from fwgen.backends.sleeps import OpenSleep, of_both, of_full_log
from fwgen.backends.wire_watch import LogBlocks, WireWatch
from fwgen.peer.called import FIRMWARE, call_cause
from fwgen.peer.events import Event as Heard
from fwgen.peer.started import crashes, memory_words, reset_words
from fwgen.record import (
    Asked,
    Band,
    CrashReport,
    Erasure,
    Event,
    Frame,
    Fullest,
    Ignored,
    Ints,
    LinkCounts,
    Outage,
    Repeat,
    RunRecord,
    StartReport,
    Stream,
    Taken,
)
from fwgen.series import PackedTaken
from fwgen.wire.block import Block
from fwgen.wire.channel import DISTANCE, Channel
from fwgen.wire.messages import Call, Start, Status

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor


class Observer(Protocol):
    """Follows a run while it happens. Times are microseconds of scenario time."""

    def heard(self, event: Heard, at_us: int) -> None:
        """The application has an event of its session."""

    def entered(self, state: str, at_us: int) -> None:
        """Linux enters one of record.BAND_STATES."""


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Sampled:
    """What a sensor has given in a run: the samples taken, the corners of what each channel should
    show (rows of seconds and values), and what the plan requires. `offsets`: for the log after each
    erasure, what to add to its numbers to get those of `taken`. `jitter_us`: see RunRecord."""

    sensor: PlannedSensor
    taken: Taken | PackedTaken
    truth: Sequence[NDArray[np.float64]]
    asked: Asked
    offsets: Sequence[int]
    jitter_us: Ints = field(default_factory=_no_ints)


@dataclass
class Ledger:
    """All times are microseconds of scenario time. `channels`: of the sensor; `second`: of a
    second one, if there is any."""

    channels: tuple[Channel, ...] = (DISTANCE,)
    observer: Observer | None = None
    dater: Dater | None = None
    second: Collected | None = None

    first: Collected = field(init=False)

    sleeps: list[OpenSleep] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    misled: list[Repeat] = field(default_factory=list)
    deaf: list[tuple[int, int]] = field(default_factory=list)
    starts: list[StartReport] = field(default_factory=list)
    crashes: list[CrashReport] = field(default_factory=list)
    wire: WireWatch = field(default_factory=WireWatch)
    streams: list[Stream] = field(default_factory=list)
    fullest: list[Fullest] = field(default_factory=list)
    _fullest: Fullest = field(default_factory=lambda: Fullest(0, 0, None))  # before the present one
    _streaming_since: tuple[int, int | None] | None = None
    _states: list[tuple[int, str]] = field(default_factory=list)
    _starts_before_log: int = 0  # of earlier logs, which counted starts and crashes as well
    _crashes_before_log: int = 0
    _began_us: int = 0  # when the firmware's clock began
    _was_online: bool = False
    _status: Status | None = None  # the last one
    _link: LinkCounts = field(default_factory=LinkCounts)  # of earlier starts of the firmware

    def __post_init__(self) -> None:
        self.first = Collected(self.channels)
        self.wire.watch_slots(True)  # the second watch would only count the same slots again
        if self.second is not None:
            self.wire.second = WireWatch(stream=1)

    def look_with(self, look: Callable[[], LogBlocks]) -> None:
        """Read the log's memory with this."""
        self.wire.look = look
        if self.wire.second is not None:
            self.wire.second.look = look

    def deliver(self, block: Block, skip: int, arrival_us: int) -> None:
        """The application has received the block's samples from index `skip` on."""
        self._of(block.stream).blocks.add(block, skip, arrival_us)

    def gap(self, first: int, count: int, at_us: int, stream: int = 0) -> None:
        """The firmware has declared these samples lost; `first` as on the wire."""
        self._of(stream).gap(first, count, at_us, len(self.erasures))

    def _of(self, stream: int) -> Collected:
        return self.second if stream and self.second is not None else self.first

    @property
    def _all(self) -> list[Collected]:
        return [self.first] if self.second is None else [self.first, self.second]

    def misdirected(self, first: int, count: int, at_us: int) -> None:
        """The firmware has sent samples to an application that was made for another spec."""
        self.misled.append(Repeat(at_us, first, count))

    def disturbed(self, start_us: int, end_us: int) -> None:
        """Doorbells to Linux are lost, doubled or late."""
        self.deaf.append((start_us, end_us))

    def status(self, status: Status) -> None:
        """The firmware has sent its counters since its start."""
        last, self._status = self._status, status
        if last is not None and status.time_us < last.time_us:
            self._link += _link_counts(last)

    def start(self, start: Start, at_us: int) -> None:
        """The firmware has said how it started, and which crashes it kept."""
        reset, memory = reset_words(start.reset), memory_words(start.memory)
        found = StartReport(at_us, start.boot, reset, memory, start.unreadable, start.damaged)
        for at in range(self._starts_before_log, len(self.starts)):
            if self.starts[at].boot == start.boot:  # blocks may have been found damaged since then
                self.starts[at] = replace(self.starts[at], damaged=start.damaged)
                break
        else:
            self.starts.append(found)
        known = {report.crash for report in self.crashes[self._crashes_before_log :]}
        self.crashes += [
            CrashReport(at_us, crash) for crash in crashes(start) if crash not in known
        ]

    def event(self, text: str, at_us: int) -> None:
        self.events.append(Event(at_us / 1e6, text))

    def ignore(self, do: str, reason: str, at_us: int) -> None:
        """A step was not executed, or changed nothing, which may be known later."""
        self.ignored.append(Ignored(at_us / 1e6, do, reason))
        self.event(f"{do} ignored: {reason}", at_us)

    def stopped(self, why: str, at_us: int, *, asked: bool = True) -> None:
        """The M33 no longer executes the firmware. If it did not before, the first cause counts."""
        if not self.is_down:
            self.outages.append(Outage(at_us, None, why, asked))

    def called(self, call: Call) -> None:
        """The firmware has said why it has called Linux the last time. That has ended the last
        sleep, unless it has called again since: no application was there to hear the first."""
        last = self.sleeps[-1] if self.sleeps else None
        if last is None or last.up_us is None or last.cause != FIRMWARE:
            return
        if self._began_us + call.time_us <= last.up_us:
            last.cause = call_cause(call)

    def started(self, at_us: int) -> None:
        """The M33 executes the firmware from its beginning."""
        self._began_us = at_us
        if self.dater is not None:
            self.dater.began(at_us)
        if self.is_down:
            self.outages[-1] = replace(self.outages[-1], end_us=at_us)

    @property
    def is_down(self) -> bool:
        """Whether the M33 does not execute the firmware."""
        return bool(self.outages) and self.outages[-1].end_us is None

    def erased(self, boots: int, at_us: int) -> None:
        """The log's memory has lost its contents: numbers and starts are counted from the beginning
        again. `boots`: how often the firmware has started so far."""
        self.erasures.append(Erasure(at_us))
        self._starts_before_log, self._crashes_before_log = len(self.starts), len(self.crashes)
        for one in self._all:
            one.blocks.new_log(boots)
        self.wire.forget_numbers(asks_old=True)

    def new_log(self, at_us: int) -> None:
        """The peer has learned that the firmware has another log."""
        self.erasures = [
            replace(erasure, told_us=at_us) if erasure.told_us is None else erasure
            for erasure in self.erasures
        ]
        self.wire.forget_numbers()

    def online(self, at_us: int) -> None:
        """The peer has a session. The first log that it knows is new to it without a NewLog."""
        if not self._was_online and not self.knows_log:
            self.new_log(at_us)
        self._was_online = True

    @property
    def knows_log(self) -> bool:
        """Whether the peer knows the present log, so that its numbers belong to it."""
        return not self.erasures or self.erasures[-1].told_us is not None

    def stream(self, runs: bool, at_us: int) -> None:
        """Set whether, from now on, Linux reads everything and its application runs."""
        before: Fullest | None = None
        if self._streaming_since is not None:
            start_us, used = self._streaming_since
            if at_us > start_us:
                self.streams.append(Stream(start_us, at_us, used))
                self.fullest.append(self._fullest)
            else:
                before = self._fullest
            self._streaming_since = None
            self.wire.watch_slots(True, before)
        if runs:
            used = self.wire.used_slots()
            self._fullest = self.wire.fullest_until(at_us, used)
            self.wire.watch_slots(False)
            self._streaming_since = (at_us, used)

    def state(self, state: str, at_us: int) -> None:
        """Linux is in `state` from now on."""
        if not self._states or self._states[-1][1] != state:
            self._states.append((at_us, state))
            if self.observer is not None:
                self.observer.entered(state, at_us)

    def heard(self, event: Heard, at_us: int) -> None:
        """The application has an event of its session."""
        if self.observer is not None:
            self.observer.heard(event, at_us)

    def shift(self, by_us: int) -> None:
        """Add `by_us` to all times: they were noted on a clock that is behind scenario time."""
        for sleep in self.sleeps:
            for name in ("asked_us", "closed_us", "opened_us", "up_us"):
                value = getattr(sleep, name)
                setattr(sleep, name, None if value is None else value + by_us)
        by_s = by_us / 1e6
        self.events = [replace(event, t_s=round(event.t_s + by_s, 6)) for event in self.events]
        self.frames = [replace(frame, t_s=round(frame.t_s + by_s, 6)) for frame in self.frames]
        self.ignored = [replace(step, at_s=round(step.at_s + by_s, 6)) for step in self.ignored]
        self.fullest = [one.shifted(by_us) for one in self.fullest]
        self._fullest = self._fullest.shifted(by_us)
        self.streams = [
            replace(one, start_us=one.start_us + by_us, end_us=one.end_us + by_us)
            for one in self.streams
        ]
        self.outages = [
            replace(
                one,
                start_us=one.start_us + by_us,
                end_us=None if one.end_us is None else one.end_us + by_us,
            )
            for one in self.outages
        ]
        self.erasures = [
            Erasure(one.at_us + by_us, None if one.told_us is None else one.told_us + by_us)
            for one in self.erasures
        ]
        self.misled = [replace(one, at_us=one.at_us + by_us) for one in self.misled]
        self.deaf = [(start_us + by_us, end_us + by_us) for start_us, end_us in self.deaf]
        self.starts = [replace(one, at_us=one.at_us + by_us) for one in self.starts]
        self.crashes = [replace(one, at_us=one.at_us + by_us) for one in self.crashes]
        self._began_us += by_us
        self.wire.shift(by_us)
        if self.dater is not None:
            self.dater.shift(by_us)
        self._states = [(at_us + by_us, state) for at_us, state in self._states]
        for one in self._all:
            one.shift(by_us)

    def record(
        self,
        record: RunRecord,
        taken: Taken | PackedTaken,
        until_us: int,
        offsets: Sequence[int] = (),
        second: Sampled | None = None,
    ) -> RunRecord:
        """Fill the record from what was collected; return it. `offsets`: for the log after each
        erasure, what to add to its numbers to get those of `taken`. `second`: of a second
        sensor, which gets a record of its own in this one."""
        record.channels = self.channels
        self._fill_stream(record, taken, until_us, offsets)
        record.bands = self._bands(until_us)
        record.events = sorted(self.events, key=lambda event: event.t_s)
        record.frames = self.frames
        record.link = self._link
        if self._status is not None:
            record.link += _link_counts(self._status)
        record.ignored = self.ignored
        record.starts = self.starts
        record.crashes = self.crashes
        record.streams, record.fullest = self.streams, self.fullest
        record.misdirected = self.misled
        record.outages = self.outages
        record.erasures = self.erasures
        record.deaf = self.deaf
        record.other_spec = [at for at, sleep in enumerate(self.sleeps) if sleep.other_spec]
        record.virtual_s = until_us / 1e6
        if second is not None:
            record.second = self._second_record(record, second, until_us)
            record.own_sleeps = record.sleeps
            record.sleeps = [*map(of_both, record.sleeps, record.second.sleeps)]
        asked = [one.asked for one in record.of_sensors if one.asked]
        if asked and all(one.only_when_full for one in asked):
            record.sleeps = [of_full_log(sleep) for sleep in record.sleeps]
        return record

    def _second_record(self, record: RunRecord, sampled: Sampled, until_us: int) -> RunRecord:
        made = replace(
            record,
            sensor_name=sampled.sensor.name,
            period_us=sampled.sensor.period_us,
            channels=sampled.sensor.channels,
            true_t_s=sampled.truth[0][:, 0],
            true_mm=sampled.truth[0][:, 1],
            true_more=list(sampled.truth[1:]),
            asked=sampled.asked,
            jitter_us=sampled.jitter_us,
            misdirected=[],
        )
        self._fill_stream(made, sampled.taken, until_us, sampled.offsets, stream=1)
        return made

    def _fill_stream(
        self,
        record: RunRecord,
        taken: Taken | PackedTaken,
        until_us: int,
        offsets: Sequence[int],
        stream: int = 0,
    ) -> None:
        """Fill in what belongs to one sensor's stream."""
        collected = self._of(stream)
        collected.fill(record, taken, until_us, offsets, self.sleeps)
        (self.wire.second if stream and self.wire.second else self.wire).fill(record)
        last = offsets[-1] if offsets else 0
        record.in_log = [((first + last) & 0xFFFF_FFFF, count) for first, count in record.in_log]
        record.dates = self.dater.dates(stream) if self.dater else None

    @property
    def received(self) -> int:
        """Number of samples that the application has received, repetitions included."""
        return sum(len(one.blocks.words) for one in self._all)

    @property
    def declared_lost(self) -> int:
        """Number of samples of all sensors that the firmware has declared lost."""
        return sum(gap.count for one in self._all for gap in one.gaps)

    def latest(self, count: int) -> tuple[Latest, ...]:
        """Return the last samples received, by sensor."""
        return tuple(latest("", one.channels, one.blocks, count) for one in self._all)

    def told(self, stream: int = 0) -> tuple[Ints, Ints, Ints]:
        """Return boot, device time in us and lateness in sixteenths of all delivered samples of a
        sensor, in order of arrival."""
        part = self._of(stream).blocks.packed().whole()
        return part.boot, part.time_us, part.late_16ths

    def _bands(self, until_us: int) -> list[Band]:
        ends = [at for at, _ in [*self._states, (until_us, "")][1:]]
        return [
            Band(max(0, at) / 1e6, min(end, until_us) / 1e6, state)
            for (at, state), end in zip(self._states, ends, strict=True)
            if min(end, until_us) > max(0, at)
        ]


def ledger_for(plan: Plan, look: Callable[[], LogBlocks], clocks_ppm: int | None) -> Ledger:
    """Return the ledger for a run of a plan. `look`: reads the log's memory. `clocks_ppm`: how much
    faster the firmware's clock runs than Linux's; None: as fast, and no sample is dated."""
    first, *others = plan.sensors
    ledger = Ledger(
        first.channels,
        dater=None if clocks_ppm is None else Dater(clocks_ppm),
        second=Collected(others[0].channels) if others else None,
    )
    ledger.look_with(look)
    return ledger


def _link_counts(status: Status) -> LinkCounts:
    return LinkCounts(
        blocked_accesses=status.blocked_accesses,
        bad_rings=status.bad_rings,
        bad_messages=status.bad_messages,
        foreign_messages=status.foreign_messages,
    )
