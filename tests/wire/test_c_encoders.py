"""The firmware's encoders and the dataclasses write the same bytes."""

from __future__ import annotations

import ctypes

from hypothesis import given

from fwgen.wire.log_format import BLOCK_BYTES, HEADER_BYTES, MESSAGE_MAX_BYTES
from fwgen.wire.messages import (
    Call,
    Data,
    FirmwareMessage,
    Gap,
    Hello,
    SleepAck,
    Start,
    Status,
    StreamGap,
    StreamInfo,
    WakeAck,
    encode,
)
from tests.core.cnode import library
from tests.wire.strategies import firmware_messages


class CHello(ctypes.Structure):
    _fields_ = (
        ("spec_hash", ctypes.c_uint8 * 8),
        ("boot", ctypes.c_uint32),
        ("session", ctypes.c_uint32),
        ("oldest_seq", ctypes.c_uint32),
        ("next_seq", ctypes.c_uint32),
        ("time_us", ctypes.c_uint64),
        ("period_us", ctypes.c_uint32),
        ("log", ctypes.c_uint64),
    )


class CStatus(ctypes.Structure):
    _fields_ = (
        ("time_us", ctypes.c_uint64),
        *((name, ctypes.c_uint32) for name in list(Status.__annotations__)[2:]),
    )


CRASH = ("kind", "line", "pc", "lr", "file", "boot", "uptime_s")
FIRST = tuple(f"first_{name}" for name in CRASH)
LAST = tuple(f"last_{name}" for name in CRASH)
START = (
    *("boot", "reset", "memory", "unreadable", "damaged", "crashes", "untold", "-"),
    *(*FIRST, *LAST),
)
"""struct wire_start in order; `-` is not sent."""


class CCall(ctypes.Structure):
    _fields_ = (
        ("time_us", ctypes.c_uint64),
        ("reason", ctypes.c_uint32),
        ("condition", ctypes.c_char_p),
    )


class CStart(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in START)


class CStream(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("oldest_seq", "next_seq", "period_us"))


def written_by_c(message: FirmwareMessage) -> bytes:
    out = ctypes.create_string_buffer(MESSAGE_MAX_BYTES)
    lib = library()
    names = ("hello", "data", "gap", "sleep_ack", "wake_ack", "status", "start", "call")
    for name in (*names, "stream", "stream_gap"):
        getattr(lib, f"wire_encode_{name}").restype = ctypes.c_size_t
    if isinstance(message, Hello):
        hello = CHello(
            (ctypes.c_uint8 * 8)(*message.spec_hash),
            *(getattr(message, name) for name, *_ in CHello._fields_[1:]),
        )
        size = lib.wire_encode_hello(out, ctypes.byref(hello))
    elif isinstance(message, Data):
        size = lib.wire_encode_data(out, message.block, ctypes.c_size_t(len(message.block)))
    elif isinstance(message, Gap):
        size = lib.wire_encode_gap(
            out, ctypes.c_uint32(message.first_seq), ctypes.c_uint32(message.count)
        )
    elif isinstance(message, SleepAck):
        size = lib.wire_encode_sleep_ack(out, ctypes.c_uint32(message.id))
    elif isinstance(message, WakeAck):
        size = lib.wire_encode_wake_ack(
            out, ctypes.c_uint32(message.id), ctypes.c_uint32(message.backlog)
        )
    elif isinstance(message, Start):
        start = CStart(*(getattr(message, name, 0) for name in START))
        size = lib.wire_encode_start(out, ctypes.byref(start))
    elif isinstance(message, Call):
        call = CCall(message.time_us, message.reason, message.condition)
        size = lib.wire_encode_call(out, ctypes.byref(call))
    elif isinstance(message, StreamInfo):
        stream = CStream(*(getattr(message, name) for name, *_ in CStream._fields_))
        size = lib.wire_encode_stream(out, ctypes.byref(stream))
    elif isinstance(message, StreamGap):
        first_seq, count = ctypes.c_uint32(message.first_seq), ctypes.c_uint32(message.count)
        size = lib.wire_encode_stream_gap(out, first_seq, count)
    else:
        status = CStatus(*(getattr(message, name) for name, *_ in CStatus._fields_))
        size = lib.wire_encode_status(out, ctypes.byref(status))
    return out.raw[:size]


@given(firmware_messages)
def test_both_sides_write_the_same(message: FirmwareMessage) -> None:
    assert written_by_c(message) == encode(message)


def test_a_block_of_wrong_size_has_no_encoding() -> None:
    for size in (0, HEADER_BYTES - 1, BLOCK_BYTES + 1):
        assert written_by_c(Data(bytes(size))) == b""
