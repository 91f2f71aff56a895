"""Messages are encoded and decoded; the generated C codecs are current."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import cbor2
import pytest
from hypothesis import given

from fwgen.wire import __main__ as codecs
from fwgen.wire import messages
from fwgen.wire.log_format import BLOCK_BYTES, FORMAT, HEADER_BYTES, MESSAGE_MAX_BYTES
from fwgen.wire.messages import (
    MARK,
    Ack,
    Data,
    Gap,
    Hello,
    Message,
    OtherHello,
    OtherPeerHello,
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
def test_a_message_is_the_same_after_encoding_and_decoding(message: Message) -> None:
    raw = encode(message)
    assert decode(raw) == message
    assert message_length(raw) == len(raw) <= MESSAGE_MAX_BYTES
    assert message_length(raw[:-1]) is None


@given(firmware_messages | peer_messages)
def test_the_encoding_is_the_shortest(message: Message) -> None:
    raw = encode(message)
    assert MARK + cbor2.dumps(cbor2.loads(raw), canonical=True) == raw


def test_the_longest_message_fills_an_rpmsg_buffer() -> None:
    assert len(encode(Data(bytes(BLOCK_BYTES)))) == MESSAGE_MAX_BYTES


@pytest.mark.parametrize(
    "message",
    [
        Gap(-1, 1),
        Gap(0, 0),
        Gap(0, 1 << 31),
        Data(bytes(HEADER_BYTES - 1)),
        Data(bytes(BLOCK_BYTES + 1)),
        PeerHello(FORMAT, bytes(7), 1, None, None, 1),
        PeerHello(FORMAT, bytes(8), 1, None, None, 0),
        Hello(FORMAT, bytes(8), 1 << 32, 0, 0, 0, 0, 0, 0),
        Hello(FORMAT, bytes(8), 0, 0, 0, 0, 1 << 64, 0, 0),
        Hello(FORMAT, bytes(8), 0, 0, 0, 0, 0, 0, 1 << 64),
        OtherHello(1, bytes(8), 0, 0, 0),
    ],
    ids=repr,
)
def test_a_message_without_an_encoding_is_refused(message: Message) -> None:
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
        [16, FORMAT, None, 1, b"", 1, 1],
        [16, FORMAT, None, 1, 5],
        [16, 1, None],
        [16, 1, bytes(7), 1, None],
        [0, FORMAT, bytes(8), 1, 1, 0, 0, 0, 1],
        [0, 1, bytes(8), 1, 1],
        [2, 1 << 32, 1],
        [2, 7, 0],
        [2, 7, 1 << 31],
        [19, 7],
    ],
    ids=repr,
)
def test_bytes_that_are_not_a_message_are_refused(body: object) -> None:
    with pytest.raises(WireError):
        decode(MARK + cbor2.dumps(body))


@pytest.mark.parametrize("raw", [b"", b"\xd9\xd9\xf7", b"\x82\x11\x01", MARK + b"\x82\x11"])
def test_bytes_that_are_not_a_cbor_item_are_refused(raw: bytes) -> None:
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
        name: (int(number), [field.replace("-", "_") for field in re.findall(r"([\w-]+):", fields)])
        for name, number, fields in rules
    }
    to_other: dict[str, type[OtherHello | OtherPeerHello]] = {
        "hello-to-other": OtherHello,
        "peer-hello-to-other": OtherPeerHello,
    }
    for name, other in to_other.items():
        number, names = described.pop(name)
        known = [field.name for field in dataclasses.fields(other)]
        assert (number, names[: len(known)]) == (other.TYPE, known)
    by_name = {name.replace("-", ""): told for name, told in described.items()}
    for kind in messages._KINDS.values():
        names = [field.name for field in dataclasses.fields(kind)]
        assert by_name.pop(kind.__name__.lower()) == (kind.TYPE, names)
    assert not by_name


def test_the_cddl_has_the_sizes_of_a_block() -> None:
    text = (ROOT / "fwgen/wire/fwgen.cddl").read_text(encoding="utf-8")
    assert f"block: bstr .size ({HEADER_BYTES}..{BLOCK_BYTES})" in text


def test_sequence_numbers_wrap() -> None:
    top = (1 << 32) - 1
    assert seq_distance(0, top) == 1
    assert seq_distance(top, 0) == -1
    assert seq_distance(5, 5) == 0
    assert seq_distance(1 << 31, 0) == -(1 << 31)


def test_every_kind_is_reached_by_its_number() -> None:
    assert decode(encode(Sleep(3))) == Sleep(3)
    assert decode(encode(Ack(4, 9))) == Ack(4, 9)
    assert decode(encode(Status(*range(20)))) == Status(*range(20))


def test_fields_that_format_2_added_have_defaults() -> None:
    assert decode(encode(Hello(FORMAT, bytes(8), 1, 5, 0, 10, 0, 60_000))) == Hello(
        FORMAT, bytes(8), 1, 5, 0, 10, 0, 60_000, log=0
    )
    assert decode(encode(Status(*range(14)))) == Status(*range(14), *[0] * 6)
