"""The session: what it sends and tells, and when."""

from __future__ import annotations

import pytest

from fwgen.handshake import machine
from fwgen.peer.events import (
    Lost,
    NewLog,
    NumberingRestarted,
    Online,
    Resumed,
    Samples,
    SpecMismatch,
    StatusReceived,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.incoming import STALE_PART_US
from fwgen.peer.session import Known, Pace, Session
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import (
    Ack,
    Data,
    Gap,
    Message,
    OtherHello,
    OtherPeerHello,
    PeerHello,
    Sleep,
    SleepAck,
    Status,
    Wake,
    WakeAck,
    encode,
)
from tests.peer.talk import LOG, SESSION_ID, SPEC_HASH, TIMERS, Talk, block, said_hello

STATUS = Status(*range(20))

BUFFERS = 8
"""In the ring to the firmware."""


def kinds(messages: list[Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


# ------------------------------------------------------------------------------------------ hello


def test_hello_is_repeated_until_it_is_answered() -> None:
    talk = Talk()
    assert talk.start() == [PeerHello(FORMAT, SPEC_HASH, SESSION_ID, None, None, 1)]
    talk.wait(3 * TIMERS["hello_retry"])
    sent = talk.sent()
    assert kinds(sent) == ["PeerHello"] * 3 + ["OtherPeerHello"]
    new_logs = [message.new_log for message in sent if isinstance(message, PeerHello)]
    assert new_logs == [2, 3, 4]
    talk.say(talk.hello(oldest=40, next_seq=50))
    assert talk.events() == [Online(talk.hello(oldest=40, next_seq=50), restarted=False)]
    talk.wait(TIMERS["hello_retry"])
    assert talk.sent() == []


def test_a_returning_application_says_where_to_continue() -> None:
    assert said_hello(Talk(known=Known(LOG, 77, 3)).start()).expected_seq == 77


def test_answers_to_the_session_before_are_not_taken_for_its_own() -> None:
    talk = Talk()
    talk.start()
    talk.say(talk.hello(session=99), block(0, 4), SleepAck(5), WakeAck(6, 0), STATUS)
    assert (talk.session.state, talk.events()) == ("greeting", [])
    assert (
        talk.session.counts.stale == 4
    )  # all but the SLEEP acknowledgement, of which the table knows


def test_a_firmware_that_asks_gets_hello() -> None:
    talk = Talk().online()
    talk.say(block(0, 4), talk.hello(session=0))
    hello = said_hello(talk.sent())
    assert hello.expected_seq == 4
    assert talk.session.state == "greeting"


def test_hello_is_sent_after_silence() -> None:
    talk = Talk().online()
    talk.wait(TIMERS["silence"] - 1)
    talk.say(STATUS)
    talk.wait(TIMERS["silence"] - 1)
    assert talk.sent() == []
    talk.wait(1)
    assert kinds(talk.sent()) == ["PeerHello"]
    assert talk.events() == [StatusReceived(STATUS)]


def test_a_restart_of_the_firmware_is_reported() -> None:
    talk = Talk(known=Known(LOG, 10, 3))
    talk.start()
    talk.say(talk.hello(oldest=0, next_seq=20, boot=4))
    assert talk.events() == [Online(talk.hello(oldest=0, next_seq=20, boot=4), restarted=True)]


@pytest.mark.parametrize(("oldest", "next_seq", "boot"), [(2, 5, 4), (2, 5, 3), (0, 500, 1)])
def test_a_log_that_restarted_its_numbers_is_accepted(
    oldest: int, next_seq: int, boot: int
) -> None:
    """Its numbers, or its boots, end before the known ones."""
    talk = Talk(known=Known(LOG, 100, 3))
    talk.start()
    talk.say(talk.hello(oldest=oldest, next_seq=next_seq, boot=boot))
    assert talk.events()[0] == NumberingRestarted(100, oldest)
    sent = talk.sent()
    if boot < 3:  # 100 is another sample now: the session must send what it expects
        assert said_hello(sent).expected_seq == oldest
        talk.say(talk.hello(oldest=oldest, next_seq=next_seq, boot=boot))
    talk.say(block(oldest, 3))
    assert [event.block.first_seq for event in talk.events() if isinstance(event, Samples)] == [
        oldest
    ]


def test_a_new_log_is_reported_and_the_old_one_no_longer_counts() -> None:
    """The M33 lost power: its numbers restart and belong to other samples."""
    talk = Talk(known=Known(LOG, 1000, 1))
    talk.start()
    talk.say(talk.hello(oldest=0, next_seq=2000, log=77), block(0, 40))
    told = talk.events()
    assert told[0] == NewLog(Known(LOG, 1000, 1), 77, 0)
    assert isinstance(told[1], Online) and told[1].restarted
    assert isinstance(told[2], Samples) and (told[2].skip, told[2].log) == (0, 77)
    talk.wait(250_000)
    assert talk.sent()[-1] == Ack(40, 77)
    assert talk.session.known == Known(77, 40, 1)


def test_a_hello_of_a_new_log_counts_also_if_no_hello_was_expected() -> None:
    """It answers an earlier hello; the firmware has lost its memory since."""
    for state in ("online", "asking", "waking"):
        talk = Talk(automatic=False).online(next_seq=100)
        talk.say(block(0, 100))
        if state != "online":
            talk.session.suspend(talk.now)
        if state == "waking":
            talk.session.resume(talk.now)
        talk.events()
        assert talk.session.state == state
        talk.say(talk.hello(next_seq=300, log=77), block(0, 50))
        told = talk.events()
        assert [type(event) for event in told] == [NewLog, Online, Samples]
        assert talk.session.state == state
        talk.session.acknowledge(100, talk.now, LOG)  # of what it got from the other log
        assert talk.session.known == Known(77, 0, 1)


def test_a_repeated_answer_restarts_nothing() -> None:
    talk = Talk().online(next_seq=100)
    talk.say(block(0, 10), talk.hello(next_seq=100), block(10, 10))
    assert [type(event) for event in talk.events()] == [Samples, Samples]


def test_the_known_position_survives_a_firmware_of_another_spec() -> None:
    talk = Talk(known=Known(LOG, 100, 3))
    talk.start()
    talk.say(talk.hello(spec_hash=bytes(8), log=77, next_seq=5, oldest=2))
    assert talk.session.known == Known(LOG, 100, 3)
    talk.session.suspend(talk.now)
    talk.answer_sleep()
    talk.wait(TIMERS["guard"])
    talk.session.resume(talk.now)
    wake = talk.last_wake()
    assert wake.next_seq == 2  # the firmware's own oldest: it cannot free anything
    talk.say(WakeAck(wake.id, 0))
    talk.wait(1_000_000)
    assert "Ack" not in kinds(talk.sent())


def test_samples_say_which_start_and_which_spec_they_were_taken_under() -> None:
    """Taken before the firmware was replaced, kept in the log, and sent by the new firmware."""
    talk = Talk().online(next_seq=20, boot=2)
    talk.say(block(0, 10, boot=1, spec=b"\xff" * 8), block(10, 10, boot=2))
    old, new = (event for event in talk.events() if isinstance(event, Samples))
    assert (old.block.boot, old.block.spec, old.own_spec) == (1, b"\xff" * 4, False)
    assert (new.block.boot, new.block.spec, new.own_spec) == (2, SPEC_HASH[:4], True)


# The messages of a firmware of format 1.
HELLO_1 = "d9d9f7 89 00 01 48 0001020304050607 03 19 1000 19 03e8 19 04d2 1a 004c4b40 19 ea60"


def test_a_firmware_of_format_1_is_detected_and_linux_can_sleep() -> None:
    talk = Talk(known=Known(LOG, 500, 3))
    talk.start()
    talk.wait(3 * TIMERS["hello_retry"])
    seeking = [message for message in talk.sent() if isinstance(message, OtherPeerHello)]
    assert seeking == [OtherPeerHello(FORMAT, SPEC_HASH, SESSION_ID)]
    # exactly what format 1 reads: format, hash, session, nothing that is expected
    assert encode(seeking[0]) == bytes.fromhex("d9d9f7 85 10 03 48 0001020304050607 19 1000 f6")
    talk.session.receive(bytes.fromhex(HELLO_1), talk.now)
    assert talk.events() == [SpecMismatch(OtherHello(1, SPEC_HASH, 3, SESSION_ID, 1000))]
    talk.session.suspend(talk.now)
    talk.answer_sleep()
    talk.wait(TIMERS["guard"])
    assert talk.session.state == "suspended"
    talk.session.resume(talk.now)
    assert talk.last_wake().next_seq == 1000
    assert talk.session.known == Known(LOG, 500, 3)


def test_a_hello_of_a_later_format_is_read_as_far_as_all_formats_go() -> None:
    talk = Talk()
    talk.start()
    later = "d9d9f7 87 00 05 48 0001020304050607 03 19 1000 07 43 010203"
    talk.session.receive(bytes.fromhex(later), talk.now)
    assert talk.events() == [SpecMismatch(OtherHello(5, SPEC_HASH, 3, SESSION_ID, 7))]


def test_numbers_that_a_later_boot_uses_again_lose_no_samples() -> None:
    talk = Talk().online()
    talk.say(block(0, 100))
    talk.events()
    talk.say(talk.hello(session=0, boot=2))  # its memory was damaged: it went on from 40 ...
    talk.say(talk.hello(oldest=0, next_seq=120, boot=2))  # ... and is at 120 by now
    talk.events()
    talk.sent()
    talk.say(block(90, 30, boot=2))
    assert talk.events() == [NumberingRestarted(100, 90)]
    assert said_hello(talk.sent()).expected_seq is None
    talk.say(talk.hello(oldest=0, next_seq=120, boot=2))
    talk.say(block(0, 40), block(40, 50, boot=2), block(90, 30, boot=2))
    assert [event.block.first_seq for event in talk.events() if isinstance(event, Samples)] == [
        0,
        40,
        90,
    ]


def test_a_firmware_of_another_spec_is_refused() -> None:
    talk = Talk()
    talk.start()
    hello = talk.hello(spec_hash=bytes(8))
    talk.say(hello, block(0, 4))
    assert talk.events() == [SpecMismatch(hello)]
    talk.wait(1_000_000)
    assert "Ack" not in kinds(talk.sent())


def test_suspending_works_with_a_firmware_of_another_spec() -> None:
    talk = Talk()
    talk.start()
    talk.say(talk.hello(spec_hash=bytes(8)))
    talk.session.suspend(talk.now)
    talk.answer_sleep()
    talk.wait(TIMERS["guard"])
    assert talk.session.state == "suspended"


def test_without_a_spec_any_firmware_is_accepted() -> None:
    talk = Talk(spec_hash=None)
    assert said_hello(talk.start()).spec_hash is None
    talk.say(talk.hello(spec_hash=bytes(8)))
    assert isinstance(talk.events()[0], Online)


# ---------------------------------------------------------------------------------------- samples


def test_samples_and_gaps_are_delivered_in_order_and_once() -> None:
    talk = Talk().online()
    talk.say(block(0, 4), block(0, 4), Gap(4, 6), block(8, 5))
    news = talk.events()
    assert [type(event) for event in news] == [Samples, Lost, Samples]
    assert news[1] == Lost(4, 6, LOG, declared=True)
    assert isinstance(news[2], Samples) and news[2].skip == 2


def test_acknowledgements_are_sent_after_four_blocks_or_a_delay() -> None:
    talk = Talk(pace=Pace(ack_blocks=4, ack_delay_us=250_000)).online()
    for index in range(4):
        assert talk.sent() == []
        talk.say(block(4 * index, 4))
    assert talk.sent() == [Ack(16, LOG)]
    talk.say(block(16, 4))
    talk.wait(249_999)
    assert talk.sent() == []
    talk.wait(1)
    assert talk.sent() == [Ack(20, LOG)]
    talk.wait(1_000_000)
    assert talk.sent() == []


def test_a_repetition_is_acknowledged_again() -> None:
    talk = Talk(automatic=False).online()
    talk.say(block(0, 4))
    talk.session.acknowledge(4, talk.now, LOG)
    talk.wait(250_000)
    assert talk.sent() == [Ack(4, LOG)]
    talk.say(block(0, 4))
    talk.wait(250_000)
    assert talk.sent() == [Ack(4, LOG)]


def test_only_what_is_processed_is_acknowledged() -> None:
    talk = Talk(automatic=False).online()
    talk.say(*(block(4 * index, 4) for index in range(6)))
    talk.wait(1_000_000)
    assert set(talk.sent()) == {Ack(0, LOG)}
    assert talk.session.known == Known(LOG, 0, 1)
    talk.session.acknowledge(12, talk.now, LOG)
    assert talk.sent() == [Ack(12, LOG)]
    assert talk.session.known == Known(LOG, 12, 1)
    with pytest.raises(ValueError, match="25"):
        talk.session.acknowledge(25, talk.now, LOG)


def test_a_slow_application_repeats_its_acknowledgement() -> None:
    talk = Talk(automatic=False).online()
    talk.say(block(0, 4))
    talk.wait(TIMERS["alive"] - 1)
    assert talk.sent() == []
    talk.wait(1 + 3 * TIMERS["alive"])
    assert talk.sent() == [Ack(0, LOG)] * 4
    talk.session.acknowledge(4, talk.now, LOG)
    talk.wait(10_000_000)
    assert talk.sent() == [Ack(4, LOG)]


def test_no_acknowledgement_is_repeated_if_the_firmware_must_send_again() -> None:
    """A block was lost: the firmware sends it again only if it gets no acknowledgement."""
    talk = Talk(automatic=False).online()
    talk.say(block(0, 4), block(8, 4))
    talk.wait(10_000_000)
    assert talk.sent() == []
    talk.say(talk.hello(session=0))
    talk.say(talk.hello(next_seq=12))
    talk.sent()
    talk.say(block(0, 4), block(4, 4), block(8, 4))
    talk.wait(TIMERS["alive"])
    assert set(talk.sent()) == {Ack(0, LOG)}


def test_the_start_of_a_message_does_not_wait_indefinitely() -> None:
    talk = Talk().online()
    torn = encode(Data(bytes(488)))[:50]
    talk.session.receive(torn + encode(STATUS), talk.now)
    assert talk.events() == []
    talk.wait(STALE_PART_US)
    assert talk.events() == [StatusReceived(STATUS)]
    assert talk.session.stream_errors == 1


def test_a_block_with_a_wrong_bit_is_refused() -> None:
    talk = Talk().online()
    raw = bytearray(encode(block(0, 40)))
    raw[-3] ^= 4
    talk.session.receive(bytes(raw) + encode(STATUS), talk.now)
    assert talk.events() == [StatusReceived(STATUS)]
    assert talk.session.stream_errors == 1


# -------------------------------------------------------------------------------------- the sleep


def test_linux_may_suspend_one_guard_after_the_acknowledgement() -> None:
    talk = Talk().online()
    asked = talk.now
    talk.session.suspend(talk.now)
    sleep_id = talk.last_sleep_id()
    talk.wait(30_000)
    talk.say(SleepAck(sleep_id))
    acknowledged = talk.now
    talk.wait(TIMERS["guard"] - 1)
    assert talk.events() == []
    talk.wait(1)
    assert talk.events() == [SuspendReady(asked, acknowledged)]
    assert talk.session.next_due_us() is None


def test_a_due_acknowledgement_is_sent_before_sleep() -> None:
    talk = Talk().online()
    talk.say(block(0, 4))
    talk.session.suspend(talk.now)
    assert kinds(talk.sent()) == ["Ack", "Sleep"]


def test_from_sleep_to_wake_nothing_but_sleep_is_sent() -> None:
    talk = Talk(automatic=False).online()
    talk.say(block(0, 4))
    talk.session.suspend(talk.now)
    first = talk.last_sleep_id()
    talk.say(block(4, 4))
    talk.session.acknowledge(8, talk.now, LOG)
    talk.wait(TIMERS["sleep_retry"])
    sent = talk.sent()
    assert kinds(sent) == ["Sleep"]
    assert isinstance(sent[0], Sleep)
    talk.say(SleepAck(first))
    assert talk.session.state == "asking"  # only the last one counts
    talk.say(SleepAck(sent[0].id))
    talk.wait(TIMERS["guard"])
    talk.say(talk.hello(session=0), block(8, 4))
    talk.wait(60_000_000)
    assert talk.sent() == []
    assert [type(event) for event in talk.events()] == [Samples, Samples, SuspendReady, Samples]


def test_every_sleep_has_its_own_id() -> None:
    talk = Talk().online()
    talk.session.suspend(talk.now)
    talk.wait(5 * TIMERS["sleep_retry"])
    ids = [message.id for message in talk.sent() if isinstance(message, Sleep)]
    assert len(ids) == 6
    assert len(set(ids)) == 6


def test_wake_is_repeated_until_it_is_acknowledged() -> None:
    talk = Talk().suspended()
    talk.session.resume(talk.now)
    talk.wait(2 * TIMERS["wake_retry"])
    sent = talk.sent()
    assert kinds(sent) == ["Wake"] * 3
    assert len(set(sent)) == 1
    assert isinstance(sent[0], Wake)
    talk.say(WakeAck(sent[0].id, 3600))
    assert talk.events() == [Resumed(3600)]
    talk.wait(TIMERS["wake_retry"])
    # WAKE frees nothing, so an acknowledgement of the processed samples follows it.
    assert (talk.session.state, talk.sent()) == ("online", [Ack(0, LOG)])


@pytest.mark.parametrize(("state", "least_us"), [("greeting", 2_700_000), ("waking", 2_700_000)])
def test_repetitions_do_not_soon_fill_the_ring(state: str, least_us: int) -> None:
    """Into a ring with no free buffer goes no message, so that no doorbell rings any more."""
    talk = Talk()
    if state == "greeting":
        talk.start()
        sent = 1
    else:
        talk.suspended().session.resume(talk.now)
        sent = len(talk.sent())
    began = talk.now
    while sent < BUFFERS:
        talk.wait(10_000)
        sent += len(talk.sent())
    assert talk.session.state == state
    assert talk.now - began >= least_us
    talk.wait(1_010_000)
    assert talk.sent()  # never more than a second without one


def test_another_wake_has_another_id() -> None:
    talk = Talk().suspended()
    talk.session.resume(talk.now)
    first = talk.last_wake()
    talk.say(talk.hello(session=0))  # the firmware was restarted
    talk.say(talk.hello())
    talk.sent()
    talk.session.suspend(talk.now)
    talk.answer_sleep()
    talk.wait(TIMERS["guard"])
    talk.session.resume(talk.now)
    assert talk.last_wake().id != first.id


def test_a_firmware_that_never_acknowledges_is_woken_after_two_seconds() -> None:
    talk = Talk().online()
    talk.session.suspend(talk.now)
    talk.sent()
    talk.wait(TIMERS["patience"])
    assert talk.events() == [SuspendRefused("the firmware did not acknowledge SLEEP")]
    assert talk.session.state == "waking"
    assert kinds(talk.sent())[-1] == "Wake"


def test_a_suspend_can_be_called_off() -> None:
    for state in ("asking", "quiet"):
        talk = Talk().online()
        talk.session.suspend(talk.now)
        if state == "quiet":
            talk.answer_sleep()
        assert talk.session.state == state
        talk.session.resume(talk.now)
        wake = talk.last_wake()
        assert talk.events() == [SuspendRefused("called off")]
        talk.wait(TIMERS["patience"] * 2)
        assert talk.events() == []
        talk.say(WakeAck(wake.id, 0))
        assert talk.events() == [Resumed(0)]


def test_a_request_to_suspend_waits_for_the_firmware() -> None:
    talk = Talk()
    talk.start()
    talk.session.suspend(talk.now)
    talk.say(talk.hello())
    assert kinds(talk.sent())[-1] == "Sleep"


def test_a_request_to_suspend_right_after_the_resume_waits_for_its_end() -> None:
    talk = Talk().suspended()
    talk.session.resume(talk.now)
    wake = talk.last_wake()
    talk.session.suspend(talk.now)
    assert talk.sent() == []
    talk.say(WakeAck(wake.id, 10))
    assert kinds(talk.sent()) == ["Ack", "Sleep"]


def test_a_request_does_not_wait_indefinitely() -> None:
    talk = Talk()
    talk.session.suspend(talk.now)
    assert talk.events() == [SuspendRefused("no transport to the firmware is open")]
    talk.start()
    talk.session.suspend(talk.now)
    talk.wait(TIMERS["patience"])
    assert talk.events() == [SuspendRefused("the firmware does not answer hello")]
    talk = Talk().suspended()
    talk.session.resume(talk.now)
    talk.session.suspend(talk.now)
    talk.wait(TIMERS["patience"])
    assert talk.events() == [SuspendRefused("the firmware does not answer WAKE")]


@pytest.mark.parametrize("state", ["greeting", "asking", "quiet", "waking"])
def test_a_request_ends_with_the_transport(state: str) -> None:
    talk = Talk().suspended() if state == "waking" else Talk()
    if state == "waking":
        talk.session.resume(talk.now)
    elif state == "greeting":
        talk.start()
    else:
        talk.online()
    talk.session.suspend(talk.now)
    if state == "quiet":
        talk.answer_sleep()
    assert talk.session.state == state
    talk.session.stop(talk.now)
    assert talk.events() == [SuspendRefused("the transport to the firmware is gone")]


def test_requests_made_before_the_first_one_ends_share_its_result() -> None:
    talk = Talk().online()
    asked = talk.now
    talk.session.suspend(talk.now)
    talk.wait(10_000)
    talk.session.suspend(talk.now)
    talk.answer_sleep()
    acknowledged = talk.now
    talk.session.suspend(talk.now)
    talk.wait(10_000_000)
    assert talk.events() == [SuspendReady(asked, acknowledged)]
    talk.session.suspend(talk.now)
    assert talk.events() == [SuspendReady(asked, acknowledged)]  # it stands
    assert talk.sent() == []


def test_a_request_that_waited_too_long_is_refused() -> None:
    talk = Talk().online()
    talk.session.suspend(talk.now, wished_us=talk.now - TIMERS["patience"])
    assert talk.events() == [
        SuspendRefused("the request waited too long: the firmware could not be asked in time")
    ]
    assert (talk.session.state, talk.sent()) == ("online", [])
    talk.session.suspend(talk.now, wished_us=talk.now - TIMERS["patience"] + 1)
    assert talk.session.state == "asking"
    talk.wait(1)
    assert talk.events() == [SuspendRefused("the firmware did not acknowledge SLEEP")]


def test_a_request_survives_a_restart_of_the_firmware() -> None:
    talk = Talk().online()
    talk.session.suspend(talk.now)
    talk.sent()
    talk.say(talk.hello(session=0))
    talk.say(talk.hello(boot=2))
    assert kinds(talk.sent()) == ["PeerHello", "Sleep"]


def test_a_firmware_that_acknowledges_sleep_without_a_request_is_woken() -> None:
    talk = Talk().online()
    talk.say(SleepAck(4711))
    assert kinds(talk.sent()) == ["Wake"]


def test_when_the_transport_closes_only_the_position_is_kept() -> None:
    talk = Talk().online()
    talk.say(block(0, 4))
    talk.session.suspend(talk.now)
    talk.session.stop(talk.now)
    assert talk.sent() == []
    assert talk.session.next_due_us() is None
    assert talk.session.known == Known(LOG, 4, 1)
    assert said_hello(talk.start()).expected_seq == 4


# ------------------------------------------------------------------------------------- all of it


@pytest.mark.parametrize("state", machine("peer").states)
def test_every_message_is_accepted_in_every_state(state: str) -> None:
    for message in (
        block(0, 4),
        Gap(4, 4),
        SleepAck(1),
        WakeAck(1, 0),
        STATUS,
        Talk().hello(session=0),
        Talk().hello(session=99),
        Talk().hello(),
        Ack(0, LOG),
    ):
        talk = Talk().online()
        talk.session._steps.state = state
        talk.say(message)
        row = machine("peer").states[talk.session.state]
        if not machine("peer").states[state].link_open:
            assert (talk.sent(), row.link_open) == ([], False)


def test_a_session_needs_an_id() -> None:
    for bad in (0, -1, 1 << 32):
        with pytest.raises(ValueError, match="session id"):
            Session(session_id=bad)
