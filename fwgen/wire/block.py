"""Blocks of samples, as docs/SPEC.md describes them: from bytes to samples.

The time of sample i is `start_us + i * period_us`; its number is `first_seq + i` modulo 2**32.
"""

from __future__ import annotations

import struct
import sys
from array import array
from binascii import crc_hqx
from dataclasses import dataclass
from functools import cache

from fwgen.wire.log_format import BLOCK_BYTES, HEADER_BYTES, MAGIC
from fwgen.wire.sample import DISTANCE_BITS, DISTANCE_MAX_MM, SampleStatus

STATUS_SHIFT = DISTANCE_BITS
DISTANCE_MASK = DISTANCE_MAX_MM

_HEADER = struct.Struct("<4sIIIQI4sHH")
_CHECKED = slice(8, 34)
"""The part of the header that the CRC covers: first_seq to the reserved 16 bits."""
_LAST_WITH_DISTANCE = int(SampleStatus.TOO_FAR)
_LAST_STATUS = int(max(SampleStatus))
_LATE_WORD = 0xE000
_KIND_LATE, _KIND_STEP = 6, 7
_ZEROS = 6
_STEP_BITS = 8
_SURPRISE = 12
_GAINS = ((256, 256), (224, 128), (160, 64), (112, 32))  # level, speed
_AGE_MAX = len(_GAINS) - 1
_PADDING = "0" * 64  # longer than any code or key that begins inside the stream

_KEY_BITS = 11  # bits that are looked up at once to find a residual's code
_Residuals = dict[str, tuple[int, int]]


class BlockError(ValueError):
    """The bytes are not a valid block; the text says why."""


@dataclass(frozen=True)
class Block:
    """Samples of one block. Per sample: `words` is `status << 13 | distance_mm`, `late` how late it
    was taken, in sixteenths of the period."""

    first_seq: int
    period_us: int
    start_us: int
    boot: int
    """The start of the firmware that took the samples."""
    spec: bytes
    """First four bytes of the hash of the firmware's spec when it took them."""
    words: array[int]
    late: bytes
    size_bytes: int

    @property
    def count(self) -> int:
        return len(self.words)


def decode_block(data: bytes) -> Block:
    """Return the block that fills `data` exactly. Raises BlockError."""
    if not HEADER_BYTES <= len(data) <= BLOCK_BYTES:
        raise BlockError(f"expected {HEADER_BYTES} to {BLOCK_BYTES} bytes, found {len(data)}")
    magic, commit, first_seq, period_us, start_us, boot, spec, reserved, first = (
        _HEADER.unpack_from(data)
    )
    count, first_late, crc = commit & 0xFFF, commit >> 12 & 0xF, commit >> 16
    if magic != MAGIC:
        raise BlockError(f"a block begins with '{MAGIC.decode()}', found {magic.hex(' ')}")
    if count == 0:
        raise BlockError("the block has no sample")
    if period_us == 0:
        raise BlockError("the period is 0")
    if reserved:
        raise BlockError(f"bytes 32 and 33 must be 0, found {reserved:#06x}")
    reader = _Reader(data[HEADER_BYTES:], first, first_late)
    reader.read(count)
    used = HEADER_BYTES + (reader.position + 7) // 8
    if used != len(data):
        raise BlockError(f"the block has {len(data)} bytes, but its samples end after {used}")
    found = crc_hqx(_checked_bytes(reader.words, reader.late), crc_hqx(data[_CHECKED], 0))
    if found != crc:
        raise BlockError(f"expected the CRC {crc:#06x}, found {found:#06x}")
    late = bytearray(count)
    for index, sixteenths in reader.late.items():
        late[index] = sixteenths
    words = array("H", reader.words)
    return Block(first_seq, period_us, start_us, boot, spec, words, bytes(late), len(data))


def _checked_bytes(words: list[int], late: dict[int, int]) -> bytes:
    """Return the bytes after the header that the CRC covers."""
    if late:
        words = words.copy()
        for index in sorted(late, reverse=True):
            words.insert(index, _LATE_WORD | late[index])
    checked = array("H", words)
    if sys.byteorder == "big":
        checked.byteswap()
    return checked.tobytes()


@cache
def _lookup() -> list[_Residuals]:
    """Return one table per `mean * 5 >> 7`: key that begins with a residual's code -> the code's
    length and the zigzag number. Empty where codes may be longer than a key."""
    by_k = [_residuals(k) for k in range(_KEY_BITS - _ZEROS + 1)]
    return [
        by_k[rest.bit_length()] if rest.bit_length() < len(by_k) else {} for rest in range(1 << 11)
    ]


def _residuals(k: int) -> _Residuals:
    table: _Residuals = {}
    for number in range(_ZEROS << k):
        code = "0" * (number >> k) + f"{1 << k | number & (1 << k) - 1:b}"
        free = _KEY_BITS - len(code)
        for tail in range(1 << free):
            table[code + f"{tail | 1 << free:b}"[1:]] = (len(code), number)
    return table


