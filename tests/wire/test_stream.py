"""The readers of both sides, on streams that are split anywhere and contain garbage."""

from __future__ import annotations

import ctypes
import itertools
from dataclasses import replace
from typing import Protocol, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fwgen.wire.log_format import FORMAT, PEER_MESSAGE_MAX_BYTES
from fwgen.wire.messages import (
    MARK,
    Ack,
    Data,
    Message,
    OtherPeerHello,
    PeerHello,
    PeerMessage,
    Sleep,
    StartAck,
    StreamAck,
    Wake,
    WireError,
    decode,
    encode,
)
from fwgen.wire.stream import StreamReader, message_length
from tests.core.cnode import library
from tests.wire.strategies import firmware_messages, peer_messages

UNKNOWN = 0xFFFF_FFFF


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Return the data in pieces, split at `places` modulo its length."""
    at = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(at)]


class CReader:
    """The firmware's reader; returns messages as dataclasses."""

    def __init__(self) -> None:
        self._reader = ctypes.create_string_buffer(library(2).glue_reader_size())
        self._values = (ctypes.c_uint32 * 10)()

    def feed(self, data: bytes) -> list[PeerMessage]:
        found: list[PeerMessage] = []
        left = ctypes.c_size_t(len(data))
        while True:
            rest = data[len(data) - left.value :]
            kind = library(2).glue_read(self._reader, rest, ctypes.byref(left), self._values)
            if kind < 0:
                return found
            found.append(self._message(kind))

    def abandon(self) -> list[PeerMessage]:
        kind = library(2).glue_abandon(self._reader, self._values)
        return [] if kind < 0 else [self._message(kind), *self.feed(b"")]

    @property
    def partial(self) -> bool:
        return bool(library(2).glue_partial(self._reader))

    @property
    def errors(self) -> int:
        count: int = library(2).glue_reader_errors(self._reader)
        return count

    def _message(self, kind: int) -> PeerMessage:
        number, seq, knows_seq, form, spec, other, *logs = self._values
        log, new_log = logs[0] | logs[1] << 32, logs[2] | logs[3] << 32
        if kind == 0:
            known = None if spec == 0x100 else bytes([spec])
            if other:
                return OtherPeerHello(form, known, number)
            if not knows_seq:
                return PeerHello(form, known, number, None, None, new_log)
            return PeerHello(form, known, number, seq, log, new_log)
        others: dict[int, PeerMessage] = {
            1: Sleep(number),
            2: Wake(number, seq),
            3: Ack(seq, log),
            4: StartAck(number, seq),
            5: StreamAck(1, seq, log),
        }
        return others[kind]


Found = TypeVar("Found")


class Reader(Protocol[Found]):
    @property
    def partial(self) -> bool: ...

    def feed(self, data: bytes) -> list[Found]: ...

    def abandon(self) -> list[Found]: ...


def read_to_the_end(reader: Reader[Found], data: bytes) -> list[Found]:
    """Return the messages found if no more bytes arrive."""
    found = reader.feed(data)
    while reader.partial:
        found += reader.abandon()
    return found


def as_c_tells(message: PeerMessage) -> PeerMessage:
    """Return the message as C reports it: only the first byte of the hash, and a number only with
    its log."""
    if isinstance(message, PeerHello) and None in (message.expected_seq, message.log):
        message = replace(message, expected_seq=None, log=None)
    if isinstance(message, PeerHello | OtherPeerHello) and message.spec_hash is not None:
        return replace(message, spec_hash=message.spec_hash[:1])
    return message


@given(st.lists(firmware_messages | peer_messages, max_size=8), st.lists(st.integers(0, 5000)))
def test_messages_arrive_however_the_stream_is_split(
    sent: list[Message], places: list[int]
) -> None:
    reader = StreamReader(decode)
    found: list[Message] = []
    for piece in cut(b"".join(map(encode, sent)), places):
        found += reader.feed(piece)
    assert found == sent
    assert reader.errors == 0
    assert not reader.partial


@given(st.lists(peer_messages, max_size=8), st.lists(st.integers(0, 300)))
def test_the_firmware_reads_however_the_stream_is_split(
    sent: list[PeerMessage], places: list[int]
) -> None:
    reader = CReader()
    found: list[PeerMessage] = []
    for piece in cut(b"".join(map(encode, sent)), places):
        found += reader.feed(piece)
    assert found == [as_c_tells(message) for message in sent]
    assert reader.errors == 0


garbage = st.binary(max_size=20).filter(lambda data: 0xD9 not in data)


@given(st.lists(st.tuples(garbage, firmware_messages), min_size=1, max_size=5))
def test_garbage_between_messages_loses_none(parts: list[tuple[bytes, Message]]) -> None:
    reader = StreamReader(decode)
    found = reader.feed(b"".join(noise + encode(message) for noise, message in parts))
    assert found == [message for _, message in parts]
    assert reader.errors == sum(bool(noise) for noise, _ in parts)


