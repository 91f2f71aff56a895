"""The node in C: what it sends when, and that it does not use the link while the door is shut."""

from __future__ import annotations

import itertools

import cbor2
import pytest

from fwgen.handshake import machine
from fwgen.wire.block import decode_block
from fwgen.wire.log_format import FIXED_BYTES, FORMAT
from fwgen.wire.messages import (
    MARK,
    Ack,
    Data,
    Gap,
    Hello,
    Message,
    OtherPeerHello,
    PeerHello,
    Sleep,
    SleepAck,
    Status,
    Wake,
    WakeAck,
    decode,
)
from tests.core.cnode import EVENTS, LATENCY_US, NEVER, PERIOD_US, SPEC_HASH, STATES, CNode

FIRMWARE = machine("firmware")
GUARD_US = FIRMWARE.timers_us["guard"]
SILENCE_US = FIRMWARE.timers_us["silence"]
MINUTE_US = 60_000_000
LOG = 0xA11CE
"""The identity in the first hello."""


def hello(
    session: int = 7,
    expected: int | None = None,
    spec: bytes | None = SPEC_HASH,
    log: int = LOG,
    new_log: int = LOG,
) -> PeerHello:
    return PeerHello(FORMAT, spec, session, expected, None if expected is None else log, new_log)


def awake_node(*, slots: int = 20, when_full: int = 0) -> CNode:
    """Return a node that was greeted at time 0; its first messages are removed."""
    node = CNode(slots=slots, when_full=when_full)
    node.link(True, 0)
    node.receive(hello(), 0)
    node.poll(0)
    node.poll(0)
    node.sent.clear()
    assert node.state == "awake"
    return node


def asleep_node(**settings: int) -> CNode:
    """Return a node that is asleep at time GUARD_US; SLEEP had id 5."""
    node = awake_node(**settings)
    node.receive(Sleep(5), 0)
    node.poll(0)
    node.poll(GUARD_US)
    node.sent.clear()
    assert node.state == "asleep"
    return node


def run_samples(node: CNode, start: int, count: int) -> None:
    """Log samples from number `start` on at their times, and poll when the node asks."""
    for number in range(start, start + count):
        node.sample(number * PERIOD_US, 1000 + number % 7)
        if node.next_due_us(number * PERIOD_US) <= number * PERIOD_US:
            node.poll(number * PERIOD_US)


def blocks(messages: list[Message]) -> list[tuple[int, int]]:
    """Return (first number, count) of the blocks among the messages."""
    found = [decode_block(message.block) for message in messages if isinstance(message, Data)]
    return [(block.first_seq, block.count) for block in found]


# ------------------------------------------------------------------------------ the table, obeyed


@pytest.mark.parametrize(("state", "event"), list(itertools.product(STATES, EVENTS)))
def test_each_event_leads_where_the_table_says(state: str, event: str) -> None:
    node = CNode()
    run_samples(node, 0, 3)
    row = FIRMWARE.step(state, event)
    node.force(state)
    node.fire(event, 1000)
    follows = "drained" if row.action == "stream" else None  # the log's little rest is not due
    expected = FIRMWARE.step(row.next, follows).next if follows else row.next
    assert node.state == expected
    assert not node.sent or FIRMWARE.actions[row.action].touches_link
    assert node.sent_through_shut_door == 0
    if not FIRMWARE.states[state].link_open:
        assert not node.sent


@pytest.mark.parametrize("state", STATES)
def test_whatever_is_called_where_the_door_is_shut_nothing_is_sent(state: str) -> None:
    node = CNode()
    node.link(True, 0)
    run_samples(node, 0, 3)
    node.receive(hello(), 0)  # an answer waits
    node.force(state, 100)
    if node.door_open:
        return
    node.tx_ready(200)
    node.receive(Sleep(3), 300)
    node.poll(400)
    node.poll(10 * MINUTE_US)
    assert not node.sent


# -------------------------------------------------------------------------------------- streaming


