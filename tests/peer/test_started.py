"""How a session reports the firmware's start and its crashes, and acknowledges them."""

from __future__ import annotations

import dataclasses

import pytest

from fwgen.peer.events import Started
from fwgen.peer.started import Crash, crashes, memory_words, reset_words
from fwgen.wire.messages import Sleep, Start, StartAck
from tests.peer.talk import LOG, Talk

FIRST = (2, 0, 0x0A04_3210, 0x0A04_5678, 0, 1, 61)
LAST = (8, 77, 0x0A04_4444, 0, 0x0A05_0000, 2, 5)
TWO = Start(3, 0x20, 0, 0, 0, 5, 2, *FIRST, *LAST)
ONE = Start(3, 0x20, 0, 0, 0, 5, 1, *LAST, *LAST)
QUIET = Start(3, 0x05, 2, 7, 1, 0, 0, *[0] * 14)


def test_a_start_is_reported_once_and_its_crashes_acknowledged() -> None:
    talk = Talk().online(boot=3)
    talk.say(TWO)
    assert talk.events() == [Started(TWO, LOG)]
    assert talk.sent() == [StartAck(3, 5)]


def test_a_repetition_is_acknowledged_again_but_not_reported() -> None:
    """The acknowledgement was lost."""
    talk = Talk().online(boot=3)
    talk.say(TWO)
    talk.events(), talk.sent()
    talk.say(TWO)
    assert talk.events() == []
    assert talk.sent() == [StartAck(3, 5)]


def test_a_start_without_crashes_is_not_acknowledged() -> None:
    talk = Talk().online(boot=3)
    talk.say(QUIET)
    assert talk.events() == [Started(QUIET, LOG)]
    assert talk.sent() == []


def test_an_application_acknowledges_what_it_has_stored() -> None:
    talk = Talk(automatic=False).online(boot=3)
    talk.say(TWO)
    (event,) = talk.events()
    assert talk.sent() == []
    assert isinstance(event, Started)
    talk.session.acknowledge_crashes(event.start, talk.now)
    assert talk.sent() == [StartAck(3, 5)]


def test_a_start_of_an_earlier_boot_is_not_acknowledged() -> None:
    talk = Talk(automatic=False).online(boot=3)
    talk.say(dataclasses.replace(TWO, boot=4))
    talk.session.acknowledge_crashes(TWO, talk.now)
    assert talk.sent() == []


def test_nothing_is_acknowledged_while_linux_suspends() -> None:
    """SLEEP is the last message before a suspend."""
    talk = Talk().online(boot=3)
    talk.session.suspend(talk.now)
    assert [type(message) for message in talk.sent()] == [Sleep]
    talk.say(TWO)
    assert talk.events() == [Started(TWO, LOG)]
    assert talk.sent() == []


def test_a_start_for_the_session_before_is_stale() -> None:
    talk = Talk()
    talk.start()
    talk.say(TWO)
    assert talk.events() == []
    assert talk.session.counts.stale == 1


def test_first_and_last_crash() -> None:
    first = Crash(4, "bus fault", 0x0A04_3210, 0x0A04_5678, 0, 0, 1, 61)
    last = Crash(5, "failed check", 0x0A04_4444, 0, 0x0A05_0000, 77, 2, 5)
    assert crashes(TWO) == [first, last]
    assert crashes(ONE) == [last]
    assert crashes(QUIET) == []
    assert crashes(dataclasses.replace(ONE, last_kind=99))[0].kind == "kind 99"


@pytest.mark.parametrize(
    ("reset", "words"),
    [
        (0, ""),
        (0x05, "power-on"),
        (0x04, "the reset pin"),
        (0x14, "the watchdog"),
        (0x20, "a reset of the M33 alone"),
        (0x220, "a reset of the M33 alone, or an earlier one"),
        (0x09, "power-on and a software reset of the chip"),
        (0x200, ""),
    ],
)
def test_reset_in_words(reset: int, words: str) -> None:
    assert reset_words(reset) == words


def test_memory_in_words() -> None:
    assert [memory_words(n) for n in range(5)] == [
        "kept",
        "only blocks",
        "new",
        "unusable",
        "state 4",
    ]
