"""A reader of the sample log, written only from docs/SPEC.md.

It shares no code with fwgen and imports nothing of it. It is simple, not fast.
"""

from __future__ import annotations

import contextlib
import functools
import struct
from collections.abc import Callable
from dataclasses import dataclass

HAVE_VALUES = (0, 1, 2)
SLOT_BYTES = 488
RECORD_BYTES = 32
LEVEL_GAIN = (256, 224, 160, 112)
SPEED_GAIN = (256, 128, 64, 32)


class Broken(ValueError):
    """The bytes are not a block as docs/SPEC.md describes it."""


@dataclass(frozen=True)
class Sample:
    stream: int
    seq: int
    time_us: int
    boot: int
    spec: bytes
    status: int
    values: tuple[int, ...]
    lateness: int


class Bits:
    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "big")
        self.total = 8 * len(data)
        self.used = 0

    def take(self, count: int) -> int:
        self.used += count
        if self.used > self.total:
            raise Broken("the stream ends too early")
        return self.value >> self.total - self.used & (1 << count) - 1


Spelt = tuple[int, tuple[int, ...], int]
"""Status, values (none if the status has none), lateness."""


class Channel:
    """The reader's state of one channel after each sample."""

    def __init__(self, width: int, value: int) -> None:
        self.width = width
        self.value = value
        self.expected = value * 256 % 2**32
        self.speed = 0
        self.mean = 160
        self.age = 0

    def estimate(self) -> int:
        return (self.expected + 128) % 2**32 >> 8

    def residual(self, value: int) -> int:
        way = (value - self.estimate()) % (1 << self.width)
        return way if way < 1 << (self.width - 1) else way - (1 << self.width)

    def k(self) -> int:
        return ((self.mean * 5) >> 7).bit_length()

    def of_number(self, number: int) -> int:
        residual = -((number + 1) // 2) if number & 1 else number // 2
        return (self.estimate() + residual) % (1 << self.width)

    def learn(self, value: int, had_values: bool) -> None:
        if had_values:
            self.follow(value)
        else:
            self.expected = (value * 256 + self.speed) % 2**32
        self.value = value

    def follow(self, value: int) -> None:
        residual = self.residual(value)
        number = 2 * residual if residual >= 0 else -2 * residual - 1
        if number <= (self.mean >> 4) + 12:
            self.mean += number - (self.mean >> 4)
            self.speed += residual * SPEED_GAIN[self.age]
            self.expected += residual * LEVEL_GAIN[self.age] + self.speed
            self.age = min(self.age + 1, 3)
        else:
            self.mean += 12
            if self.age == 0:
                self.mean += self.mean >> 3
            self.speed = (value - self.value) * 256
            self.expected = value * 256 + self.speed
            self.age = 0
        self.speed %= 2**32
        self.expected %= 2**32


class State:
    """The reader's state after each sample."""

    def __init__(self, widths: tuple[int, ...], first: Spelt) -> None:
        self.widths = widths
        self.status, values, _ = first
        self.channels = [
            Channel(width, value)
            for width, value in zip(widths, values or (0,) * len(widths), strict=True)
        ]

    def read(self, bits: Bits) -> Spelt:
        """Return the next sample."""
        if self.status not in HAVE_VALUES:
            return (self.status, (), 0) if bits.take(1) else spelt(bits, self.widths)
        values: list[int] = []
        for channel in self.channels:
            zeros = 0
            while zeros < 6 and not bits.take(1):
                zeros += 1
            k = channel.k()
            if zeros < 6:
                values.append(channel.of_number((zeros << k) + bits.take(k)))
            elif channel is self.channels[0]:
                kind = bits.take(3)
                if kind != 7:
                    return spelt(bits, self.widths, kind)
                values.append(channel.of_number((6 << k) + bits.take(8)))
            elif bits.take(1):
                values.append(channel.of_number((6 << k) + bits.take(8)))
            else:
                values.append(bits.take(channel.width))
        return self.status, tuple(values), 0

    def learn(self, status: int, values: tuple[int, ...]) -> None:
        had_values = self.status in HAVE_VALUES
        self.status = status
        if status in HAVE_VALUES:
            for channel, value in zip(self.channels, values, strict=True):
                channel.learn(value, had_values)


def spelt(bits: Bits, widths: tuple[int, ...], kind: int | None = None) -> Spelt:
    """`kind`: the first three bits, if they were read."""
    lateness = 0
    if kind is None:
        kind = bits.take(3)
    if kind == 6:
        lateness = bits.take(4)
        kind = bits.take(3)
    if kind > 5:
        raise Broken(f"kind {kind} in a spelt sample")
    return kind, tuple(map(bits.take, widths)) if kind in HAVE_VALUES else (), lateness


def crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


def checked(widths: tuple[int, ...], sample: Spelt) -> bytes:
    """Return the bytes of a sample that the CRC covers."""
    status, values, lateness = sample
    mark = bytes([lateness << 4 | status]) if lateness or status else b""
    return mark + b"".join(
        value.to_bytes((width + 7) // 8, "little")
        for width, value in zip(widths, values, strict=bool(values))
    )


@dataclass(frozen=True)
class Reading:
    samples: list[Sample]
    widths: tuple[int, ...]
    length: int
    crc: int
    """Return the CRC that matches the header and the samples."""


def read_unchecked(data: bytes) -> Reading:
    """Return the block at the start of the data, whatever its CRC is."""
    if len(data) < 36 or data[:4] != b"FWB3":
        raise Broken("no header")
    commit, first_seq, period_us, start_us, boot, spec, shape = struct.unpack_from(
        "<IIIQI4sB", data, 4
    )
    count, stream, channels = commit & 0xFFF, shape & 15, shape >> 4
    if count == 0 or period_us == 0 or commit >> 12 & 15 != 0:
        raise Broken("no samples or no period, or bits that are not 0")
    if stream > 1 or not 1 <= channels <= 8:
        raise Broken("stream or channels")
    header = 36 + channels // 4 * 4
    widths, rest = tuple(data[33 : 33 + channels]), data[33 + channels : header]
    if len(data) < header or not all(1 <= width <= 24 for width in widths) or any(rest):
        raise Broken("widths")
    bits = Bits(data[header:SLOT_BYTES])
    covered = bytearray(data[8:header])
    samples: list[Sample] = []
    state: State | None = None
    for i in range(count):
        sample = state.read(bits) if state else spelt(bits, widths)
        if state:
            state.learn(*sample[:2])
        else:
            state = State(widths, sample)
        covered += checked(widths, sample)
        seq, time_us = (first_seq + i) % 2**32, start_us + i * period_us
        samples.append(Sample(stream, seq, time_us, boot, spec, *sample))
    return Reading(samples, widths, header + (bits.used + 7) // 8, crc16(bytes(covered)))


def read_block(data: bytes) -> tuple[list[Sample], int]:
    """Return the samples of the block at the start of the data, and its length in bytes."""
    reading = read_unchecked(data)
    if struct.unpack_from("<H", data, 6)[0] != reading.crc:
        raise Broken("CRC")
    return reading.samples, reading.length


@dataclass(frozen=True)
class Superblock:
    generation: int
    next_seq: int
    boot: int
    log: int
    next_seq_1: int = 0
    """Of stream 1."""


def read_record(data: bytes) -> Superblock | None:
    generation, next_seq, boot, log, other, check = struct.unpack("<4xIIIQII", data)
    crc = crc16(data[:28])
    if data[:4] != b"FWL1" or check != (crc ^ 0xFFFF) << 16 | crc:
        return None
    return Superblock(generation, next_seq, boot, log, other)


def before(a: int, b: int) -> bool:
    return (a - b) % 2**32 >= 2**31


def behind(a: int, b: int) -> bool:
    return 1 <= (a - b) % 2**32 <= 2**31 - 1


def superblock_in_force(region: bytes) -> Superblock | None:
    if len(region) < 2 * RECORD_BYTES:
        return None
    first, second = read_record(region[-64:-32]), read_record(region[-32:])
    if first is None or second is None:
        return first or second
    return second if behind(second.generation, first.generation) else first


@dataclass(frozen=True)
class CrashRecord:
    generation: int
    crashes: int
    told: int
    first: tuple[int, ...]
    """Kind, line, pc, lr, file, boot, seconds; likewise `last`."""
    last: tuple[int, ...]


def read_crashes(region: bytes) -> CrashRecord | None:
    """Return the valid crash record at the start of a region."""
    places = [read_crash_record(region[at : at + 72]) for at in (0, 72)]
    first, second = places
    if first is None or second is None:
        return first or second
    return second if behind(second.generation, first.generation) else first


def read_crash_record(data: bytes) -> CrashRecord | None:
    words = struct.unpack("<18I", data)
    crc = crc16(data[:68])
    if data[:4] != b"FWC1" or words[17] != (crc ^ 0xFFFF) << 16 | crc:
        return None
    ends = [(words[at] & 0xFFFF, words[at] >> 16, *words[at + 1 : at + 6]) for at in (4, 10)]
    return CrashRecord(words[1], words[2], words[3], *ends)


def slots(region: bytes) -> list[bytes]:
    """Return the slots of a region without its crash record."""
    end = len(region) - 2 * RECORD_BYTES
    count = max(0, min(272, end // SLOT_BYTES))
    starts = range(end - count * SLOT_BYTES, end, SLOT_BYTES)
    return [region[at : at + SLOT_BYTES] for at in starts]


Read = Callable[[bytes], tuple[list[Sample], int]]


def read_region(
    region: bytes, read: Read = read_block
) -> tuple[Superblock | None, list[list[Sample]]]:
    """Return the superblock and the samples of all whole blocks, in no particular order. `read`:
    read_block, perhaps with a cache."""
    blocks = []
    for slot in slots(region):
        with contextlib.suppress(Broken):
            blocks.append(read(slot)[0])
    return superblock_in_force(region), blocks


@dataclass(frozen=True)
class Stream:
    blocks: list[list[Sample]]
    next_seq: int
    oldest_seq: int


@dataclass(frozen=True)
class Found:
    """What a firmware finds in its region; the first three of stream 0."""

    blocks: list[list[Sample]]
    next_seq: int
    oldest_seq: int
    boot: int
    log: int
    other: Stream
    """Stream 1; without a second sensor it has no blocks."""


def end_of(block: list[Sample]) -> int:
    return (block[0].seq + len(block)) % 2**32


def in_order(a: list[Sample], b: list[Sample]) -> int:
    if a[0].seq == b[0].seq:
        return len(b) - len(a)
    return -1 if before(a[0].seq, b[0].seq) else 1


def recover(
    region: bytes,
    initial_seq: int,
    sensors: int = 1,
    initial_seq_1: int = 0,
    read: Read = read_block,
) -> Found:
    """Recover the log from a region. `sensors`: of the firmware; `initial_seq...`: the configured
    numbers of its streams."""
    superblock, whole = read_region(region, read)
    whole = [block for block in whole if block[0].stream < sensors]
    kept = [keep([block for block in whole if block[0].stream == number]) for number in (0, 1)]
    known = superblock is not None or any(kept)
    streams = []
    for number, blocks in enumerate(kept):
        next_seq = end_of(blocks[-1]) if blocks else (initial_seq, initial_seq_1)[number]
        if superblock:
            stored = (superblock.next_seq, superblock.next_seq_1)[number]
            next_seq = stored if not blocks or before(next_seq, stored) else next_seq
        claimed = [claim for claim in claims(region) if claim[3] == number]
        while known:
            ends = [(first + count) % 2**32 for _, first, count, _ in claimed]
            ahead = [end for end in ends if 1 <= (end - next_seq) % 2**32 <= 65_536]
            if not ahead:
                break
            next_seq = ahead[0]
        oldest = blocks[0][0].seq if blocks else next_seq
        streams.append(Stream(blocks, next_seq, lost_from(claimed, oldest, next_seq)))
    boot, log = 0, 0
    if superblock:
        boot, log = superblock.boot, superblock.log
    else:
        last = [blocks[-1][0].boot for blocks in kept if blocks]
        boot = last[0] if last else 0
        boot = last[1] if len(last) > 1 and before(boot, last[1]) else boot
    one, other = streams
    return Found(one.blocks, one.next_seq, one.oldest_seq, (boot + 1) % 2**32, log, other)


def keep(whole: list[list[Sample]]) -> list[list[Sample]]:
    kept: list[list[Sample]] = []
    for block in sorted(whole, key=functools.cmp_to_key(in_order)):
        if not kept or not before(block[0].seq, end_of(kept[-1])):
            kept.append(block)
    return kept


def claims(region: bytes) -> list[tuple[bytes, int, int, int]]:
    """Return magic, first number, count and stream of every slot that begins like a block of any
    format.

    Kept blocks may be included: they are neither ahead nor of another format.
    """
    found = []
    for slot in slots(region):
        commit, first_seq = struct.unpack_from("<II", slot, 4)
        if slot[:3] == b"FWB":
            stream = 1 if slot[3:4] in b"30" and slot[32] & 15 == 1 else 0
            found.append((slot[:4], first_seq, commit & 0xFFF, stream))
    return found


def lost_from(claimed: list[tuple[bytes, int, int, int]], oldest: int, next_seq: int) -> int:
    """Return the oldest number: of a block of another format, or of the oldest kept block."""
    for magic, first, _, _ in claimed:
        known = (next_seq - first) % 2**32 <= 272 * 4095
        if magic != b"FWB3" and known and before(first, oldest):
            oldest = first
    return oldest
