"""A reader of the sample log, written from docs/SPEC.md alone: it shares no code with fwgen and
imports nothing of it. Plain rather than fast."""

from __future__ import annotations

from dataclasses import dataclass, field

HAVE_DISTANCE = (0, 1, 2)
LEVEL_GAIN = (256, 224, 160, 112)
SPEED_GAIN = (256, 128, 64, 32)


class Broken(Exception):
    """Not a block as the text describes it."""


@dataclass(frozen=True)
class Sample:
    seq: int
    time_us: int
    boot: int
    status: int
    distance_mm: int
    lateness: int


@dataclass
class Bits:
    data: bytes
    used: int = 0

    def one(self) -> int:
        byte, bit = divmod(self.used, 8)
        if byte >= len(self.data):
            raise Broken("the stream ends too early")
        self.used += 1
        return (self.data[byte] >> (7 - bit)) & 1

    def number(self, width: int) -> int:
        value = 0
        for _ in range(width):
            value = 2 * value + self.one()
        return value


@dataclass
class State:
    status: int
    distance: int
    expected: int = field(init=False)
    speed: int = 0
    mean: int = 160
    age: int = 0

    def __post_init__(self) -> None:
        self.expected = self.distance * 256

    def learn(self, status: int, distance: int) -> None:
        if status in HAVE_DISTANCE:
            if self.status in HAVE_DISTANCE:
                self.follow(distance)
            else:
                self.expected = distance * 256 + self.speed
            self.distance = distance
        self.status = status

    def follow(self, d: int) -> None:
        r = d - ((self.expected + 128) >> 8)
        n = 2 * r if r >= 0 else -2 * r - 1
        if n <= (self.mean >> 4) + 12:
            self.mean = self.mean + n - (self.mean >> 4)
            self.speed = self.speed + r * SPEED_GAIN[self.age]
            self.expected = self.expected + r * LEVEL_GAIN[self.age] + self.speed
            self.age = min(self.age + 1, 3)
        else:
            self.mean = self.mean + 12
            self.speed = (d - self.distance) * 256
            self.expected = d * 256 + self.speed
            self.age = 0


def crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        for place in range(7, -1, -1):
            carry = (crc >> 15) ^ (byte >> place & 1)
            crc = (crc << 1) & 0xFFFF
            if carry:
                crc ^= 0x1021
    return crc


def little(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


def residual(n: int) -> int:
    return n // 2 if n % 2 == 0 else -(n + 1) // 2


def spelt(bits: Bits) -> tuple[int, int, int]:
    """Status, distance, lateness."""
    lateness = 0
    kind = bits.number(3)
    if kind == 6:
        lateness = bits.number(4)
        kind = bits.number(3)
    if kind > 5:
        raise Broken(f"kind {kind} in a spelt sample")
    return kind, bits.number(13) if kind in HAVE_DISTANCE else 0, lateness


def next_sample(bits: Bits, state: State) -> tuple[int, int, int]:
    if state.status not in HAVE_DISTANCE:
        return (state.status, 0, 0) if bits.one() else spelt(bits)
    k = ((state.mean * 5) >> 7).bit_length()
    zeros = 0
    while zeros < 6 and bits.one() == 0:
        zeros += 1
    if zeros < 6:
        n = (zeros << k) + bits.number(k)
    elif Bits(bits.data, bits.used).number(3) == 7:
        bits.number(3)
        n = (6 << k) + bits.number(8)
    else:
        return spelt(bits)
    distance = ((state.expected + 128) >> 8) + residual(n)
    if not 0 <= distance <= 8191:
        raise Broken(f"distance {distance}")
    return state.status, distance, 0


def checked(word: int, lateness: int) -> bytes:
    mark = (0xE000 | lateness).to_bytes(2, "little") if lateness else b""
    return mark + word.to_bytes(2, "little")


@dataclass(frozen=True)
class Reading:
    samples: list[Sample]
    length: int
    crc: int
    """What it should be, by the header and the samples."""


def read_unchecked(data: bytes) -> Reading:
    """The block that begins the data, whatever its CRC says."""
    if len(data) < 28 or data[:4] != b"FWB1":
        raise Broken("no header")
    commit = little(data, 4, 4)
    count, lateness = commit & 0xFFF, commit >> 12 & 0xF
    first_seq, period_us = little(data, 8, 4), little(data, 12, 4)
    start_us, boot, word = little(data, 16, 8), little(data, 24, 2), little(data, 26, 2)
    status, distance = word >> 13, word & 0x1FFF
    if count == 0 or period_us == 0 or status > 5:
        raise Broken("header")
    if status not in HAVE_DISTANCE and distance != 0:
        raise Broken("first sample")
    bits, state = Bits(data[28:488]), State(status, distance)
    covered = data[8:26]
    samples = []
    for i in range(count):
        if i > 0:
            status, distance, lateness = next_sample(bits, state)
            state.learn(status, distance)
        covered += checked(status << 13 | distance, lateness)
        seq = (first_seq + i) % 2**32
        time_us = (start_us + i * period_us) % 2**64
        samples.append(Sample(seq, time_us, boot, status, distance, lateness))
    return Reading(samples, 28 + -(-bits.used // 8), crc16(covered))


def read_block(data: bytes) -> tuple[list[Sample], int]:
    """The samples of the block that begins the data, and its length in bytes."""
    reading = read_unchecked(data)
    if little(data, 6, 2) != reading.crc:
        raise Broken("CRC")
    return reading.samples, reading.length


@dataclass(frozen=True)
class Superblock:
    generation: int
    next_seq: int
    boot: int


def read_record(data: bytes) -> Superblock | None:
    check = little(data, 28, 4)
    crc = crc16(data[:28])
    if data[:4] != b"FWL1" or check != crc | (crc ^ 0xFFFF) << 16:
        return None
    return Superblock(little(data, 4, 4), little(data, 8, 4), little(data, 12, 2))


def comes_first(a: int, b: int) -> bool:
    return 1 <= (b - a) % 2**32 <= 2**31 - 1


def read_region(region: bytes) -> tuple[Superblock | None, list[list[Sample]]]:
    """The superblock in force and the samples of all whole blocks, in no particular order."""
    records = [read_record(region[-64:-32]), read_record(region[-32:])]
    whole = [record for record in records if record]
    force = whole[0] if whole else None
    if len(whole) == 2 and comes_first(whole[0].generation, whole[1].generation):
        force = whole[1]
    blocks = []
    for i in range(min(272, (len(region) - 64) // 488)):
        end = len(region) - 64 - 488 * i
        try:
            blocks.append(read_block(region[end - 488 : end])[0])
        except Broken:
            continue
    return force, blocks
