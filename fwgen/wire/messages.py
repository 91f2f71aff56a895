"""The messages of fwgen.cddl as dataclasses, and their bytes (RFC 8949). All numbers are unsigned.

Sequence numbers wrap at 2^32; `seq_distance` compares them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

import cbor2

from fwgen.errors import FwgenError

FORMAT: Final = 1
MARK: Final = b"\xd9\xd9\xf7"
"""Tag 55799, which begins every message."""
MESSAGE_MAX_BYTES: Final = 496
SPEC_HASH_BYTES: Final = 8
BLOCK_MIN_BYTES: Final = 28
BLOCK_MAX_BYTES: Final = 488

_U16: Final = (1 << 16) - 1
_U32: Final = (1 << 32) - 1
_U64: Final = (1 << 64) - 1


class WireError(FwgenError):
    """Bytes that are no message, or a message with a field out of range."""


@dataclass(frozen=True, slots=True)
class Hello:
    TYPE: ClassVar[int] = 0
    format: int
    spec_hash: bytes
    boot: int
    session: int
    """Of the peer's hello that this answers; 0: asks for one."""
    oldest_seq: int
    next_seq: int
    time_us: int
    period_us: int


@dataclass(frozen=True, slots=True)
class Data:
    TYPE: ClassVar[int] = 1
    block: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    TYPE: ClassVar[int] = 2
    first_seq: int
    count: int


@dataclass(frozen=True, slots=True)
class SleepAck:
    TYPE: ClassVar[int] = 3
    id: int


@dataclass(frozen=True, slots=True)
class WakeAck:
    TYPE: ClassVar[int] = 4
    id: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Status:
    TYPE: ClassVar[int] = 5
    time_us: int
    backlog: int
    log_used: int
    log_slots: int
    log_peak: int
    dropped: int
    stream_errors: int
    stale_doorbells: int
    unexpected: int
    asks: int
    no_buffer: int
    sensor_faults: int
    display_faults: int
    late_samples: int


@dataclass(frozen=True, slots=True)
class PeerHello:
    TYPE: ClassVar[int] = 16
    format: int
    spec_hash: bytes | None
    session: int
    expected_seq: int | None


@dataclass(frozen=True, slots=True)
class Sleep:
    TYPE: ClassVar[int] = 17
    id: int


@dataclass(frozen=True, slots=True)
class Wake:
    TYPE: ClassVar[int] = 18
    id: int
    next_seq: int


@dataclass(frozen=True, slots=True)
class Ack:
    TYPE: ClassVar[int] = 19
    next_seq: int


FirmwareMessage: TypeAlias = Hello | Data | Gap | SleepAck | WakeAck | Status
PeerMessage: TypeAlias = PeerHello | Sleep | Wake | Ack
Message: TypeAlias = FirmwareMessage | PeerMessage

_KINDS: Final[dict[int, type[Message]]] = {
    kind.TYPE: kind
    for kind in (Hello, Data, Gap, SleepAck, WakeAck, Status, PeerHello, Sleep, Wake, Ack)
}
_LIMITS: Final = {"boot": _U16, "time_us": _U64}  # any other number: 32 bits
_SIZES: Final = {
    "spec_hash": (SPEC_HASH_BYTES, SPEC_HASH_BYTES),
    "block": (BLOCK_MIN_BYTES, BLOCK_MAX_BYTES),
}
_MAY_BE_NIL: Final = {(PeerHello, "spec_hash"), (PeerHello, "expected_seq")}


def encode(message: Message) -> bytes:
    """Raises WireError if a field is out of range."""
    values = [getattr(message, field.name) for field in dataclasses.fields(message)]
    _check(type(message), values)
    return MARK + cbor2.dumps([message.TYPE, *values])


def decode(item: bytes) -> Message:
    """One whole message, mark included. Raises WireError."""
    if not item.startswith(MARK):
        raise WireError(f"a message begins with {MARK.hex(' ')}, not {item[:3].hex(' ')}")
    try:
        body = cbor2.loads(item[len(MARK) :])
    except (cbor2.CBORDecodeError, ValueError) as error:
        raise WireError(f"no CBOR: {error}") from error
    if not isinstance(body, list) or not body or type(body[0]) is not int:
        raise WireError(f"not an array that begins with a type: {body!r}")
    kind = _KINDS.get(body[0])
    if kind is None:
        raise WireError(f"no message has type {body[0]}")
    _check(kind, body[1:])
    return kind(*body[1:])


def seq_distance(to: int, origin: int) -> int:
    """How far `to` lies ahead of `origin` on the circle of 2^32: -2^31 .. 2^31 - 1."""
    return ((to - origin + 0x8000_0000) & _U32) - 0x8000_0000


def _check(kind: type[Message], values: list[object]) -> None:
    fields = dataclasses.fields(kind)
    if len(fields) != len(values):
        raise WireError(f"{kind.__name__} has {len(fields)} fields, not {len(values)}")
    for field, value in zip(fields, values, strict=True):
        name = field.name
        if value is None and (kind, name) in _MAY_BE_NIL:
            continue
        if name in _SIZES:
            low, high = _SIZES[name]
            fits = isinstance(value, bytes) and low <= len(value) <= high
        else:
            fits = type(value) is int and 0 <= value <= _LIMITS.get(name, _U32)
        if not fits:
            raise WireError(f"{kind.__name__}.{name}: {value!r} is out of range")
