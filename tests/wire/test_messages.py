"""Messages to bytes and back: the dataclasses, the C codecs, and that these are current."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import cbor2
import pytest
from hypothesis import given

from fwgen.wire import __main__ as codecs
from fwgen.wire import messages
from fwgen.wire.messages import (
    MARK,
    MESSAGE_MAX_BYTES,
    Ack,
    Data,
    Gap,
    Hello,
    Message,
    PeerHello,
    Sleep,
    Status,
    WireError,
    decode,
    encode,
    seq_distance,
)
from fwgen.wire.stream import message_length
from tests.wire.strategies import firmware_messages, peer_messages

ROOT = Path(__file__).parents[2]


@given(firmware_messages | peer_messages)
def test_a_message_survives_its_bytes(message: Message) -> None:
    raw = encode(message)
    assert decode(raw) == message
    assert message_length(raw) == len(raw) <= MESSAGE_MAX_BYTES
    assert message_length(raw[:-1]) is None


@given(firmware_messages | peer_messages)
def test_the_bytes_are_the_shortest_that_say_it(message: Message) -> None:
    raw = encode(message)
    assert MARK + cbor2.dumps(cbor2.loads(raw), canonical=True) == raw


def test_the_longest_message_fills_an_rpmsg_buffer() -> None:
    assert len(encode(Data(bytes(488)))) == MESSAGE_MAX_BYTES


@pytest.mark.parametrize(
    "message",
    [
        Gap(-1, 0),
        Gap(0, 1 << 32),
        Data(bytes(27)),
        Data(bytes(489)),
        PeerHello(1, bytes(7), 1, None),
        Hello(1, bytes(8), 1 << 16, 0, 0, 0, 0, 0),
        Hello(1, bytes(8), 0, 0, 0, 0, 1 << 64, 0),
    ],
    ids=repr,
)
def test_what_has_no_encoding_is_refused(message: Message) -> None:
    with pytest.raises(WireError):
        encode(message)


@pytest.mark.parametrize(
    "body",
    [
        17,
        [],
        [None],
        [True, 1],
        [99],
        [17],
        [17, 1, 2],
        [17, -1],
        [17, True],
        [17, 1.0],
        [17, None],
        [17, "1"],
        [1, bytes(20)],
        [16, 1, None, 1, b""],
        [2, 1 << 32, 1],
    ],
    ids=repr,
)
def test_what_is_no_message_is_refused(body: object) -> None:
    with pytest.raises(WireError):
        decode(MARK + cbor2.dumps(body))


@pytest.mark.parametrize("raw", [b"", b"\xd9\xd9\xf7", b"\x82\x11\x01", MARK + b"\x82\x11"])
def test_what_is_no_item_is_refused(raw: bytes) -> None:
    with pytest.raises(WireError):
        decode(raw)


def test_the_c_codecs_are_current() -> None:
    made = codecs.made_files()
    folder = ROOT / codecs.FOLDER
    assert {f"{codecs.FOLDER}/{path.name}" for path in folder.iterdir()} == set(made)
    for path, text in made.items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, "run `python -m fwgen.wire`"


def test_the_dataclasses_have_the_fields_of_the_cddl() -> None:
    text = (ROOT / "fwgen/wire/fwgen.cddl").read_text(encoding="utf-8")
    text = re.sub(r";[^\n]*", "", text)
    rules = re.findall(
        r"^([\w-]+) = #6\.55799\(\[\s*(\d+),(.*?)\]\)", text, re.MULTILINE | re.DOTALL
    )
    described = {
        int(number): (name, re.findall(r"([\w-]+):", fields)) for name, number, fields in rules
    }
    for kind in messages._KINDS.values():
        name, fields = described.pop(kind.TYPE)
        assert name.replace("-", "") == kind.__name__.lower()
        assert [field.replace("-", "_") for field in fields] == [
            field.name for field in dataclasses.fields(kind)
        ]
    assert not described


def test_sequence_numbers_wrap() -> None:
    top = (1 << 32) - 1
    assert seq_distance(0, top) == 1
    assert seq_distance(top, 0) == -1
    assert seq_distance(5, 5) == 0
    assert seq_distance(1 << 31, 0) == -(1 << 31)


def test_every_kind_is_reached_by_its_number() -> None:
    assert decode(encode(Sleep(3))) == Sleep(3)
    assert decode(encode(Ack(4))) == Ack(4)
    assert decode(encode(Status(*range(14)))) == Status(*range(14))
