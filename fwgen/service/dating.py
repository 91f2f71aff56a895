"""Dates samples: from the firmware's clock to Linux's, and from there to UTC. docs/SPEC.md has the
rules.

A **pair** is one instant on both clocks: the time in a hello or status, and Linux's time when it
was received. Linux's clock here is CLOCK_BOOTTIME, which does not leap; UTC is that plus an offset
that is read when a sample is dated. So a leap of the system clock changes no pair.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from fwgen.peer.incoming import boot_distance
from fwgen.service.items import Dated
from fwgen.wire.block import Block
from fwgen.wire.messages import Hello, Message, PeerHello, Status, Wake

MOST_RATE: Final = 200e-6
"""The two clocks differ by at most this rate: 100 ppm each."""
MOST_WANDER: Final = 30e-6
"""Between two pairs the rate differs by at most this from its mean: the temperature changes it."""
MOST_DELAY_US: Final = 100_000
"""A message is received at most this long after the firmware made it."""
_MOST_PAIRS: Final = 256
_MOST_TRACKS: Final = 8
_MOST_BOOTS: Final = 64

T = TypeVar("T")


class Basis(StrEnum):
    """How the time of samples is known."""

    PAIR = "pair"
    """From a pair near them."""
    BETWEEN = "between"
    """From the pairs before and after a sleep of Linux."""
    BOUNDS = "bounds"
    """The firmware started and ended while no peer was there: only the earliest and the latest
    possible time are known. `within_us` covers both."""
    LATER = "later"
    """The system clock was set after the samples had been stored; from a pair of that time."""


class Pair(NamedTuple):
    device_us: int
    linux_us: float
    within_us: float
    segment: int
    """Pairs of the same segment have no sleep between them."""

    @property
    def offset_us(self) -> float:
        return self.linux_us - self.device_us


class Moment(NamedTuple):
    linux_us: float
    within_us: float
    basis: Basis


class LastDated(NamedTuple):
    """The last sample that an earlier service has dated."""

    log: int
    boot: int
    device_us: int
    utc_us: int
    within_us: int


@dataclass(slots=True)
class Track:
    """The pairs of one start of the firmware, in the order of time."""

    pairs: list[Pair] = field(default_factory=list)
    _low_us: float = 0.0
    _high_us: float = 0.0

    def note(self, device_us: int, earliest_us: float, latest_us: float, segment: int) -> None:
        """The firmware's clock was `device_us` at some instant between the two Linux times."""
        low, high = earliest_us - device_us, latest_us - device_us
        if self.pairs:
            last = self.pairs[-1]
            if device_us < last.device_us:
                self.pairs.clear()  # another start of the firmware with the same number
            elif last.segment == segment:
                drift = MOST_RATE * (device_us - last.device_us)
                before = self._low_us - drift, self._high_us + drift
                if low > before[1]:
                    low, high = before  # this message was late
                elif high >= before[0]:  # else the earlier ones were
                    low, high = max(low, before[0]), min(high, before[1])
        self._low_us, self._high_us = low, high
        middle = device_us + (low + high) / 2
        self.pairs.append(Pair(device_us, middle, (high - low) / 2, segment))
        if len(self.pairs) > _MOST_PAIRS:
            del self.pairs[1:-1:2]

    def date(self, device_us: int) -> Moment:
        """Return Linux's time of an instant of the firmware's clock. There must be a pair."""
        after = bisect_right(self.pairs, device_us, key=lambda pair: pair.device_us)
        if 0 < after < len(self.pairs):
            return _between(self.pairs[after - 1], self.pairs[after], device_us)
        near = self.pairs[max(0, after - 1)]
        within_us = near.within_us + MOST_RATE * abs(device_us - near.device_us)
        return Moment(device_us + near.offset_us, within_us, Basis.PAIR)

    def forget_before(self, device_us: int) -> None:
        """All samples before this are dated: drop the pairs that later ones do not need."""
        keep = bisect_right(self.pairs, device_us, key=lambda pair: pair.device_us) - 1
        if keep > 0:
            del self.pairs[:keep]

    def inside(self, first_us: int, last_us: int) -> list[Pair]:
        return [pair for pair in self.pairs if first_us < pair.device_us < last_us]


def _between(one: Pair, two: Pair, device_us: int) -> Moment:
    basis = Basis.PAIR if one.segment == two.segment else Basis.BETWEEN
    whole = two.device_us - one.device_us
    since, until = device_us - one.device_us, two.device_us - device_us
    change = two.offset_us - one.offset_us
    part = since / whole
    within = one.within_us + (two.within_us - one.within_us) * part
    if abs(change) <= MOST_RATE * whole + one.within_us + two.within_us:
        offset = one.offset_us + change * part
        return Moment(device_us + offset, within + MOST_WANDER * min(since, until), basis)
    # Linux's clock did not run evenly (its RTC counts whole seconds): one of the two is right.
    middle = (one.offset_us + two.offset_us) / 2
    within = max(one.within_us, two.within_us) + abs(change) / 2 + MOST_RATE * min(since, until)
    return Moment(device_us + middle, within, basis)


