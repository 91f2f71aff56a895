"""Watches the messages and the log's memory for the verdict.

It keeps only what may be a fault: a run has millions of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.record import Beginning, Fullest, Repeat, RunRecord
from fwgen.wire.block import Block, BlockError, block_in
from fwgen.wire.log_format import BLOCK_BYTES, MAGIC, SUPERBLOCK_BYTES, header_bytes, slots
from fwgen.wire.messages import (
    Ack,
    Gap,
    Message,
    PeerHello,
    Status,
    StreamAck,
    StreamGap,
    StreamInfo,
    Wake,
    seq_distance,
)

_MAGIC: Final = int.from_bytes(MAGIC, "little")
_COUNT: Final = 0xFFF
_SHAPE_WORD: Final = 8
_STREAM: Final = 0xF
_KEPT: Final = 1000
_WORD_BYTES: Final = 4
"""The firmware writes the last word of an open block's samples again with each sample: damage there
does not last."""
_MASK: Final = 0xFFFF_FFFF
_SLOTS_EVERY_US: Final = 10_000
"""The used slots are counted at most once in this time, to save work."""
_DATA: Final = (Block, Gap, StreamGap)
_ACKS: Final = (Ack, StreamAck)
_BEGINNINGS: Final = (PeerHello, Wake)
_IN_FIRST: Final = (Gap, Ack)
"""Messages that are about the first sensor."""


@dataclass(slots=True)
class LogBlocks:
    """The blocks in the slots of a log, unordered. `rows`: first number and count of their samples,
    and the sensor's stream."""

    rows: list[tuple[int, int, int]]

    def of(self, stream: int) -> list[tuple[int, int]]:
        """Return first numbers and counts of those of one stream."""
        return [(first, count) for first, count, its in self.rows if its == stream]