@given(st.lists(st.tuples(garbage, peer_messages), min_size=1, max_size=5))
def test_garbage_loses_the_firmware_no_message(parts: list[tuple[bytes, PeerMessage]]) -> None:
    reader = CReader()
    found = reader.feed(b"".join(noise + encode(message) for noise, message in parts))
    assert found == [as_c_tells(message) for _, message in parts]
    assert reader.errors == sum(bool(noise) for noise, _ in parts)


@given(peer_messages, st.data(), st.lists(peer_messages, min_size=2, max_size=4))
def test_a_truncated_message_does_not_lose_the_later_ones(
    torn: PeerMessage, data: st.DataObject, whole: list[PeerMessage]
) -> None:
    raw = encode(torn)
    stump = raw[: data.draw(st.integers(0, len(raw) - 1))]
    stream = stump + b"".join(map(encode, whole))
    assert read_to_the_end(StreamReader(decode), stream)[-1] == whole[-1]
    assert read_to_the_end(CReader(), stream)[-1] == as_c_tells(whole[-1])


def test_messages_inside_a_damaged_block_are_found() -> None:
    reader = StreamReader(decode)
    torn = encode(Data(bytes(488)))[:100]
    assert reader.feed(torn + encode(Sleep(1)) + encode(Sleep(2))) == []
    assert reader.partial
    assert reader.abandon() == [Sleep(1), Sleep(2)]
    assert not reader.partial


def test_abandoning_an_empty_reader_returns_nothing() -> None:
    reader = StreamReader(decode)
    assert reader.abandon() == []
    assert reader.errors == 0


@given(st.lists(st.tuples(peer_messages, st.integers(0, 60), st.integers(1, 255)), max_size=6))
@example([(Sleep(1), 3, 1)])
def test_both_readers_agree_on_mutated_bytes(changes: list[tuple[PeerMessage, int, int]]) -> None:
    stream = bytearray()
    for message, place, flip in changes:
        raw = bytearray(encode(message))
        raw[place % len(raw)] ^= flip
        stream += raw
    stream += encode(Ack(77, 5)) * 12
    told = read_to_the_end(
        StreamReader(_as_the_firmware, limit=PEER_MESSAGE_MAX_BYTES), bytes(stream)
    )
    found = read_to_the_end(CReader(), bytes(stream))
    assert found[-1] == Ack(77, 5)
    assert found == [as_c_tells(message) for message in told]


@given(st.lists(st.sampled_from(sorted(MARK + bytes.fromhex("811018f65884"))), max_size=300))
def test_both_readers_agree_on_random_bytes(values: list[int]) -> None:
    told = read_to_the_end(
        StreamReader(_as_the_firmware, limit=PEER_MESSAGE_MAX_BYTES), bytes(values)
    )
    assert read_to_the_end(CReader(), bytes(values)) == [as_c_tells(message) for message in told]


@given(st.binary(max_size=300))
def test_the_peer_survives_anything(data: bytes) -> None:
    read_to_the_end(StreamReader(decode), data)


def _as_the_firmware(item: bytes) -> PeerMessage:
    """Decode only what the firmware accepts: messages of the peer, no session 0."""
    message = decode(item)
    if not isinstance(
        message, PeerHello | OtherPeerHello | Sleep | Wake | Ack | StartAck | StreamAck
    ):
        raise WireError("not for the firmware")
    if isinstance(message, PeerHello | OtherPeerHello) and message.session == 0:
        raise WireError("not for the firmware")
    return message


def test_bytes_that_fill_the_firmware_s_buffer_without_a_message_are_dropped() -> None:
    long = MARK + b"\x97" + 11 * b"\x1a\xff\xff\xff\xff" + 4 * b"\0" + b"\x1a"
    assert len(long) == PEER_MESSAGE_MAX_BYTES
    assert CReader().feed(long + encode(Sleep(1))) == [Sleep(1)]


def test_the_firmware_refuses_session_0() -> None:
    assert CReader().feed(encode(PeerHello(FORMAT, None, 0, None, None, 1))) == []


@pytest.mark.parametrize(
    "behind",
    [
        "a0",
        "9f",
        "98 01",
        "82 20",
        "82 61",
        "82 fb",
        "82 1c",
        "82 11 f5",
        "81 59 ff ff",
        "82 18 11",
    ],
)
def test_bytes_that_cannot_become_a_message_are_rejected_at_once(behind: str) -> None:
    with pytest.raises(WireError):
        message_length(MARK + bytes.fromhex(behind))


def test_the_reader_buffers_at_most_one_message() -> None:
    reader = StreamReader(decode)
    for _ in range(1000):
        reader.feed(bytes(100))
    assert not reader.partial
    assert reader.errors == 1