def test_a_hello_is_answered_with_what_the_firmware_is() -> None:
    node = CNode()
    run_samples(node, 0, 2)
    node.link(True, 100_000)
    node.receive(hello(session=77), 123_000)
    assert node.sent == []  # only a poll sends
    node.poll(123_000)
    answer = node.take_sent()[0]
    assert answer == Hello(FORMAT, SPEC_HASH, 1, 77, 0, 2, 123_000, PERIOD_US, LOG)


def test_a_block_goes_out_with_the_last_sample_that_meets_the_latency() -> None:
    node = awake_node()
    run_samples(node, 1, 3)
    assert node.take_sent() == []
    run_samples(node, 4, 1)  # sample 5 would come 240 ms after sample 1
    assert blocks(node.take_sent()) == [(0, 4)]


def test_a_block_goes_out_in_time_though_samples_stop() -> None:
    node = awake_node()
    run_samples(node, 1, 2)
    due = PERIOD_US + LATENCY_US
    assert node.next_due_us(2 * PERIOD_US) == due
    node.poll(due - 1)
    assert node.take_sent() == []
    node.poll(due)
    assert blocks(node.take_sent()) == [(0, 2)]


def test_no_more_than_eight_blocks_are_under_way() -> None:
    node = awake_node(slots=40)
    run_samples(node, 1, 36)
    sent = blocks(node.take_sent())
    assert len(sent) == 8
    assert node.counter("unacked_blocks") == 8
    node.receive(Ack(sum(count for _, count in sent[:3]), LOG), 36 * PERIOD_US)
    node.poll(36 * PERIOD_US)
    assert blocks(node.take_sent()) == [(32, 4)]


def test_a_link_without_buffers_is_tried_again_when_linux_gives_some_back() -> None:
    node = awake_node()
    node.buffers = 0
    run_samples(node, 1, 4)
    assert node.counter("no_buffer") == 1
    node.poll(4 * PERIOD_US + 1)
    assert node.counter("no_buffer") == 1  # not tried in vain
    node.buffers = 8
    node.tx_ready(4 * PERIOD_US + 2)
    assert node.next_due_us(4 * PERIOD_US + 2) <= 4 * PERIOD_US + 2
    node.poll(4 * PERIOD_US + 2)
    assert blocks(node.take_sent()) == [(0, 4)]


def test_a_link_without_buffers_is_tried_again_after_a_while() -> None:
    node = awake_node()
    node.buffers = 0
    run_samples(node, 1, 4)
    now = 4 * PERIOD_US
    assert node.next_due_us(now) == now + 100_000
    node.buffers = 8
    node.poll(now + 100_000)
    assert blocks(node.take_sent()) == [(0, 4)]


@pytest.mark.parametrize("doorbell", ["doorbell", "tx_ready"])
def test_with_nobody_there_the_link_is_not_tried_before_linux_rings(doorbell: str) -> None:
    node = awake_node()
    run_samples(node, 1, 4)  # one block is under way
    node.sent.clear()
    node.buffers = 0
    asked_us = PERIOD_US * 4 + SILENCE_US
    node.poll(asked_us)
    node.poll(asked_us)
    assert node.state == "greeting"
    tried = node.counter("no_buffer")
    assert node.next_due_us(asked_us + 1) == NEVER
    node.sample(asked_us + 1, 1000)
    node.poll(asked_us + MINUTE_US)
    assert node.counter("no_buffer") == tried
    node.buffers = None
    getattr(node, doorbell)(asked_us + 2 * MINUTE_US)
    node.poll(asked_us + 2 * MINUTE_US)
    assert [type(message) for message in node.take_sent()] == [Hello]


def test_a_peer_of_another_spec_gets_no_samples_and_can_sleep() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(hello(spec=bytes(8)), 0)
    node.poll(0)
    run_samples(node, 1, 20)
    assert [type(message) for message in node.take_sent()] == [Hello, Status]
    node.receive(Sleep(3), 2_000_000)
    node.poll(2_000_000)
    assert node.take_sent() == [SleepAck(3)]


def test_a_peer_that_takes_any_spec_gets_samples() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(hello(spec=None), 0)
    run_samples(node, 1, 20)
    assert blocks(node.take_sent())


