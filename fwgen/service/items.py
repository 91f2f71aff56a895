"""What the service passes to its sinks: runs of samples and gaps, each with its place in the log.

A log's numbers have 32 bits and wrap. A `position` is the number without the wrap: it only grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeAlias

from fwgen.peer.events import Lost, NewLog, NumberingRestarted, Samples
from fwgen.service.sensors import RANGE_SENSOR, Sensor, Sensors, sensor_of
from fwgen.wire.block import Block
from fwgen.wire.messages import Hello, StreamInfo, seq_distance

_WRAP: Final = 1 << 32
MISSED: Final = "missed"
"""Reason of a gap: the samples were acknowledged, but this sink does not have them."""
MISSED_OR_DECLARED: Final = "missed-or-declared"
"""Reason of a gap: that, or the firmware had to drop them; it is not known which."""


class Log(NamedTuple):
    """A log: its identity, and how often it began to use numbers again after damage."""

    identity: int
    renumbered: int = 0
    stream: int = 0
    """Of which sensor: each has positions of its own."""

    @property
    def owner(self) -> str:
        """16 hexadecimal digits, with `/1` of a second sensor."""
        return f"{self.identity:016x}{f'/{self.stream}' if self.stream else ''}"

    @property
    def name(self) -> str:
        """`owner`, with `+N` after N renumberings."""
        return f"{self.owner}{f'+{self.renumbered}' if self.renumbered else ''}"


class Mark(NamedTuple):
    """All samples of `log` before `position` are covered. `boot`: the firmware's start in which
    the last of them was taken. `other`: likewise of a second sensor; None: there is none."""

    log: Log
    position: int
    boot: int
    other: Mark | None = None

    @property
    def next_seq(self) -> int:
        return self.position % _WRAP


class Dated(NamedTuple):
    """The time of a run's samples: sample i at `utc_us + i * step_us`, exact to +- `within_us`."""

    utc_us: float
    step_us: float
    within_us: int
    basis: str
    """How the time is known: a value of fwgen.service.dating.Basis."""


class Sample(NamedTuple):
    position: int
    device_us: int
    """The firmware's clock, since its start."""
    utc_us: int | None
    """Microseconds since 1970; None: not known."""
    status: int
    distance_mm: int | None
    """None also of another sensor."""
    late_16ths: int
    values: tuple[int, ...] = ()
    """Raw numbers."""


@dataclass(frozen=True, slots=True)
class Run:
    """The samples of a block from index `skip` on. `after`: the mark, with that of another sensor;
    None: there is none."""

    log: Log
    position: int
    block: Block
    skip: int
    dated: Dated | None
    sensor: Sensor = RANGE_SENSOR
    after: Mark | None = None

    @property
    def count(self) -> int:
        return self.block.count - self.skip

    @property
    def mark(self) -> Mark:
        return self.after or Mark(self.log, self.position + self.count, self.block.boot)

    @property
    def ends_log(self) -> bool:
        return False

    def samples(self) -> Iterator[Sample]:
        block, dated = self.block, self.dated
        start_us = block.start_us + self.skip * block.period_us
        for index, (status, values, late) in enumerate(block.samples(self.skip)):
            yield Sample(
                self.position + index,
                start_us + index * block.period_us,
                None if dated is None else round(dated.utc_us + index * dated.step_us),
                status,
                values[0] if values and self.sensor.is_plain else None,
                late,
                values,
            )


@dataclass(frozen=True, slots=True)
class Hole:
    """Samples that will not arrive. `count`: None if their number is not known.

    `reason`: "declared" (the firmware had to drop them), "missing" (it did not declare them),
    "new-log" (the log's memory was lost), "renumbered" (part of it was), MISSED or
    MISSED_OR_DECLARED.
    """

    log: Log
    position: int
    count: int | None
    reason: str
    boot: int
    after: Mark | None = None

    @property
    def mark(self) -> Mark:
        return self.after or Mark(self.log, self.position + (self.count or 0), self.boot)

    @property
    def ends_log(self) -> bool:
        """Whether the numbers of the mark's log are no longer in use after it."""
        return self.count is None and self.log.stream == 0


