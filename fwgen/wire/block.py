"""Blocks of samples, as docs/SPEC.md describes them: from bytes to samples.

The time of sample i is `start_us + i * period_us`; its number is `first_seq + i` modulo 2**32.
"""

from __future__ import annotations

import struct
import sys
from array import array
from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from fwgen.wire.log_format import (
    BLOCK_BYTES,
    CHANNELS_MAX,
    HEADER_BYTES,
    MAGIC,
    STREAMS_MAX,
    WIDTH_MAX,
    header_bytes,
)
from fwgen.wire.sample import DISTANCE_BITS, DISTANCE_WIDTHS, Sample, SampleStatus

_HEADER = struct.Struct("<4sIIIQI4sB")
_CHECKED_FROM = 8
"""The CRC covers the header from here on."""
_LAST_WITH_VALUES = int(SampleStatus.TOO_FAR)
_LAST_STATUS = int(max(SampleStatus))
_KIND_LATE, _KIND_STEP = 6, 7
_ZEROS = 6
_STEP_BITS = 8
_SURPRISE = 12
_GAINS = ((256, 256), (224, 128), (160, 64), (112, 32))  # level, speed
_AGE_MAX = len(_GAINS) - 1
_CODES = {1: "B", 2: "H", 4: "I"}
"""Arrays of numbers of that many bytes."""
_PADDING = "0" * 256  # longer than any code or key that begins inside the stream

_KEY_BITS = 11  # bits that are looked up at once to find a residual's code
_TABLES = 1 << _KEY_BITS - _ZEROS  # for smaller `mean * 5 >> 7` a key has most codes
_Residuals = dict[str, tuple[int, int]]


class BlockError(ValueError):
    """The bytes are not a valid block; the text says why."""


@dataclass(slots=True)  # not frozen: a run makes millions, and that takes three times as long
class Block:
    """Samples of one block, of one sensor. Do not change one.

    Per sample: `statuses`, and `late`: how late it was taken, in sixteenths of the period.
    """

    first_seq: int
    period_us: int
    start_us: int
    boot: int
    """The start of the firmware that took the samples."""
    spec: bytes
    """First four bytes of the hash of the firmware's spec when it took them."""
    stream: int
    """The number of their sensor."""
    widths: tuple[int, ...]
    """Bits of each channel."""
    statuses: bytes
    late: bytes
    values: tuple[array[int], ...]
    """Per channel, the raw number of each sample; 0 where the status has no values."""
    size_bytes: int

    @property
    def count(self) -> int:
        return len(self.statuses)

    def samples(self, skip: int = 0) -> Iterator[Sample]:
        """Yield the samples from index `skip` on."""
        for index in range(skip, self.count):
            status = self.statuses[index]
            has_values = status <= _LAST_WITH_VALUES
            values = tuple(channel[index] for channel in self.values) if has_values else ()
            yield Sample(status, values, self.late[index])

    @property
    def words(self) -> array[int]:
        """The samples as `status << 13 | distance in mm`; those of other sensors than the range
        sensor have no such form (ValueError)."""
        if self.widths != DISTANCE_WIDTHS:
            raise ValueError(f"expected one channel of 13 bits, found {self.widths}")
        if not any(self.statuses):
            return array("H", self.values[0])
        return array(
            "H",
            [
                status << DISTANCE_BITS | value
                for status, value in zip(self.statuses, self.values[0], strict=True)
            ],
        )