class Dating:
    """`watch` gets the session's messages, `date` gives a block's samples their time.

    `last`: of an earlier service; `offset_us`: UTC less Linux's clock, now.
    """

    def __init__(self, last: LastDated | None = None, offset_us: float = 0.0) -> None:
        self._tracks: dict[tuple[int, int], Track] = {}
        self._session = 0
        self._wake = 0
        self._current: tuple[int, int] | None = None  # the log and boot that speaks
        self._starts: dict[tuple[int, int], tuple[float, float]] = {}  # of boots without a pair
        self._ends: dict[tuple[int, int], float] = {}  # a dated sample was taken after this
        self._cause_us: float | None = None  # when the request was sent that is not yet answered
        self._segment = 0
        self._dated: dict[tuple[int, int], dict[int, int]] = {}  # by log and boot: stream -> until
        if last is not None:
            linux_us = last.utc_us - offset_us
            track = self._tracks[last.log, last.boot] = Track()
            margin = last.within_us
            track.note(last.device_us, linux_us - margin, linux_us + margin, self._segment)
            self._ends[last.log, last.boot] = linux_us - margin
            self._segment += 1

    def watch(self, message: Message | Block, sent: bool, now_us: int) -> None:
        """Note what each message of the session says about the clocks."""
        if isinstance(message, PeerHello):
            if message.session != self._session:
                self._session, self._current, self._cause_us = message.session, None, None
            self._cause_us = now_us if self._cause_us is None else self._cause_us
        elif isinstance(message, Wake):
            if message.id != self._wake:  # not a repetition: Linux slept, or nearly
                self._wake, self._cause_us = message.id, now_us
                self._segment += 1
        elif isinstance(message, Hello) and message.session == self._session:
            self._current = (message.log, message.boot)
            self._note(message.time_us, now_us)
        elif isinstance(message, Status):
            self._note(message.time_us, now_us)
            self._cause_us = None

    def _note(self, device_us: int, now_us: int) -> None:
        if self._current is None:
            return
        earliest = max(self._cause_us or 0.0, now_us - MOST_DELAY_US)
        track = self._tracks.setdefault(self._current, Track())
        track.note(device_us, earliest, now_us, self._segment)
        while len(self._tracks) > _MOST_TRACKS:
            self._tracks.pop(next(iter(self._tracks)))

    def date(self, log: int, block: Block, skip: int, offset_us: float) -> Dated | None:
        """Return the time of the samples from index `skip` on; None: nothing is known."""
        first_us = block.start_us + skip * block.period_us
        last_us = block.start_us + (block.count - 1) * block.period_us
        track = self._tracks.get((log, block.boot))
        if track is None:
            return self._date_by_bounds((log, block.boot), first_us, last_us, block, offset_us)
        first, last = track.date(first_us), track.date(last_us)
        steps = block.count - 1 - skip
        step_us = (last.linux_us - first.linux_us) / steps if steps else float(block.period_us)
        rate = step_us / block.period_us
        bend = max(
            (
                abs(first.linux_us + (pair.device_us - first_us) * rate - pair.linux_us)
                for pair in track.inside(first_us, last_us)
            ),
            default=0.0,
        )
        until = self._dated.setdefault((log, block.boot), {})
        until[block.stream] = first_us
        self._dated = {(log, block.boot): until}
        track.forget_before(min(until.values()))  # a slow sensor's block may begin earlier
        within = max(first.within_us, last.within_us) + bend
        self._note_end((log, block.boot), last.linux_us - last.within_us)
        basis = last.basis if last.basis is Basis.BETWEEN else first.basis
        return Dated(first.linux_us + offset_us, step_us, round(within), basis)

    def newest(self) -> tuple[int, int, Pair] | None:
        """Return log, boot and the newest pair of the firmware that speaks now."""
        track = self._tracks.get(self._current) if self._current else None
        if track is None or self._current is None or not track.pairs:
            return None
        return (*self._current, track.pairs[-1])

    def _date_by_bounds(
        self, key: tuple[int, int], first_us: int, last_us: int, block: Block, offset_us: float
    ) -> Dated | None:
        """The start of the firmware lies after the last dated sample of those before and before
        the present one's start. Of two sensors the blocks of several boots may come in turns."""
        if key not in self._starts:
            track = self._tracks.get(self._current) if self._current else None
            if track is None or self._current is None or key[0] != self._current[0]:
                return None
            now = track.date(0)
            latest = now.linux_us + now.within_us - last_us
            earliest = self._earliest_us(key)
            if earliest is None or earliest > latest:
                return None
            _keep(self._starts, key, ((earliest + latest) / 2, (latest - earliest) / 2))
        start, within = self._starts[key]
        within += MOST_RATE * last_us
        self._note_end(key, start - within + last_us)
        return Dated(start + first_us + offset_us, block.period_us, round(within), Basis.BOUNDS)

    def _earliest_us(self, key: tuple[int, int]) -> float | None:
        """Return after what time a boot began: the last dated sample of the boots before it."""
        log, boot = key
        ends_us = (
            end_us
            for (other_log, other), end_us in self._ends.items()
            if other_log != log or boot_distance(boot, other) > 0
        )
        return max(ends_us, default=None)

    def _note_end(self, key: tuple[int, int], end_us: float) -> None:
        _keep(self._ends, key, max(self._ends.get(key, end_us), end_us))


def _keep(known: dict[tuple[int, int], T], key: tuple[int, int], value: T) -> None:
    known[key] = value
    while len(known) > _MOST_BOOTS:
        known.pop(next(iter(known)))
