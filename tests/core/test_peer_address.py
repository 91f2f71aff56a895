"""Which of Linux's addresses gets the samples."""

from __future__ import annotations

import pytest

from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Ack, PeerHello, Sleep, encode
from tests.core.crings import PeerAddress, Rings

TTY, OTHER = 1024, 1031


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> Rings:
    return Rings(tmp_path_factory.mktemp("rings"))


def hello(session: int) -> bytes:
    return encode(PeerHello(FORMAT, None, session, None, None, 1))


@pytest.fixture
def known(rings: Rings) -> PeerAddress:
    """Return a peer whose tty has sent a hello, in session 5."""
    peer = PeerAddress()
    assert rings.accepts(peer, TTY, hello(5))
    return peer


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(hello(5), id="a hello"),
        pytest.param(encode(Ack(7, 9)), id="the application goes on, the firmware started again"),
        pytest.param(hello(5)[:1], id="a byte at a time"),
        pytest.param(hello(5)[:9], id="cut in the middle"),
        pytest.param(encode(Ack(7, 9)) * 70, id="more than a buffer of the reader's"),
    ],
)
def test_the_first_that_begins_as_a_message_begins_is_the_peer(rings: Rings, first: bytes) -> None:
    peer = PeerAddress()
    assert rings.accepts(peer, TTY, first)
    assert (peer.known, peer.address) == (True, TTY)


@pytest.mark.parametrize("first", [b"", b"hello world!", b"\0" * 496, b"\xd9\xd9\xf8", b"AT\r\n"])
def test_what_is_no_message_makes_nobody_the_peer(rings: Rings, first: bytes) -> None:
    peer = PeerAddress()
    assert not rings.accepts(peer, OTHER, first)
    assert not peer.known
    assert rings.accepts(peer, TTY, hello(5))


def test_from_the_peer_everything_is_let_through(rings: Rings, known: PeerAddress) -> None:
    for data in (encode(Ack(1, 9)), b"the second half of something", b"", hello(5), hello(6)):
        assert rings.accepts(known, TTY, data)
    assert known.session == 6


@pytest.mark.parametrize(
    "data", [b"hello world!", b"", encode(Ack(1, 9)), encode(Sleep(1)), hello(5), hello(9)[:-1]]
)
def test_from_others_nothing_but_a_new_session(
    rings: Rings, known: PeerAddress, data: bytes
) -> None:
    assert not rings.accepts(known, OTHER, data)
    assert (known.address, known.session) == (TTY, 5)


def test_a_new_session_in_one_piece_moves_the_peer(rings: Rings, known: PeerAddress) -> None:
    """The channel has a new end: a driver that was bound again, at another address."""
    assert rings.accepts(known, OTHER, hello(9))
    assert (known.address, known.session) == (OTHER, 9)
    assert not rings.accepts(known, TTY, encode(Ack(1, 9)))
    assert rings.accepts(known, TTY, hello(10)), "and it can come back"


def test_a_hello_that_stands_behind_something_else_moves_nobody(
    rings: Rings, known: PeerAddress
) -> None:
    assert not rings.accepts(known, OTHER, b"x" + hello(9))
    assert not rings.accepts(known, OTHER, encode(Ack(1, 9)) + hello(9))
