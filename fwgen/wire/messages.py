"""The messages of fwgen.cddl as dataclasses, and their bytes (RFC 8949). All numbers are unsigned.

Sequence numbers wrap at 2^32; `seq_distance` compares them. Fields that format 2 added to the
firmware's messages have defaults, so that code written for format 1 can still construct them.
"""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar, Final, TypeAlias

import cbor2

from fwgen.errors import FwgenError
from fwgen.wire.log_format import (
    BLOCK_BYTES,
    FORMAT,
    HEADER_BYTES,
    SPEC_HASH_BYTES,
    STREAMS_MAX,
)

MARK: Final = b"\xd9\xd9\xf7"
"""Tag 55799; every message begins with it."""

_U32: Final = (1 << 32) - 1
_U64: Final = (1 << 64) - 1


class WireError(FwgenError):
    """The bytes are not a message, or a field is out of range."""


@dataclass(frozen=True, slots=True)
class Hello:
    TYPE: ClassVar[int] = 0
    format: int
    spec_hash: bytes
    boot: int
    session: int
    """Session of the peer's hello that this answers; 0: asks for a hello."""
    oldest_seq: int
    next_seq: int
    time_us: int
    period_us: int
    log: int = 0
    """The log's identity; 0: it has none yet."""


@dataclass(frozen=True, slots=True)
class OtherHello:
    """A firmware's hello in another format: the fields that all formats have. Cannot be encoded."""

    TYPE: ClassVar[int] = 0
    format: int
    spec_hash: bytes
    boot: int
    session: int
    oldest_seq: int


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
    calls: int = 0
    calls_in_vain: int = 0
    blocked_accesses: int = 0
    bad_rings: int = 0
    bad_messages: int = 0
    foreign_messages: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """How this start of the firmware came about, and the crashes that the peer has not
    acknowledged: the first and the last of them."""

    TYPE: ClassVar[int] = 6
    boot: int
    reset: int
    """Why the machine started: bits, see docs/SPEC.md; 0: unknown."""
    memory: int
    """What became of the log: 0 kept, 1 only blocks, 2 new, 3 unusable."""
    unreadable: int
    damaged: int
    crashes: int
    """All in this memory."""
    untold: int
    first_kind: int
    """0: there was no crash; so in `last_kind`."""
    first_line: int
    first_pc: int
    first_lr: int
    first_file: int
    first_boot: int
    first_uptime_s: int
    last_kind: int
    last_line: int
    last_pc: int
    last_lr: int
    last_file: int
    last_boot: int
    last_uptime_s: int


@dataclass(frozen=True, slots=True)
class Call:
    """Why the firmware has last called Linux, since Linux last asked for sleep."""

    TYPE: ClassVar[int] = 7
    time_us: int
    """Of the call, on the firmware's clock."""
    reason: int
    """1: only the reserve of the log is free, 2: level, 3: age, 4: condition."""
    condition: bytes
    """As the spec has it, in UTF-8; empty for the other reasons."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """Where the samples of a second sensor are; follows a hello, which has this of stream 0."""

    TYPE: ClassVar[int] = 8
    stream: int
    oldest_seq: int
    next_seq: int
    period_us: int


@dataclass(frozen=True, slots=True)
class StreamGap:
    """Samples of a second sensor that will never come."""

    TYPE: ClassVar[int] = 9
    stream: int
    first_seq: int
    count: int


@dataclass(frozen=True, slots=True)
class PeerHello:
    TYPE: ClassVar[int] = 16
    format: int
    spec_hash: bytes | None
    session: int
    expected_seq: int | None
    log: int | None
    """The log that `expected_seq` belongs to."""
    new_log: int
    """The identity for a log that has none: never 0, different in each hello."""


@dataclass(frozen=True, slots=True)
class OtherPeerHello:
    """A peer's hello to a firmware of another format, or from a peer of another format."""

    TYPE: ClassVar[int] = 16
    format: int
    spec_hash: bytes | None
    session: int


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
    log: int


@dataclass(frozen=True, slots=True)
class StartAck:
    TYPE: ClassVar[int] = 20
    boot: int
    crashes: int
    """All crashes up to this number are known."""


@dataclass(frozen=True, slots=True)
class StreamAck:
    """All samples of a second sensor before `next_seq` are processed: it is to go on there."""

    TYPE: ClassVar[int] = 21
    stream: int
    next_seq: int
    log: int


FirmwareMessage: TypeAlias = (
    Hello
    | OtherHello
    | Data
    | Gap
    | SleepAck
    | WakeAck
    | Status
    | Start
    | Call
    | StreamInfo
    | StreamGap
)
PeerMessage: TypeAlias = PeerHello | OtherPeerHello | Sleep | Wake | Ack | StartAck | StreamAck
Message: TypeAlias = FirmwareMessage | PeerMessage