class _Reader:
    def __init__(self, stream: bytes, first: int, first_late: int) -> None:
        self.limit = len(stream) * 8
        self.bits = bin(int.from_bytes(b"\x01" + stream))[3:] + _PADDING
        self.position = 0
        self.words = [first]
        self.late = {0: first_late} if first_late else {}
        self.status = first >> STATUS_SHIFT
        self.distance = first & DISTANCE_MASK
        if self.status > _LAST_STATUS:
            raise BlockError(f"sample 0 has the unknown status {self.status}")
        if self.status > _LAST_WITH_DISTANCE and self.distance:
            raise BlockError(f"sample 0 has a distance but status {self.status}")
        self.expected = self.distance << 8
        self.speed = 0
        self.mean = 160
        self.age = 0

    def read(self, count: int) -> None:
        """Read the samples up to `count`."""
        while len(self.words) < count:
            if self.status > _LAST_WITH_DISTANCE:
                self._repetitions(count)
                if len(self.words) < count:
                    self._take(1)
                    self._spelt(self._take(3))
            else:
                self._short_residuals(count)
                if len(self.words) < count:
                    self._long_code()
            if self.position > self.limit:
                raise BlockError(f"the stream ends before the {count} samples do")

    def _take(self, count: int) -> int:
        start = self.position
        self.position += count
        return int(self.bits[start : start + count] or "0", 2)

    def _repetitions(self, count: int) -> None:
        ones = self.bits.index("0", self.position) - self.position
        ones = min(ones, count - len(self.words))
        self.words.extend([self.status << STATUS_SHIFT] * ones)
        self.position += ones

    def _short_residuals(self, count: int) -> None:
        """Read residuals up to a code that is not in the tables. This loop must be fast."""
        lookup, gains = _lookup(), _GAINS
        bits, position, words = self.bits, self.position, self.words
        base, distance = self.status << STATUS_SHIFT, self.distance
        expected, speed, mean, age = self.expected, self.speed, self.mean, self.age
        for _ in range(count - len(words)):
            code = lookup[mean * 5 >> 7].get(bits[position : position + _KEY_BITS])
            if code is None:
                break
            length, number = code
            residual = ~(number >> 1) if number & 1 else number >> 1
            before = distance
            distance = (expected + 128 >> 8) + residual
            if distance & ~DISTANCE_MASK:
                raise BlockError(f"sample {len(words)} is at {distance} mm")
            position += length
            words.append(base | distance)
            average = mean >> 4
            if number <= average + _SURPRISE:
                mean += number - average
                level_gain, speed_gain = gains[age]
                speed += residual * speed_gain
                expected += residual * level_gain + speed
                if age < _AGE_MAX:
                    age += 1
            else:
                mean += _SURPRISE
                speed = distance - before << 8
                expected = (distance << 8) + speed
                age = 0
        self.position, self.distance = position, distance
        self.expected, self.speed, self.mean, self.age = expected, speed, mean, age

    def _long_code(self) -> None:
        """An escape, or a residual that is not in the tables."""
        k = (self.mean * 5 >> 7).bit_length()
        zeros = 0
        while zeros < _ZEROS and not self._take(1):
            zeros += 1
        if zeros < _ZEROS:
            self._residual(zeros << k | self._take(k))
        elif (kind := self._take(3)) == _KIND_STEP:
            self._residual((_ZEROS << k) + self._take(_STEP_BITS))
        else:
            self._spelt(kind)

    def _residual(self, number: int) -> None:
        residual = ~(number >> 1) if number & 1 else number >> 1
        self._append(self.status, (self.expected + 128 >> 8) + residual)

    def _spelt(self, kind: int) -> None:
        if kind == _KIND_LATE:
            lateness = self._take(4)
            kind = self._take(3)
            if lateness:
                self.late[len(self.words)] = lateness
        if kind > _LAST_STATUS:
            raise BlockError(f"sample {len(self.words)} has kind {kind}, which is not allowed here")
        self._append(kind, self._take(13) if kind <= _LAST_WITH_DISTANCE else 0)

    def _append(self, status: int, distance: int) -> None:
        if distance & ~DISTANCE_MASK:
            raise BlockError(f"sample {len(self.words)} is at {distance} mm")
        self.words.append(status << STATUS_SHIFT | distance)
        if status <= _LAST_WITH_DISTANCE:
            if self.status <= _LAST_WITH_DISTANCE:
                self._follow(distance)
            else:
                self.expected = (distance << 8) + self.speed
            self.distance = distance
        self.status = status

    def _follow(self, distance: int) -> None:
        residual = distance - (self.expected + 128 >> 8)
        number = -2 * residual - 1 if residual < 0 else 2 * residual
        average = self.mean >> 4
        if number <= average + _SURPRISE:
            level_gain, speed_gain = _GAINS[self.age]
            self.mean += number - average
            self.speed += residual * speed_gain
            self.expected += residual * level_gain + self.speed
            self.age = min(self.age + 1, _AGE_MAX)
        else:
            self.mean += _SURPRISE
            self.speed = distance - self.distance << 8
            self.expected = (distance << 8) + self.speed
            self.age = 0
