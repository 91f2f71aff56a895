"""Compare the second reader of the wire with the first, and with the examples of docs/SPEC.md."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import given
from hypothesis import strategies as st

from fwgen.peer.incoming import decode_incoming
from fwgen.wire.block import Block
from fwgen.wire.messages import Data, Message, encode
from fwgen.wire.stream import StreamReader
from tests.core.cnode import CNode
from tests.peer.talk import block
from tests.second_reader.test_spec_example import SPEC, example
from tests.second_reader.wire_reader import Found, read_stream
from tests.wire.strategies import firmware_messages, peer_messages

NAMES = {
    "Hello": "hello",
    "SleepAck": "sleep-ack",
    "WakeAck": "wake-ack",
    "StartAck": "start-ack",
    "StreamInfo": "stream",
    "StreamGap": "stream-gap",
    "StreamAck": "stream-ack",
    "PeerHello": "peer-hello",
    "OtherHello": "hello of another format",
    "OtherPeerHello": "peer-hello to another format",
}
blocks = st.builds(
    block, st.integers(0, 1 << 33).map(lambda seq: seq % (1 << 32)), st.integers(1, 60)
)
messages = firmware_messages.filter(lambda message: not isinstance(message, Data)) | peer_messages


def as_found(message: Message) -> Found:
    name = type(message).__name__
    return Found(NAMES.get(name, name.lower()), dataclasses.astuple(message))


def by_the_first(data: bytes) -> list[Message | Block]:
    reader = StreamReader(decode_incoming)
    found = reader.feed(data)
    while reader.partial:
        found += reader.abandon()
    return found


def same(found: list[Found], told: list[Message | Block]) -> bool:
    if len(found) != len(told):
        return False
    for mine, other in zip(found, told, strict=True):
        if isinstance(other, Block):
            data = mine.values[0]
            if mine.name != "data" or not isinstance(data, bytes):
                return False
            if data[8:12] != other.first_seq.to_bytes(4, "little"):
                return False
        elif mine != as_found(other):
            return False
    return True


@given(st.lists(messages | blocks, max_size=6))
def test_both_read_what_is_written(sent: list[Message]) -> None:
    raw = b"".join(map(encode, sent))
    assert read_stream(raw) == [as_found(message) for message in sent]
    assert same(read_stream(raw), by_the_first(raw))


@given(st.lists(st.tuples(messages | blocks, st.integers(0, 500), st.integers(0, 255)), max_size=6))
def test_both_read_the_same_out_of_damaged_streams(
    parts: list[tuple[Message, int, int]],
) -> None:
    stream = bytearray()
    for message, place, flip in parts:
        raw = bytearray(encode(message))
        raw[place % len(raw)] ^= flip
        stream += raw[: place + 1] if flip % 5 == 0 else raw
    assert same(read_stream(bytes(stream)), by_the_first(bytes(stream)))


def test_it_reads_what_the_firmware_sends() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(bytes.fromhex("d9 d9 f7 87 10 03 f6 05 f6 f6 07"), 0)
    for number in range(400):
        node.sample(number * 60_000, 1000 + number % 9)
        node.poll(number * 60_000)
    raw = b"".join(node.sent)
    assert same(read_stream(raw), by_the_first(raw))
    assert {found.name for found in read_stream(raw)} == {"hello", "data", "status"}


def test_the_examples_are_what_they_say() -> None:
    rows = re.findall(r"^\| ([a-z-]+), [^|]* \| `(d9 d9 f7[0-9a-f ]*)` \|", SPEC, re.MULTILINE)
    assert len(rows) == 15
    for name, text in rows:
        raw = bytes.fromhex(text)
        (found,) = read_stream(raw)
        assert found.name == name
        (told,) = by_the_first(raw)
        assert not isinstance(told, Block)
        assert encode(told) == raw


def test_the_block_of_part_one_makes_the_message_of_part_two() -> None:
    raw = encode(Data(example("block")))
    told = re.search(r"makes the data message `(.*?) \.\.\.`", SPEC)
    assert told
    assert raw.startswith(bytes.fromhex(told[1]))
    assert read_stream(raw)[0].name == "data"