_KINDS: Final[dict[int, type[Message]]] = {
    kind.TYPE: kind
    for kind in (
        *(Hello, Data, Gap, SleepAck, WakeAck, Status, Start, Call, StreamInfo, StreamGap),
        *(PeerHello, Sleep, Wake, Ack, StartAck, StreamAck),
    )
}
_OTHERS: Final[dict[type[Message], type[OtherHello] | type[OtherPeerHello]]] = {
    Hello: OtherHello,
    PeerHello: OtherPeerHello,
}
_NAMES: Final[dict[type[Message], tuple[str, ...]]] = {
    kind: tuple(field.name for field in dataclasses.fields(kind))
    for kind in (*_KINDS.values(), *_OTHERS.values())
}
"""The names of a message's fields, in the order of the wire."""
_RANGES: Final = {
    "time_us": (0, _U64),
    "log": (0, _U64),
    "new_log": (1, _U64),
    "count": (1, (1 << 31) - 1),
    "stream": (1, STREAMS_MAX - 1),
}
CONDITION_BYTES: Final = 64
_ANY_U32: Final = (0, _U32)
_SIZES: Final = {
    "spec_hash": (SPEC_HASH_BYTES, SPEC_HASH_BYTES),
    "condition": (0, CONDITION_BYTES),
    "block": (HEADER_BYTES, BLOCK_BYTES),
}
_MAY_BE_NIL: Final = {
    (PeerHello, "spec_hash"),
    (PeerHello, "expected_seq"),
    (PeerHello, "log"),
    (OtherPeerHello, "spec_hash"),
}
_FIELDS: Final = {
    kind: tuple(
        (name, name in _SIZES, *_SIZES.get(name, _RANGES.get(name, _ANY_U32))) for name in names
    )
    for kind, names in _NAMES.items()
}
"""Of each field: its name, whether it is a byte string, and the bounds of its length or value."""


class _Encoder(threading.local):
    """Each thread's encoder: to make one takes longer than to encode a message."""

    def __init__(self) -> None:
        self.cbor = cbor2.CBOREncoder(BytesIO())


_ENCODER: Final = _Encoder()


def encode(message: Message) -> bytes:
    """Return the message's bytes. Raises WireError if a field is out of range."""
    values = [getattr(message, name) for name in _NAMES[type(message)]]
    _check(type(message), values)
    if isinstance(message, OtherHello):
        raise WireError("a hello of another format cannot be encoded: its fields are not known")
    if isinstance(message, OtherPeerHello):
        values.append(None)
    return MARK + _ENCODER.cbor.encode_to_bytes([message.TYPE, *values])


def decode(item: bytes) -> Message:
    """Return the message in `item`: one whole message, mark included. Raises WireError."""
    if not item.startswith(MARK):
        raise WireError(f"a message begins with {MARK.hex(' ')}, found {item[:3].hex(' ')}")
    try:
        body = cbor2.loads(item[len(MARK) :])
    except (cbor2.CBORDecodeError, ValueError) as error:
        raise WireError(f"not valid CBOR: {error}") from error
    if not isinstance(body, list) or not body or type(body[0]) is not int:
        raise WireError(f"expected an array that begins with a type, found {body!r}")
    kind = _KINDS.get(body[0])
    if kind is None:
        raise WireError(f"no message has type {body[0]}")
    values = body[1:]
    if kind in _OTHERS and _is_for_others(kind, values):
        kind = _OTHERS[kind]
        values = values[: len(_NAMES[kind])]
    _check(kind, values)
    return kind(*values)


def _is_for_others(kind: type[Message], values: list[object]) -> bool:
    """Whether this is a hello of another format, or a peer's hello that all formats can read."""
    if values[:1] != [FORMAT]:
        return True
    return kind is PeerHello and len(values) == 4 and values[3] is None


def seq_distance(to: int, origin: int) -> int:
    """Return how far `to` is ahead of `origin`, modulo 2^32: -2^31 .. 2^31 - 1."""
    return ((to - origin + 0x8000_0000) & _U32) - 0x8000_0000


def _check(kind: type[Message], values: list[object]) -> None:
    fields = _FIELDS[kind]
    if len(fields) != len(values):
        raise WireError(f"{kind.__name__}: expected {len(fields)} fields, found {len(values)}")
    for (name, is_bytes, low, high), value in zip(fields, values, strict=True):
        if is_bytes:
            fits = isinstance(value, bytes) and low <= len(value) <= high
        else:
            fits = type(value) is int and low <= value <= high
        if not fits and not (value is None and (kind, name) in _MAY_BE_NIL):
            raise WireError(f"{kind.__name__}.{name}: {value!r} is out of range")
