"""Watches the messages and the log's memory for the verdict.

It keeps only what may be a fault: a run has millions of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fwgen.record import Beginning, Repeat, RunRecord
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
    _acknowledged: int | None = None  # the peer has said that it has all before this
    _dropped: list[int] = field(default_factory=lambda: [0])  # for each start of the firmware
    _dropped_at_us: int | None = None
    _dropped_received: int = 0  # samples
    _asks_old: bool = False
    _begins: bool = False  # the next acknowledgement says where to begin

    def used_slots(self) -> int | None:
        return len(self.look().rows) if self.look else None

    def came(self, message: Block | Message, at_us: int) -> None:
        """The session has received this from the firmware."""
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
            if isinstance(message, Block) and self._is_new(first, count):
                self._unacknowledged.append((first, count))
        elif isinstance(message, Status):
            if message.dropped < self._dropped[-1]:
                self._dropped.append(0)
            self._dropped[-1] = message.dropped
            self._dropped_at_us = at_us

    def went(self, message: Message, at_us: int) -> None:
        """The session sends this to the firmware; it has not arrived yet."""
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
            self._dropped_received += sum(
                count
                for first, count in self._missing()
                if seq_distance((first + count) & _MASK, next_seq) <= 0
            )
            self._forget(next_seq)

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
        self._unacknowledged.clear()

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
        record.dropped_received = self._dropped_received
        if self.look is not None:
            record.in_log = sorted(self.look().of(self.stream))

    def _is_new(self, first: int, count: int) -> bool:
        """Return whether a block just received is neither acknowledged nor a repetition."""
        known, end = self._acknowledged, (first + count) & _MASK
        acknowledged = known is not None and seq_distance(end, known) <= 0
        return not acknowledged and (first, count) not in self._unacknowledged

    def _check_kept(self, at_us: int) -> None:
        """Check that every block that is not acknowledged yet is in the log's memory."""
        if len(self.freed_early) < _KEPT:
            self.freed_early += [(at_us, first) for first, _ in self._missing()]

    def _missing(self) -> list[tuple[int, int]]:
        """Return the blocks that are not acknowledged and no longer in the log's memory."""
        if self.look is None or self.damaged or not self._unacknowledged:
            return []
        kept = {first for first, _ in self.look().of(self.stream)}
        return [block for block in self._unacknowledged if block[0] not in kept]

    def _forget(self, next_seq: int) -> None:
        self._acknowledged = next_seq
        self._unacknowledged = [
            (first, count)
            for first, count in self._unacknowledged
            if seq_distance((first + count) & _MASK, next_seq) > 0
        ]