def decode_block(data: bytes) -> Block:
    """Return the block that fills `data` exactly. Raises BlockError."""
    if not HEADER_BYTES <= len(data) <= BLOCK_BYTES:
        raise BlockError(f"expected {HEADER_BYTES} to {BLOCK_BYTES} bytes, found {len(data)}")
    magic, commit, first_seq, period_us, start_us, boot, spec, shape = _HEADER.unpack_from(data)
    count, crc = commit & 0xFFF, commit >> 16
    if magic != MAGIC:
        raise BlockError(f"a block begins with '{MAGIC.decode()}', found {magic.hex(' ')}")
    if count == 0:
        raise BlockError("the block has no sample")
    if period_us == 0:
        raise BlockError("the period is 0")
    if commit & 0xF000:
        raise BlockError(f"bits 12 to 15 of the commit word must be 0, found {commit:#010x}")
    stream, widths = shape & 15, _widths(data, shape >> 4)
    if stream >= STREAMS_MAX:
        raise BlockError(f"a log has {STREAMS_MAX} streams, found a block of stream {stream}")
    header = header_bytes(len(widths))
    reader = _Reader(data[header:], widths)
    reader.read(count)
    used = header + (reader.position + 7) // 8
    if used != len(data):
        raise BlockError(f"the block has {len(data)} bytes, but its samples end after {used}")
    block = Block(
        first_seq=first_seq,
        period_us=period_us,
        start_us=start_us,
        boot=boot,
        spec=spec,
        stream=stream,
        widths=widths,
        statuses=bytes(reader.statuses),
        late=reader.lateness(),
        values=tuple([array("I", column) for column in reader.values]),
        size_bytes=len(data),
    )
    found = crc_hqx(_checked_bytes(block), crc_hqx(data[_CHECKED_FROM:header], 0))
    if found != crc:
        raise BlockError(f"expected the CRC {crc:#06x}, found {found:#06x}")
    return block