@dataclass(frozen=True, slots=True)
class Note:
    """An item without samples; it changes no position."""

    mark: Mark
    """That of the item before."""

    @property
    def log(self) -> Log:
        return self.mark.log

    @property
    def position(self) -> int:
        return self.mark.position

    @property
    def ends_log(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Redate(Note):
    """The time of stored samples that had none: the system clock has been set since. At
    `device_us` of this boot it was `utc_us`."""

    boot: int
    device_us: int
    utc_us: int
    within_us: int


@dataclass(frozen=True, slots=True)
class SleepNote(Note):
    """A sleep of Linux, or a request that led to none. `document`: as in the status."""

    asked_us: int
    ended_us: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StartNote(Note):
    """What the firmware says of its start and of crashes before it."""

    boot: int
    noted_us: int
    said: str
    """A sentence a line."""
    stored: Callable[[], None]
    """Called when the database has it: the firmware may forget the crashes."""


Item: TypeAlias = Run | Hole | Redate | SleepNote | StartNote


class Numbering:
    """Turns a session's events into items. `mark`: where the last service stopped, if known;
    `required`: nothing is acknowledged that is not before a recorded mark."""

    def __init__(
        self,
        mark: Mark | None,
        sensors: Sensors = (RANGE_SENSOR,),
        *,
        required: bool = True,
    ) -> None:
        self._sensors = sensors
        self._marks: dict[int, Mark] = {}  # by stream
        self._required = required
        self._recorded: dict[int, Mark] = {}  # by stream, until something arrives after it
        self._oldest: dict[int, int] = {}  # position of the firmware's oldest sample, likewise
        self._dropped = True  # the firmware, in this boot
        self._boot = -1
        if mark is not None:
            self._marks[0] = mark._replace(other=None)
            if mark.other is not None:
                self._marks[1] = mark.other
            self._recorded = dict(self._marks)

    @property
    def mark(self) -> Mark | None:
        """The mark of the last item."""
        first = self._marks.get(0)
        return first and first._replace(other=self._marks.get(1))

    def note_hello(self, hello: Hello) -> None:
        """The firmware has answered. Its log may be the first one that this service meets."""
        if 0 not in self._marks:
            self._marks[0] = Mark(Log(hello.log), hello.oldest_seq, hello.boot)
        self._note_oldest(0, hello.oldest_seq)
        self._boot = hello.boot

    def note_dropped(self, count: int) -> None:
        """The firmware has dropped so many samples in this boot."""
        self._dropped = count > 0

    def _note_oldest(self, stream: int, seq: int) -> None:
        recorded = self._recorded.get(stream)
        if recorded is not None and stream not in self._oldest:
            self._oldest[stream] = recorded.position + seq_distance(seq, recorded.next_seq)

    def note_stream(self, info: StreamInfo) -> None:
        """The firmware has a second sensor."""
        first = self._marks.get(0)
        if first is not None and 1 not in self._marks:
            log = Log(first.log.identity, stream=info.stream)
            self._marks[1] = Mark(log, info.oldest_seq, first.boot)
        self._note_oldest(info.stream, info.oldest_seq)

    def item(
        self, event: Samples | Lost | NewLog | NumberingRestarted, dated: Dated | None = None
    ) -> Item:
        if isinstance(event, NewLog):
            hole = self._hole_of_unknown_size("new-log", 0)
            self._marks = {0: Mark(Log(event.log), event.oldest_seq, hole.boot)}
            return hole
        if isinstance(event, NumberingRestarted):
            hole = self._hole_of_unknown_size("renumbered", event.stream)
            log = hole.log._replace(renumbered=hole.log.renumbered + 1)
            self._marks[event.stream] = Mark(log, event.oldest_seq, hole.boot)
            return hole
        if isinstance(event, Lost):
            log, position = self._place(event.log, event.first_seq, event.stream)
            mark = self._marks.get(event.stream)
            reason = self._reason(event, position) if event.declared else "missing"
            boot = mark.boot if mark else 0
            item: Run | Hole = Hole(log, position, event.count, reason, boot)
        else:
            block = event.block
            first_seq = (block.first_seq + event.skip) % _WRAP
            log, position = self._place(event.log, first_seq, block.stream)
            sensor = sensor_of(self._sensors, block.stream, block.widths)
            item = Run(log, position, block, event.skip, dated, sensor)
        self._marks[log.stream] = item.mark
        self._recorded.pop(log.stream, None)
        return replace(item, after=self.mark) if 1 in self._marks else item

    def _reason(self, event: Lost, position: int) -> str:
        """Return why samples are not there that the firmware declares lost. Those that it no longer
        had at its first answer may have been acknowledged, after the recorded mark: by a service
        with another database, or by this one if its database is not required."""
        recorded, oldest = self._recorded.get(event.stream), self._oldest.get(event.stream, 0)
        if recorded is None or recorded.position != position or oldest < position + event.count:
            return "declared"
        if not self._dropped and self._boot == recorded.boot:
            return MISSED
        return "declared" if self._required else MISSED_OR_DECLARED

    def _place(self, identity: int, seq: int, stream: int) -> tuple[Log, int]:
        mark = self._marks.get(stream)
        if mark is None or mark.log.identity != identity:
            return Log(identity, stream=stream), seq
        return mark.log, mark.position + seq_distance(seq, mark.next_seq)

    def _hole_of_unknown_size(self, reason: str, stream: int) -> Hole:
        mark = self._marks[stream]  # a hello came before
        after = self.mark if 1 in self._marks else None
        return Hole(mark.log, mark.position, None, reason, mark.boot, after)