def test_without_acknowledgements_it_asks_once_and_then_keeps_still() -> None:
    node = awake_node()
    run_samples(node, 1, 4)
    node.sent.clear()
    now = 4 * PERIOD_US + SILENCE_US
    assert node.next_due_us(4 * PERIOD_US) == now
    node.poll(now)
    ask = node.take_sent()
    assert [type(message) for message in ask] == [Hello]
    assert isinstance(ask[0], Hello) and ask[0].session == 0
    run_samples(node, 5, 1000)
    assert node.take_sent() == []
    node.receive(hello(expected=0), 2 * MINUTE_US)
    node.poll(2 * MINUTE_US)
    assert blocks(node.take_sent())[0] == (0, 4)


def test_acknowledgements_keep_the_silence_away() -> None:
    node = awake_node()
    for number in range(1, 200):
        run_samples(node, number, 1)
        for first, count in blocks(node.take_sent()):
            node.receive(Ack(first + count, LOG), number * PERIOD_US)
            node.poll(number * PERIOD_US)
    assert node.state == "awake"
    assert node.counter("asks") == 0


def test_acknowledgements_that_lag_behind_keep_the_silence_away_too() -> None:
    node = awake_node()
    behind = 0
    for number in range(1, 200):
        run_samples(node, number, 1)
        for first, _ in blocks(node.take_sent()):
            if first > behind:
                node.receive(Ack(first, LOG), number * PERIOD_US)
                node.poll(number * PERIOD_US)
            behind = first
    assert node.counter("unacked_blocks") > 0
    assert node.counter("asks") == 0


def test_a_claim_on_samples_that_were_not_sent_is_not_believed() -> None:
    node = awake_node()
    run_samples(node, 1, 3)
    node.receive(Ack(3, LOG), 4 * PERIOD_US)
    assert node.counter("unexpected") == 1
    assert node.counter("backlog") == 3


def test_the_status_comes_every_five_seconds() -> None:
    node = awake_node()
    times = []
    for number in range(1, 500):
        run_samples(node, number, 1)
        for message in node.take_sent():
            if isinstance(message, Data):
                block = decode_block(message.block)
                node.receive(Ack(block.first_seq + block.count, LOG), number * PERIOD_US)
                node.poll(number * PERIOD_US)
            elif isinstance(message, Status):
                times.append(message.time_us)
    assert times == [5_040_000, 10_080_000, 15_120_000, 20_160_000, 25_200_000]


# -------------------------------------------------------------------------------------- the sleep


def test_sleep_is_acknowledged_by_the_poll_and_the_door_shuts() -> None:
    node = awake_node()
    node.receive(Sleep(5), 1000)
    assert (node.state, node.sent) == ("closing", [])
    node.poll(1000)
    assert node.take_sent() == [SleepAck(5)]
    assert (node.state, node.door) == ("hushed", [False, True, False])


def test_of_several_sleeps_the_last_is_answered() -> None:
    node = awake_node()
    node.receive(Sleep(5), 1000)
    node.receive(Sleep(6), 1000)
    node.poll(1000)
    assert node.take_sent() == [SleepAck(6)]


def test_a_wake_behind_the_sleep_calls_it_off() -> None:
    node = awake_node()
    node.receive(Sleep(5), 1000)
    node.receive(Wake(6, 0), 1000)
    node.poll(1000)
    assert node.take_sent()[0] == WakeAck(6, 0)
    assert node.door_open


def test_the_acknowledgement_waits_for_a_buffer_with_the_door_open() -> None:
    node = awake_node()
    node.buffers = 0
    node.receive(Sleep(5), 1000)
    node.poll(1000)
    assert node.state == "closing"
    node.buffers = 1
    node.tx_ready(2000)
    node.poll(2000)
    assert (node.take_sent(), node.state) == ([SleepAck(5)], "hushed")