def block_in(slot: bytes) -> Block:
    """Return the block at the beginning of a slot of the log, whatever follows it. Raises
    BlockError."""
    *_, commit, _, _, _, _, _, shape = _HEADER.unpack_from(slot)
    widths = _widths(slot, shape >> 4)
    header = header_bytes(len(widths))
    reader = _Reader(slot[header:], widths)
    reader.read(commit & 0xFFF)
    return decode_block(slot[: header + (reader.position + 7) // 8])


def _widths(data: bytes, channels: int) -> tuple[int, ...]:
    if not 1 <= channels <= CHANNELS_MAX:
        raise BlockError(f"expected 1 to {CHANNELS_MAX} channels, found {channels}")
    end = header_bytes(channels)
    if len(data) < end:
        raise BlockError(f"expected a header of {end} bytes, found {len(data)}")
    return _checked_widths(data[_HEADER.size : end], channels)


@lru_cache(maxsize=16)
def _checked_widths(rest: bytes, channels: int) -> tuple[int, ...]:
    """`rest`: of the header, from the widths on; a log has one for each sensor."""
    widths = tuple(rest[:channels])
    if not all(1 <= width <= WIDTH_MAX for width in widths):
        raise BlockError(
            f"a channel has 1 to {WIDTH_MAX} bits, found {', '.join(map(str, widths))}"
        )
    if any(rest[channels:]):
        begin = _HEADER.size
        raise BlockError(f"bytes {begin + channels} to {begin + len(rest) - 1} must be 0")
    return widths


def _checked_bytes(block: Block) -> bytes | bytearray:
    """Return the bytes after the header that the CRC covers."""
    values = _value_bytes(block)
    if not (any(block.statuses) or any(block.late)):
        return values
    row = len(values) // block.count
    parts: list[bytes | bytearray] = []
    begin = 0
    for index, (status, late) in enumerate(zip(block.statuses, block.late, strict=True)):
        if status or late:
            parts += (values[begin : index * row], bytes([late << 4 | status]))
            begin = (index + (status > _LAST_WITH_VALUES)) * row
    return b"".join([*parts, values[begin:]])


def _value_bytes(block: Block) -> bytes | bytearray:
    """Return the values of all samples, each in as few bytes as its channel needs."""
    sizes = [(width + 7) // 8 for width in block.widths]
    if len(sizes) == 1 and sys.byteorder == "little" and (code := _CODES.get(sizes[0])):
        return array(code, block.values[0]).tobytes()
    row = sum(sizes)
    found = bytearray(row * block.count)
    at = 0
    for values, size in zip(block.values, sizes, strict=True):
        little = values if sys.byteorder == "little" else array("I", values)
        if little is not values:
            little.byteswap()
        content = little.tobytes()
        for byte in range(size):
            found[at::row] = content[byte :: little.itemsize]
            at += 1
    return found


@cache
def _lookup() -> list[_Residuals]:
    """Return one table per `mean * 5 >> 7`: key that begins with a residual's code -> the code's
    length and the zigzag number."""
    by_k = [_residuals(k) for k in range(_KEY_BITS - _ZEROS + 1)]
    return [by_k[rest.bit_length()] for rest in range(_TABLES)]


def _residuals(k: int) -> _Residuals:
    table: _Residuals = {}
    for number in range(_ZEROS << k):
        code = "0" * (number >> k) + f"{1 << k | number & (1 << k) - 1:b}"
        free = _KEY_BITS - len(code)
        for tail in range(1 << free):
            table[code + f"{tail | 1 << free:b}"[1:]] = (len(code), number)
    return table


class _Channel:
    """What is known of a channel after a sample. `expected` and `speed` may be off by a multiple of
    2**32, which changes no value."""

    __slots__ = ("age", "expected", "mask", "mean", "speed", "value", "width")

    def __init__(self, width: int, value: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.value = value
        self.expected = value << 8
        self.speed = 0
        self.mean = 160
        self.age = 0

    @property
    def k(self) -> int:
        return (self.mean * 5 >> 7).bit_length()

    def with_residual(self, number: int) -> int:
        residual = ~(number >> 1) if number & 1 else number >> 1
        return (self.expected + 128 >> 8) + residual & self.mask

    def follow(self, value: int) -> None:
        """Learn a value after a value."""
        half = 1 << self.width - 1
        residual = (value - (self.expected + 128 >> 8) + half & self.mask) - half
        self.learn(value, residual, -2 * residual - 1 if residual < 0 else 2 * residual)

    def learn(self, value: int, residual: int, number: int) -> None:
        """As `follow`; `number`: the residual as a zigzag number."""
        average = self.mean >> 4
        if number <= average + _SURPRISE:
            level_gain, speed_gain = _GAINS[self.age]
            self.mean += number - average
            self.speed += residual * speed_gain
            self.expected += residual * level_gain + self.speed
            if self.age < _AGE_MAX:
                self.age += 1
        else:
            self.mean += _SURPRISE
            if not self.age:
                self.mean += self.mean >> 3
            self.speed = value - self.value << 8
            self.expected = (value << 8) + self.speed
            self.age = 0
        self.value = value

    def resume(self, value: int) -> None:
        """Learn a value after a sample without values."""
        self.expected = (value << 8) + self.speed
        self.value = value


class _Reader:
    def __init__(self, stream: bytes, widths: tuple[int, ...]) -> None:
        self.limit = len(stream) * 8
        self.bits = bin(int.from_bytes(b"\x01" + stream))[3:] + _PADDING
        self.position = 0
        self.widths = widths
        self.status = _LAST_STATUS
        self.statuses = bytearray()
        self.late: dict[int, int] = {}
        self.values: list[list[int]] = [[] for _ in widths]
        self.channels: list[_Channel] = []

    def lateness(self) -> bytes:
        """Return how late each sample was, in sixteenths of the period."""
        late = bytearray(len(self.statuses))
        for index, sixteenths in self.late.items():
            late[index] = sixteenths
        return bytes(late)

    def read(self, count: int) -> None:
        """Read this many samples."""
        self._spelt(self._take(3))
        short = self._short_residuals if len(self.widths) == 1 else self._short_rows
        while (left := count - len(self.statuses)) > 0 and self.position <= self.limit:
            if self.status > _LAST_WITH_VALUES:
                if self._repetitions(left) < left:
                    self._take(1)
                    self._spelt(self._take(3))
            elif short(left) < left:
                self._residuals()
        if self.position > self.limit:
            raise BlockError(f"the stream ends before the {count} samples do")

    def _take(self, count: int) -> int:
        start = self.position
        self.position += count
        return int(self.bits[start : start + count] or "0", 2)

    def _repetitions(self, most: int) -> int:
        ones = min(self.bits.index("0", self.position) - self.position, most)
        self.statuses.extend([self.status] * ones)
        for values in self.values:
            values.extend([0] * ones)
        self.position += ones
        return ones

    def _short_residuals(self, most: int) -> int:
        """Read residuals of one channel up to a code that is not that of a number, at most `most`.
        Return how many. This loop must be fast."""
        lookup, gains = _lookup(), _GAINS
        bits, position, values = self.bits, self.position, self.values[0]
        (channel,) = self.channels
        width, mask, value = channel.width, channel.mask, channel.value
        expected, speed, mean, age = channel.expected, channel.speed, channel.mean, channel.age
        count = 0
        while count < most:
            rest = mean * 5 >> 7
            if rest < _TABLES:
                code = lookup[rest].get(bits[position : position + _KEY_BITS])
                if code is None:
                    break
                length, number = code
            else:
                k, one = rest.bit_length(), bits.find("1", position, position + _ZEROS)
                if one < 0:
                    break
                number = (one - position << k) + int(bits[one + 1 : one + 1 + k], 2)
                length = one + 1 + k - position
            if number >> width:
                break
            residual = ~(number >> 1) if number & 1 else number >> 1
            last = value
            value = (expected + 128 >> 8) + residual & mask
            position += length
            values.append(value)
            count += 1
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
                if not age:
                    mean += mean >> 3
                speed = value - last << 8
                expected = (value << 8) + speed
                age = 0
        if not count:
            return 0
        self.statuses.extend([self.status] * count)
        self.position, channel.value = position, value
        channel.expected, channel.speed, channel.mean, channel.age = expected, speed, mean, age
        return count

    def _short_rows(self, most: int) -> int:
        """As _short_residuals, of several channels: whole samples."""
        lookup, bits, position = _lookup(), self.bits, self.position
        channels, columns = self.channels, self.values
        count = 0
        while count < most:
            at, numbers = position, []
            for channel in channels:
                rest = channel.mean * 5 >> 7
                if rest < _TABLES:
                    code = lookup[rest].get(bits[at : at + _KEY_BITS])
                    if code is None:
                        break
                    length, number = code
                else:
                    k, one = rest.bit_length(), bits.find("1", at, at + _ZEROS)
                    if one < 0:
                        break
                    number = (one - at << k) + int(bits[one + 1 : one + 1 + k], 2)
                    length = one + 1 + k - at
                if number >> channel.width:
                    break
                at += length
                numbers.append(number)
            if len(numbers) < len(channels):
                break
            position = at
            count += 1
            for channel, column, number in zip(channels, columns, numbers, strict=True):
                residual = ~(number >> 1) if number & 1 else number >> 1
                value = (channel.expected + 128 >> 8) + residual & channel.mask
                channel.learn(value, residual, number)
                column.append(value)
        if count:
            self.statuses.extend([self.status] * count)
            self.position = position
        return count

    def _residuals(self) -> None:
        """Read a sample that follows one with values."""
        values: list[int] = []
        for channel in self.channels:
            k = channel.k
            one = self.bits.find("1", self.position, self.position + _ZEROS)
            if one >= 0:
                zeros, self.position = one - self.position, one + 1
                values.append(channel.with_residual((zeros << k) + self._take(k)))
                continue
            self.position += _ZEROS
            if not values and (kind := self._take(3)) != _KIND_STEP:
                self._spelt(kind)
                return
            if not values or self._take(1):
                number = (_ZEROS << k) + self._take(_STEP_BITS)
                values.append(channel.with_residual(number))
            else:
                values.append(self._take(channel.width))
        self._append(self.status, values)

    def _spelt(self, kind: int) -> None:
        index = len(self.statuses)
        if kind == _KIND_LATE:
            lateness = self._take(4)
            kind = self._take(3)
            if lateness:
                self.late[index] = lateness
        if kind > _LAST_STATUS:
            raise BlockError(f"sample {index} has kind {kind}, which is not allowed here")
        if kind <= _LAST_WITH_VALUES:
            self._append(kind, [self._take(width) for width in self.widths])
        else:
            self._append(kind, [0] * len(self.widths))

    def _append(self, status: int, values: list[int]) -> None:
        if not self.channels:
            self.channels = list(map(_Channel, self.widths, values))
        elif status <= _LAST_WITH_VALUES:
            after_values = self.status <= _LAST_WITH_VALUES
            for channel, value in zip(self.channels, values, strict=True):
                (channel.follow if after_values else channel.resume)(value)
        self.statuses.append(status)
        for column, value in zip(self.values, values, strict=True):
            column.append(value)
        self.status = status
