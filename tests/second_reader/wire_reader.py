"""A reader of the wire, written only from docs/SPEC.md.

It shares no code with fwgen and imports nothing of it. It is simple, not fast.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.second_reader.reader import Broken, read_block

Value = int | bytes | None

TAG = bytes([0xD9, 0xD9, 0xF7])
LONGEST = 496
HASH, BLOCK, NUMBER, TEXT = "hash", "block", "number", "text"
NUMBER_64, HASH_OR_NIL, NUMBER_OR_NIL, NUMBER_64_OR_NIL = "64", "hash?", "number?", "64?"
COUNT, NUMBER_64_NOT_0, ONE = "count", "64+", "1"
FORMAT = 3
ELEMENTS = {
    0: (
        "hello",
        (NUMBER, HASH, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER_64, NUMBER, NUMBER_64),
    ),
    1: ("data", (BLOCK,)),
    2: ("gap", (NUMBER, COUNT)),
    3: ("sleep-ack", (NUMBER,)),
    4: ("wake-ack", (NUMBER, NUMBER)),
    5: ("status", (NUMBER_64, *(NUMBER,) * 19)),
    6: ("start", (NUMBER,) * 21),
    7: ("call", (NUMBER_64, NUMBER, TEXT)),
    8: ("stream", (ONE, NUMBER, NUMBER, NUMBER)),
    9: ("stream-gap", (ONE, NUMBER, COUNT)),
    16: (
        "peer-hello",
        (NUMBER, HASH_OR_NIL, NUMBER, NUMBER_OR_NIL, NUMBER_64_OR_NIL, NUMBER_64_NOT_0),
    ),
    17: ("sleep", (NUMBER,)),
    18: ("wake", (NUMBER, NUMBER)),
    19: ("ack", (NUMBER, NUMBER_64)),
    20: ("start-ack", (NUMBER, NUMBER)),
    21: ("stream-ack", (ONE, NUMBER, NUMBER_64)),
}
OF_ALL_FORMATS = {
    0: ("hello of another format", (NUMBER, HASH, NUMBER, NUMBER, NUMBER)),
    16: ("peer-hello to another format", (NUMBER, HASH_OR_NIL, NUMBER)),
}
RANGES = {
    NUMBER: (0, 1 << 32),
    NUMBER_OR_NIL: (0, 1 << 32),
    NUMBER_64: (0, 1 << 64),
    NUMBER_64_OR_NIL: (0, 1 << 64),
    NUMBER_64_NOT_0: (1, 1 << 64),
    COUNT: (1, 1 << 31),
    ONE: (1, 2),
}


class Found(NamedTuple):
    name: str
    values: tuple[Value, ...]


class Unfinished(Exception):
    """More bytes are needed to decide."""


def read_stream(data: bytes, ended: bool = True) -> list[Found]:
    """Return the messages in the stream; `ended`: no more bytes come."""
    found = []
    at = data.find(TAG)
    while at >= 0:
        try:
            message, end = read_message(data, at)
            found.append(message)
            at = data.find(TAG, end)
        except Unfinished:
            if not ended:
                break
            at = data.find(TAG, at + 1)
        except Broken:
            at = data.find(TAG, at + 1)
    return found


def read_message(data: bytes, start: int) -> tuple[Found, int]:
    """Return the message at `start`, and its end."""
    at = start + 3
    count = byte(data, at) - 0x80
    if not 1 <= count < 24:
        raise Broken("no array")
    at += 1
    values: list[Value] = []
    for _ in range(count):
        value, at = element(data, at, start)
        values.append(value)
    kind = values[0]
    if not isinstance(kind, int) or kind not in ELEMENTS:
        raise Broken("no type")
    name, wanted = ELEMENTS[kind]
    if kind in OF_ALL_FORMATS and for_all_formats(kind, values):
        name, wanted = OF_ALL_FORMATS[kind]
        values = values[: 1 + len(wanted)]
    if len(values) - 1 != len(wanted):
        raise Broken("elements too many or too few")
    for value, want in zip(values[1:], wanted, strict=True):
        if not fits(value, want):
            raise Broken(f"{name}: {value!r} is no {want}")
    return Found(name, tuple(values[1:])), at


def for_all_formats(kind: int, values: list[Value]) -> bool:
    """Return whether it is a hello of another format, or one for a firmware of another format."""
    if values[1:2] != [FORMAT]:
        return True
    return kind == 16 and len(values) == 5 and values[4] is None


def byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise Unfinished
    return data[at]


def element(data: bytes, at: int, start: int) -> tuple[Value, int]:
    first = byte(data, at)
    if first == 0xF6:
        return None, at + 1
    form, low = first >> 5, first % 32
    if form not in (0, 2) or low > 27:
        raise Broken("another form")
    at += 1
    number = low
    if low > 23:
        size = 1 << (low - 24)
        if at + size > len(data):
            raise Unfinished
        number = int.from_bytes(data[at : at + size], "big")
        if number < (24, 1 << 8, 1 << 16, 1 << 32)[low - 24]:
            raise Broken("not the shortest form")
        at += size
    if form == 0:
        return number, at
    if at + number - start > LONGEST:
        raise Broken("too long")
    if at + number > len(data):
        raise Unfinished
    return data[at : at + number], at + number


def fits(value: Value, want: str) -> bool:
    if value is None:
        return want in (HASH_OR_NIL, NUMBER_OR_NIL, NUMBER_64_OR_NIL)
    if isinstance(value, int):
        low, high = RANGES.get(want, (0, 0))
        return low <= value < high
    if want == BLOCK:
        return is_block(value)
    if want == TEXT:
        return len(value) <= 64
    return want in (HASH, HASH_OR_NIL) and len(value) == 8


def is_block(value: bytes) -> bool:
    try:
        _, length = read_block(value)
    except Broken:
        return False
    return length == len(value)