class LogView:
    """The slots of a log in its region (docs/SPEC.md), which may change."""

    def __init__(self, region: bytes | memoryview) -> None:
        count = slots(len(region))
        start = len(region) - SUPERBLOCK_BYTES - count * BLOCK_BYTES
        size = count * BLOCK_BYTES // 4
        words = np.frombuffer(region, "<u4", size, start) if size else np.zeros(0, np.uint32)
        slot = words.reshape(count, BLOCK_BYTES // 4)
        self._columns = slot[:, 0], slot[:, 2], slot[:, 1], slot[:, _SHAPE_WORD]

    def blocks(self) -> LogBlocks:
        """Return the present blocks, valid or not."""
        slots_now = zip(*(column.tolist() for column in self._columns), strict=True)
        return LogBlocks(
            [
                (first, commit & _COUNT, shape & _STREAM)
                for magic, first, commit, shape in slots_now
                if magic == _MAGIC
            ]
        )


def blocks_in(region: bytes | memoryview) -> LogBlocks:
    """Return the blocks in a log's region, valid or not."""
    return LogView(region).blocks()


def _block_at(region: bytes | memoryview, at: int) -> Block | None:
    """Return the block in a slot; None: there is no whole one."""
    slot = bytes(region[at : at + BLOCK_BYTES])
    if not slot.startswith(MAGIC):
        return None
    try:
        return block_in(slot)
    except BlockError:
        return None


def stream_of(message: Block | Gap | StreamGap | Ack | StreamAck) -> int:
    """Return the number of the sensor whose samples it is about."""
    return 0 if isinstance(message, _IN_FIRST) else message.stream


@dataclass
class WireWatch:
    """Watches one stream. Times in us. `look` reads the log's memory; None: it cannot be read.
    `second`: the watch of a second sensor's stream, which sees the same messages."""

    look: Callable[[], LogBlocks] | None = None
    stream: int = 0
    second: WireWatch | None = None
    beginnings: list[Beginning] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    freed_early: list[tuple[int, int]] = field(default_factory=list)
    damaged: bool = False
    _behind: int | None = None  # the number after the last sample received
    _unacknowledged: list[tuple[int, int]] = field(default_factory=list)  # blocks: first, count
    _unwritten: list[tuple[int, int]] = field(default_factory=list)
    """Blocks that are acknowledged in messages which the tty has not accepted yet."""
    _acknowledged: int | None = None  # the peer has said that it has all before this
    _dropped: list[int] = field(default_factory=lambda: [0])  # for each start of the firmware
    _dropped_at_us: int | None = None
    _dropped_received: int = 0  # samples
    _asks_old: bool = False
    _begins: bool = False  # the next acknowledgement says where to begin
    _slots_from_us: int | None = None  # note the used slots from then on
    _fullest: Fullest | None = None  # of those
    _declared: list[tuple[int, int]] = field(default_factory=list)  # gaps: first, count
    _gaps: list[tuple[int, int]] = field(default_factory=list)  # also those before the last ack

    def used_slots(self) -> int | None:
        return len(self.look().rows) if self.look else None

    def watch_slots(self, watch: bool, fullest: Fullest | None = None) -> None:
        """Begin to note how many slots are in use when messages come and go, or stop that.
        `fullest`: what was noted before."""
        self._slots_from_us, self._fullest = 0 if watch else None, fullest

    def fullest_until(self, at_us: int, used: int | None) -> Fullest:
        """Return when the log was fullest since `watch_slots`, until now, when `used` slots are in
        use."""
        before = self._fullest
        if before is None or before.used is None or used is None or used > before.used:
            return Fullest(at_us, at_us, used)
        return replace(before, last_us=at_us) if used == before.used else before

    def _note_slots(self, at_us: int) -> None:
        if self._slots_from_us is not None and at_us >= self._slots_from_us:
            self._slots_from_us = at_us + _SLOTS_EVERY_US
            self._fullest = self.fullest_until(at_us, self.used_slots())

    def came(self, message: Block | Message, at_us: int) -> None:
        """The session has received this from the firmware."""
        self._note_slots(at_us)
        if self.second is not None:
            self.second.came(message, at_us)
        if isinstance(message, StreamInfo):
            self._begins = True
        elif isinstance(message, _DATA):
            if stream_of(message) != self.stream:
                return
            first, count = message.first_seq, message.count
            if self._behind is not None and seq_distance(first, self._behind) < 0:
                self.repeats.append(Repeat(at_us, first, count))
            self._behind = (first + count) & _MASK
            if not isinstance(message, Block):
                self._declare(first, count)
            elif self._is_new(first, count):
                self._unacknowledged.append((first, count))
        elif isinstance(message, Status):
            if message.dropped < self._dropped[-1]:
                self._dropped.append(0)
            self._dropped[-1] = message.dropped
            self._dropped_at_us = at_us

    def went(self, message: Message, at_us: int) -> None:
        """The session sends this to the firmware; it has not arrived yet."""
        self._note_slots(at_us)
        if self.second is not None:
            self.second.went(message, at_us)
        if isinstance(message, _ACKS):
            if stream_of(message) == self.stream:
                self._acknowledges(message, at_us)
        elif isinstance(message, _BEGINNINGS) and self.stream > 0:
            self.begin(None, at_us)  # it has no number for this stream
        elif isinstance(message, PeerHello):
            self.begin(message.expected_seq, at_us)
        elif isinstance(message, Wake):
            self.begin(message.next_seq, at_us)

    def _acknowledges(self, message: Ack | StreamAck, at_us: int) -> None:
        if self._begins and isinstance(message, StreamAck):
            self._begins = False
            self.begin(message.next_seq, at_us)
        else:
            self._check_kept(at_us)
            self._forget(message.next_seq)

    def begin(self, next_seq: int | None, at_us: int) -> None:
        next_seq = None if self._asks_old else next_seq
        self.beginnings.append(Beginning(at_us, next_seq))
        if next_seq is not None:
            dropped = self._missing([*self._unwritten, *self._unacknowledged])
            self._dropped_received += sum(
                count
                for first, count in dropped
                if not _is_after(first, count, next_seq) and not self._is_declared(first, count)
            )
            self._forget(next_seq)
            self._unwritten = [block for block in self._unwritten if block not in dropped]

    def written(self) -> None:
        """The tty has accepted what the session has sent."""
        if self.second is not None:
            self.second.written()
        self._unwritten.clear()

    def damage(self, region: bytes | memoryview) -> int | None:
        """Return which byte of the region to change to damage the oldest block with more than a
        word of samples that the peer has not received. A shorter one is taken if there is no such
        block and it is not open. None: there is neither."""
        count = slots(len(region))
        start = len(region) - SUPERBLOCK_BYTES - count * BLOCK_BYTES
        places: list[tuple[int, bool, int]] = []  # how far behind the others, it is short, where
        for at in range(start, start + count * BLOCK_BYTES, BLOCK_BYTES):
            block = _block_at(region, at)
            if block is not None and block.stream == self.stream and not self._has(block):
                begin = header_bytes(len(block.widths))
                behind = seq_distance(block.first_seq, self._behind or 0)
                places.append((behind, block.size_bytes <= begin + _WORD_BYTES, at + begin))
        if places and max(places)[1]:
            places.remove(max(places))  # it may be open
        if places:
            self.damaged = True
            return min(places, key=lambda place: (place[1], place[0]))[2]
        return None if self.second is None else self.second.damage(region)

    def _has(self, block: Block) -> bool:
        """Return whether the peer has received the block."""
        end = (block.first_seq + block.count) & _MASK
        return self._behind is not None and seq_distance(end, self._behind) <= 0

    def forget_numbers(self, *, asks_old: bool = False) -> None:
        """The firmware has a new log: forget the numbers of the old one. `asks_old`: the peer does
        not know it yet, so the number at which it wants to continue is one of the old log."""
        if self.second is not None:
            self.second.forget_numbers(asks_old=asks_old)
        self._asks_old = asks_old
        self._behind = self._acknowledged = None
        for known in (self._unacknowledged, self._unwritten, self._declared):
            known.clear()

    def shift(self, by_us: int) -> None:
        """Add `by_us` to all times: they were noted on a clock that is behind scenario time."""
        if self.second is not None:
            self.second.shift(by_us)
        self.beginnings = [replace(one, at_us=one.at_us + by_us) for one in self.beginnings]
        self.repeats = [replace(one, at_us=one.at_us + by_us) for one in self.repeats]
        self.freed_early = [(at_us + by_us, first) for at_us, first in self.freed_early]
        if self._dropped_at_us is not None:
            self._dropped_at_us += by_us

    def fill(self, record: RunRecord) -> None:
        record.beginnings, record.repeats = self.beginnings, self.repeats
        record.freed_early, record.damaged = self.freed_early, self.damaged
        if self._dropped_at_us is not None:
            record.dropped_told = (sum(self._dropped), self._dropped_at_us)
        record.dropped_received = self._dropped_received + self._declared_received(record)
        if self.look is not None:
            record.in_log = sorted(self.look().of(self.stream))

    def _declared_received(self, record: RunRecord) -> int:
        """Return how many samples the firmware has declared lost that had arrived before, so that
        the session did not report them."""
        origin = record.taken.first_seq
        told = _numbers((seq_distance(first, origin & _MASK), count) for first, count in self._gaps)
        lost = _numbers((gap.first - origin, gap.count) for gap in record.gaps)
        return len(np.setdiff1d(told, lost))

    def _is_new(self, first: int, count: int) -> bool:
        """Return whether a block just received is neither acknowledged nor a repetition."""
        known, end = self._acknowledged, (first + count) & _MASK
        acknowledged = known is not None and seq_distance(end, known) <= 0
        return not acknowledged and (first, count) not in self._unacknowledged

    def _check_kept(self, at_us: int) -> None:
        """Check that every block that is not acknowledged yet is in the log's memory, or was
        declared lost, although it had arrived: a full log dropped it before the acknowledgement."""
        if len(self.freed_early) < _KEPT:
            self.freed_early += [
                (at_us, block[0])
                for block in self._missing(self._unacknowledged)
                if not self._is_declared(*block)
            ]

    def _declare(self, first: int, count: int) -> None:
        """The firmware declares these samples lost. If blocks of them had arrived, a full log
        dropped those before they were acknowledged: it has not freed them early."""
        self._declared.append((first, count))
        self._gaps.append((first, count))
        self.freed_early = [
            (at_us, block)
            for at_us, block in self.freed_early
            if not 0 <= seq_distance(block, first) < count
        ]

    def _is_declared(self, first: int, count: int) -> bool:
        return any(
            0 <= seq_distance(first, begin) <= length - count for begin, length in self._declared
        )

    def _missing(self, blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return those of these blocks that are no longer in the log's memory."""
        if self.look is None or self.damaged or not blocks:
            return []
        kept = {first for first, _ in self.look().of(self.stream)}
        return [block for block in blocks if block[0] not in kept]

    def _forget(self, next_seq: int) -> None:
        self._acknowledged = next_seq
        left = [block for block in self._unacknowledged if _is_after(*block, next_seq)]
        self._unwritten += self._unacknowledged[: len(self._unacknowledged) - len(left)]
        self._unacknowledged = left
        if self._declared:
            self._declared = [gap for gap in self._declared if _is_after(*gap, next_seq)]


def _numbers(spans: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """Return all numbers of spans (first, count), each once."""
    parts = [np.arange(first, first + count) for first, count in {*spans}]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def _is_after(first: int, count: int, next_seq: int) -> bool:
    """Whether not all of these samples are before a number."""
    return seq_distance((first + count) & _MASK, next_seq) > 0