def test_doorbells_of_the_hush_are_ignored_even_if_they_are_handled_late() -> None:
    node = awake_node()
    node.receive(Sleep(5), 0)
    node.poll(0)
    node.doorbell(GUARD_US + 1000)  # the thread was slow: no poll has ended the hush yet
    assert node.state == "hushed"
    node.poll(GUARD_US + 1000)
    assert (node.state, node.cleared) == ("asleep", 1)
    assert node.counter("stale_doorbells") == 1


def test_late_vq0_doorbells_never_open_the_door() -> None:
    node = asleep_node()
    for at in range(GUARD_US, MINUTE_US, MINUTE_US // 50):
        node.tx_ready(at)
        node.poll(at)
    assert (node.state, node.sent) == ("asleep", [])


def test_samples_of_the_sleep_come_after_the_wake() -> None:
    node = asleep_node()
    run_samples(node, 1, 1000)
    assert node.take_sent() == []
    assert node.next_due_us(1000 * PERIOD_US) == NEVER
    node.doorbell(MINUTE_US)
    assert (node.state, node.door[-1]) == ("waking", True)
    node.receive(Wake(9, 0), MINUTE_US)
    node.poll(MINUTE_US)
    got = node.take_sent()
    assert got[0] == WakeAck(9, 1000)
    assert isinstance(got[1], Status), "the clock comes before the samples that it dates"
    assert node.state == "draining" or sum(count for _, count in blocks(got)) == 1000
    assert blocks(got)[0][0] == 0


def test_a_repeated_wake_does_not_send_the_backlog_again() -> None:
    node = asleep_node()
    run_samples(node, 1, 100)
    node.doorbell(MINUTE_US)
    node.receive(Wake(9, 0), MINUTE_US)
    node.poll(MINUTE_US)
    first = blocks(node.take_sent())
    node.receive(Wake(9, 0), MINUTE_US + 1)
    node.poll(MINUTE_US + 1)
    again = node.take_sent()
    assert first and again == [WakeAck(9, 100)]


def test_a_doorbell_without_a_message_shuts_the_door_again() -> None:
    node = asleep_node()
    patience = FIRMWARE.timers_us["patience"]
    node.doorbell(MINUTE_US)
    assert node.next_due_us(MINUTE_US) <= MINUTE_US
    node.poll(MINUTE_US)
    assert node.next_due_us(MINUTE_US) == MINUTE_US + patience
    node.poll(MINUTE_US + patience)
    assert (node.state, node.door[-1]) == ("asleep", False)


def test_sleep_during_the_drain_stops_it_at_once() -> None:
    node = asleep_node(slots=60)
    run_samples(node, 1, 9000)
    node.doorbell(10 * MINUTE_US)
    node.receive(Wake(9, 0), 10 * MINUTE_US)
    node.poll(10 * MINUTE_US)
    assert node.state == "draining"
    node.take_sent()
    node.receive(Sleep(10), 10 * MINUTE_US + 1)
    node.receive(Ack(400, LOG), 10 * MINUTE_US + 1)
    node.poll(10 * MINUTE_US + 1)
    assert node.take_sent() == [SleepAck(10)]


def test_bytes_that_come_through_a_shut_door_are_not_looked_at() -> None:
    node = asleep_node()
    node.receive(Wake(9, 0), MINUTE_US)
    assert (node.state, node.counter("unexpected")) == ("asleep", 1)
    node.receive(b"garbage" + MARK, MINUTE_US)
    assert (node.counter("stream_errors"), node.counter("unexpected")) == (0, 2)


@pytest.mark.parametrize("state", ["asleep", "detached"])
def test_a_log_nearly_full_rings_linux(state: str) -> None:
    node = asleep_node() if state == "asleep" else CNode()
    number = 1
    while node.rung == 0:
        run_samples(node, number, 1)
        number += 1
    now = (number - 1) * PERIOD_US
    assert node.state == ("calling" if state == "asleep" else "detached")
    node.poll(now + 999_999)
    assert node.rung == 1
    assert node.next_due_us(now) == now + 1_000_000
    node.poll(now + 1_000_000)
    assert node.rung == 2
    assert not node.sent


@pytest.mark.parametrize("when_full", [1, 2])
def test_with_the_other_policies_nobody_is_rung(when_full: int) -> None:
    node = asleep_node(when_full=when_full, slots=6)
    run_samples(node, 1, 6000)
    assert node.rung == 0


@pytest.mark.parametrize("when_full", [1, 2])
def test_what_a_full_log_dropped_is_declared(when_full: int) -> None:
    node = asleep_node(when_full=when_full, slots=6)
    run_samples(node, 1, 6000)
    now = 6001 * PERIOD_US
    node.doorbell(now)
    node.receive(Wake(9, 0), now)
    seen = 0
    gaps = 0
    for turn in range(20):
        node.poll(now + turn)
        for message in node.take_sent():
            if isinstance(message, Gap):
                assert message.first_seq == seen
                seen += message.count
                gaps += 1
            elif isinstance(message, Data):
                block = decode_block(message.block)
                assert block.first_seq == seen
                seen += block.count
        node.receive(Ack(seen, LOG), now + turn)
        node.sample(now + turn * PERIOD_US, 1000)
    assert gaps == 1
    assert seen >= 6000


# ------------------------------------------------------------------------------------ misfortunes


def test_another_device_means_a_new_beginning() -> None:
    node = asleep_node()
    node.link(False, MINUTE_US)
    assert node.state == "detached"
    node.link(True, MINUTE_US)
    assert (node.state, node.door[-1]) == ("greeting", True)
    node.poll(MINUTE_US)
    assert node.take_sent() == []  # it does not know whom to talk to


@pytest.mark.parametrize(
    "message", [Wake(9, 0), Sleep(9), Ack(0, LOG)], ids=lambda m: type(m).__name__
)
def test_who_has_not_said_hello_is_asked_to(message: Wake | Sleep | Ack) -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(message, 10)
    node.poll(10)
    asked = node.take_sent()
    assert len(asked) == 1
    assert isinstance(asked[0], Hello) and asked[0].session == 0


def test_a_firmware_that_starts_again_goes_on_where_the_peer_is() -> None:
    node = asleep_node()
    run_samples(node, 1, 300)
    after = CNode(node.region)
    after.link(True, 0)
    after.receive(hello(expected=120), 0)
    after.poll(0)
    got = after.take_sent()
    assert isinstance(got[0], Hello)
    assert (got[0].boot, got[0].next_seq) == (2, 300)
    first, count = blocks(got)[0]
    assert first <= 120 < first + count


def test_the_rest_of_a_message_that_never_comes_is_not_waited_for() -> None:
    node = awake_node()
    node.receive(bytes.fromhex("d9d9f78212"), 0)
    node.receive(Sleep(3), 100_000)
    node.poll(100_000)
    assert node.take_sent() == [SleepAck(3)]


def test_polling_when_due_always_gets_ahead() -> None:
    """No state asks for endless polls at one instant, however it was reached."""
    for state in STATES:
        for buffers in (0, 1, None):
            node = CNode()
            node.link(True, 0)
            run_samples(node, 0, 900)
            node.receive(hello(), 0)
            node.force(state, 0)
            node.buffers = buffers
            now = 900 * PERIOD_US
            polls = 0
            while node.next_due_us(now) <= now:
                node.poll(now)
                polls += 1
                assert polls < 5, state


def test_what_was_sent_can_be_read_by_cbor() -> None:
    node = awake_node()
    run_samples(node, 1, 4)
    assert all(len(item) <= 496 and decode(item) for item in node.sent)


# ------------------------------------------------------------------------------ whose samples


def cold(node: CNode) -> CNode:
    """Return the firmware after a power cycle: its memory is empty."""
    return CNode(slots=(len(bytes(node.region)) - FIXED_BYTES) // 488)


def greeted(node: CNode, message: PeerHello, now_us: int = 0) -> Hello:
    """Return the first answer."""
    node.receive(message, now_us)
    node.poll(now_us)
    answer = node.take_sent()[0]
    assert isinstance(answer, Hello)
    return answer


def test_the_first_hello_gives_the_log_its_identity_and_it_outlives_a_reset() -> None:
    node = CNode()
    node.link(True, 0)
    assert node.log_id == 0
    assert greeted(node, hello(new_log=(1 << 64) - 1)).log == (1 << 64) - 1
    assert greeted(node, hello(session=8, new_log=5)).log == (1 << 64) - 1
    assert CNode(node.region).log_id == (1 << 64) - 1


def test_a_log_that_asks_says_whether_it_has_an_identity() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(Sleep(1), 0)
    node.poll(0)
    asked = node.take_sent()[0]
    assert isinstance(asked, Hello) and (asked.session, asked.log) == (0, 0)


def test_what_a_peer_knows_of_a_log_that_lost_its_memory_frees_nothing() -> None:
    node = cold(awake_node())
    for number in range(300):
        node.sample(number * PERIOD_US + number // 30, 1000)  # a block of 30 each
    node.link(True, MINUTE_US)
    answer = greeted(node, hello(expected=120, log=LOG, new_log=77), MINUTE_US)
    assert (answer.log, answer.oldest_seq, answer.next_seq) == (77, 0, 300)
    assert node.counter("backlog") == 300


def test_an_acknowledgement_for_another_log_frees_nothing_and_is_asked_about() -> None:
    node = awake_node()
    run_samples(node, 1, 8)
    assert node.counter("unacked_blocks") == 2
    node.sent.clear()
    node.receive(Ack(4, LOG + 1), MINUTE_US)
    node.poll(MINUTE_US)
    asked = node.take_sent()
    assert len(asked) == 1 and isinstance(asked[0], Hello) and asked[0].session == 0
    assert (node.state, node.counter("backlog")) == ("greeting", 8)


def test_a_log_without_identity_takes_no_acknowledgement_at_all() -> None:
    node = CNode()
    run_samples(node, 0, 10)
    node.force("awake")
    node.receive(Ack(4, 0), MINUTE_US)
    assert node.counter("backlog") == 10
    assert node.state == "detached" or node.state == "greeting"


def test_wake_says_where_to_go_on_and_frees_nothing() -> None:
    node = asleep_node()
    run_samples(node, 1, 300)
    node.doorbell(MINUTE_US)
    node.receive(Wake(9, 150), MINUTE_US)
    node.poll(MINUTE_US)
    first, count = blocks(node.take_sent())[0]
    assert first <= 150 < first + count
    assert node.counter("backlog") == 300


def test_the_hello_is_sent_before_all_that_follows_from_it() -> None:
    """Also if the peer continues before hello is sent: later data belongs to the log in it."""
    node = CNode()
    node.link(True, 0)
    node.receive(hello(), 0)
    node.receive(Sleep(3), 0)
    node.poll(0)
    answer = node.take_sent()
    assert [type(message) for message in answer] == [Hello, SleepAck]
    assert node.state == "hushed"


# ------------------------------------------------------------------------------- another format


FORMAT_1_HELLO = bytes.fromhex("d9d9f7 85 10 01 48 0011223344556677 1a12345678 1903e8")
"""Of session 0x12345678, expects 1000: as a peer of format 1 says it."""


def test_a_peer_of_format_1_is_answered_so_that_it_can_read_it() -> None:
    node = CNode(log_id=LOG)
    run_samples(node, 0, 1200)
    node.link(True, 0)
    node.receive(FORMAT_1_HELLO, MINUTE_US)
    node.poll(MINUTE_US)
    node.poll(MINUTE_US)
    answer = node.sent[0]
    read = cbor2.loads(answer[3:])
    assert read == [0, FORMAT, SPEC_HASH, 1, 0x12345678, 0, 1200, MINUTE_US, PERIOD_US]
    assert node.counter("backlog") == 1200
    node.sent.clear()
    node.receive(bytes.fromhex("d9d9f7 82 11 07"), MINUTE_US)  # its sleep
    node.poll(MINUTE_US)
    assert node.sent == [bytes.fromhex("d9d9f7 82 03 07")]
    node.poll(MINUTE_US + GUARD_US)
    node.doorbell(2 * MINUTE_US)
    node.sent.clear()
    node.receive(bytes.fromhex("d9d9f7 83 12 08 1903e8"), 2 * MINUTE_US)  # and its wake
    node.poll(2 * MINUTE_US)
    assert node.sent[0].startswith(bytes.fromhex("d9d9f7 83 04 08"))
    assert node.counter("backlog") == 1200
    assert blocks(node.take_sent()) == []
    assert node.counter("stream_errors") == 0


def test_a_later_format_is_told_by_what_all_have() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(bytes.fromhex("d9d9f7 8a 10 04 f6 05 01 02 03 04 05 41ff"), 0)
    node.poll(0)
    assert node.sent[0].startswith(bytes.fromhex("d9d9f7 89 00 03"))
    assert node.log_id == 0


def test_a_hello_that_seeks_other_formats_changes_nothing_here() -> None:
    node = awake_node()
    node.receive(OtherPeerHello(FORMAT, SPEC_HASH, 99), 1000)
    node.poll(1000)
    assert (node.state, node.take_sent(), node.counter("stream_errors")) == ("awake", [], 0)


# ------------------------------------------------------------------------------- calling Linux


def rings(node: CNode, start_us: int, end_us: int) -> list[int]:
    """When Linux is rung, polled as the node asks."""
    found = []
    now = start_us
    while (due := max(now, node.next_due_us(now))) <= end_us:
        before = node.rung
        node.poll(due)
        if node.rung > before:
            found.append(due - start_us)
        now = due + 1 if due == now else due
    return found


def full(node: CNode) -> int:
    """Fills the log; the time then."""
    number = 1
    while node.counter("used_slots") < 18:
        node.sample(number * PERIOD_US, 1000 + number * 37 % 900)
        number += 1
    return number * PERIOD_US


SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US


@pytest.mark.parametrize("state", ["asleep", "detached"])
def test_rings_in_vain_get_rarer_to_one_an_hour(state: str) -> None:
    node = asleep_node() if state == "asleep" else CNode()
    start = full(node)
    times = rings(node, start, start + 10 * HOUR_US)
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[:12] == [SECOND_US << n for n in range(12)]
    assert set(pauses[12:]) == {HOUR_US}
    assert node.counter("calls") == node.counter("calls_in_vain") == len(times) == 21


def test_once_samples_were_freed_linux_is_rung_at_once_again() -> None:
    node = asleep_node()
    now = full(node)
    assert len(rings(node, now, now + MINUTE_US)) == 6
    now += MINUTE_US
    node.doorbell(now)
    node.receive(Wake(9, 0), now)
    node.poll(now)
    first, count = blocks(node.take_sent())[0]
    node.receive(Ack(first + count, LOG), now)
    node.receive(Sleep(10), now)
    node.poll(now)
    assert (node.counter("calls"), node.counter("calls_in_vain")) == (6, 0)
    assert rings(node, now, now + 10 * SECOND_US)[:3] == [GUARD_US, GUARD_US + SECOND_US, 3_050_000]


def test_a_peer_that_stores_nothing_is_not_woken_again_and_again() -> None:
    node = asleep_node()
    now = full(node)
    calls = []
    end = now + 600 * SECOND_US
    while now < end:
        due = max(now, node.next_due_us(now))
        before, now = node.rung, min(due, end)
        node.poll(now)
        if node.rung > before:
            calls.append(now)
            node.doorbell(now)
            node.receive(Wake(len(calls), 0), now)
            node.poll(now)
            node.receive(Sleep(100 + len(calls)), now + 1)
            node.poll(now + 1)
        now += 1
    assert len(calls) == 10


def test_who_has_another_spec_is_not_rung_at_all() -> None:
    node = CNode()
    node.link(True, 0)
    node.receive(hello(spec=bytes(8)), 0)
    node.receive(Sleep(3), 0)
    node.poll(0)
    node.poll(GUARD_US)
    now = full(node)
    assert rings(node, now, now + 10 * HOUR_US) == []
    node.doorbell(now)
    node.receive(hello(session=8), now)  # the application was updated
    node.receive(Sleep(4), now)
    node.poll(now)
    assert len(rings(node, now, now + MINUTE_US)) > 0
