"""A node with two sensors and the session: each stream has its own numbers, gaps and times."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

import pytest

from fwgen.peer.events import (
    Event,
    Lost,
    NewLog,
    NumberingRestarted,
    Online,
    Samples,
    StreamFound,
)
from fwgen.peer.session import Known, Session
from fwgen.wire.messages import (
    Ack,
    Data,
    Gap,
    Message,
    StreamAck,
    StreamGap,
    StreamInfo,
    WakeAck,
    decode,
)
from tests.core.clog import KEEP_NEWEST
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode
from tests.core.plain_block import PlainBlock
from tests.peer.talk import LOG, TIMERS, Talk, block, said_hello

OTHER_US = 175_000
OTHER = (OTHER_US, (15, 10))
TURN_US = 20_000
INFO = StreamInfo(1, 70, 75, OTHER_US)


def second(first_seq: int, count: int, boot: int = 1) -> Data:
    """Return a block of stream 1."""
    value = (0, (first_seq, first_seq % 1000), 0)
    made = PlainBlock(
        first_seq, OTHER_US, 5, boot, value, 0, SPEC_HASH[:4], widths=OTHER[1], stream=1
    )
    for number in range(first_seq + 1, first_seq + count):
        made.add((0, (number, number % 1000), 0))
    return Data(made.data())


def told(events: list[Event]) -> list[tuple[int, int, int, bool]]:
    """Return stream, first number, count, and whether they came, of samples and gaps."""
    found = []
    for event in events:
        if isinstance(event, Samples):
            first = event.block.first_seq + event.skip
            found.append((event.block.stream, first, event.block.count - event.skip, True))
        elif isinstance(event, Lost):
            found.append((event.stream, event.first_seq, event.count, False))
    return found


class TestSession:
    def test_a_new_application_gets_the_stream_from_its_oldest_sample_on(self) -> None:
        talk = Talk().online()
        talk.say(INFO)
        assert talk.sent() == [StreamAck(1, 70, LOG)]
        assert talk.events() == [StreamFound(INFO)]
        talk.say(second(70, 5), block(0, 3))
        assert told(talk.events()) == [(1, 70, 5, True), (0, 0, 3, True)]
        talk.wait(TIMERS["alive"])
        assert talk.sent()[-2:] == [Ack(3, LOG), StreamAck(1, 75, LOG)]

    def test_a_returning_application_says_where_the_stream_continues(self) -> None:
        talk = Talk(known=Known(LOG, 77, 1, 73))
        talk.start()
        talk.say(talk.hello(oldest=70, next_seq=90), INFO)
        assert talk.sent() == [StreamAck(1, 73, LOG)]
        talk.say(second(72, 3), second(70, 2))
        assert told(talk.events()) == [(1, 73, 2, True)]
        assert talk.session.duplicates == 1 + 2
        assert talk.session.known == Known(LOG, 77, 1, 75)

    def test_a_repeated_message_is_answered_and_changes_nothing(self) -> None:
        talk = Talk().online()
        talk.say(INFO, second(70, 5))
        talk.sent(), talk.events()
        talk.say(replace(INFO, oldest_seq=75, next_seq=75))
        assert (talk.sent(), talk.events()) == ([StreamAck(1, 75, LOG)], [])

    def test_nothing_of_the_stream_counts_before_the_firmware_has_named_it(self) -> None:
        talk = Talk().online()
        talk.say(second(70, 5), StreamGap(1, 75, 2))
        assert (talk.events(), talk.session.counts.stale) == ([], 2)

    def test_without_a_second_sensor_nothing_of_it_is_sent(self) -> None:
        talk = Talk(known=Known(LOG, 0, 1, 40)).online()
        talk.say(block(0, 3))
        talk.wait(TIMERS["alive"])
        assert {type(message) for message in talk.sent()} == {Ack}
        assert talk.session.known == Known(LOG, 3, 1, 40)

    def test_gaps_are_of_their_stream(self) -> None:
        talk = Talk().online()
        talk.say(INFO, StreamGap(1, 70, 4), Gap(0, 2), block(2, 1), second(74, 1))
        expected = [(1, 70, 4, False), (0, 0, 2, False), (0, 2, 1, True), (1, 74, 1, True)]
        assert told(talk.events()) == expected

    @pytest.mark.parametrize("stream", [0, 1])
    def test_while_a_block_is_missing_nothing_is_acknowledged(self, stream: int) -> None:
        talk = Talk().online()
        talk.say(INFO)
        talk.sent()
        for _ in range(3):
            talk.say(block(stream == 0, 2), second(70 + (stream == 1), 2))
            talk.wait(TIMERS["alive"] * 3)
            assert talk.sent() == []
            talk.say(talk.hello(session=0))
            hello = said_hello(talk.sent())
            assert hello.expected_seq == (0 if stream == 0 else 2)
            talk.say(talk.hello(), INFO)
            assert talk.sent()[0] == StreamAck(1, 72 if stream == 0 else 70, LOG)
        # it is still missing: lost without a gap
        talk.say(block(stream == 0, 2), second(70 + (stream == 1), 2))
        lost = [event for event in talk.events() if isinstance(event, Lost)]
        assert [(event.stream, event.count, event.declared) for event in lost] == [
            (stream, 1, False)
        ]

    def test_a_stream_that_lost_numbers_begins_again(self) -> None:
        talk = Talk(known=Known(LOG, 0, 1, 100))
        talk.start()
        talk.say(talk.hello(), INFO)
        assert talk.sent() == [StreamAck(1, 70, LOG)]
        assert NumberingRestarted(100, 70, stream=1) in talk.events()

    def test_a_log_whose_boots_go_back_voids_both_numbers(self) -> None:
        talk = Talk(known=Known(LOG, 100, 3, 72))
        talk.start()
        talk.say(talk.hello(oldest=0, next_seq=500, boot=1))
        said_hello(talk.sent())
        talk.say(talk.hello(oldest=0, next_seq=500, boot=1), INFO)
        assert talk.sent() == [StreamAck(1, 70, LOG)]
        restarted = [e for e in talk.events() if isinstance(e, NumberingRestarted)]
        assert restarted == [NumberingRestarted(100, 0), NumberingRestarted(72, 70, stream=1)]

    def test_numbers_used_again_are_asked_for_again(self) -> None:
        talk = Talk().online()
        talk.say(INFO, second(70, 5))
        talk.sent(), talk.events()
        talk.say(second(72, 2, boot=2))
        assert talk.events() == [NumberingRestarted(75, 72, stream=1)]
        said_hello(talk.sent())

    def test_a_new_log_voids_both_numbers(self) -> None:
        talk = Talk(known=Known(LOG, 100, 3, 72))
        talk.start()
        talk.say(talk.hello(log=5), INFO)
        assert talk.sent() == [StreamAck(1, 70, 5)]
        kinds = [type(event) for event in talk.events()]
        assert kinds == [NewLog, Online, StreamFound]

    def test_it_is_acknowledged_after_a_wake(self) -> None:
        talk = Talk().online()
        talk.say(INFO, second(70, 5))
        talk.session.suspend(talk.now)
        talk.answer_sleep()
        talk.wait(TIMERS["guard"])
        talk.session.resume(talk.now)
        talk.say(WakeAck(talk.last_wake().id, 0))
        assert talk.sent() == [Ack(0, LOG), StreamAck(1, 75, LOG)]

    def test_an_application_that_is_slow_with_one_stream_holds_only_that(self) -> None:
        talk = Talk(automatic=False).online()
        talk.say(INFO, second(70, 5), block(0, 3))
        talk.events(), talk.sent()
        talk.session.acknowledge(3, talk.now, LOG)
        talk.wait(TIMERS["alive"])
        assert talk.sent()[-2:] == [Ack(3, LOG), StreamAck(1, 70, LOG)]
        talk.session.acknowledge(75, talk.now, LOG, stream=1)
        talk.wait(TIMERS["alive"])
        assert talk.sent()[-2:] == [Ack(3, LOG), StreamAck(1, 75, LOG)]
        with pytest.raises(ValueError, match="not all samples before 76"):
            talk.session.acknowledge(76, talk.now, LOG, stream=1)


class Bench:
    """The C node and the session. A sample's value is its number."""

    def __init__(self, seed: int, slots: int = 40, when_full: int = 0) -> None:
        self.random = Random(seed)
        self.when_full = when_full
        self.now = 0
        self.taken = [0, 0]
        self.due_us = [PERIOD_US, OTHER_US]
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self.got: list[set[int]] = [set(), set()]
        self.lost: list[set[int]] = [set(), set()]
        self.twice = 0
        self.sessions = 0
        self.to_node: list[bytes] = []
        self.to_peer: list[bytes] = []
        self.node = CNode(slots=slots, other=OTHER, when_full=when_full)
        self.node.link(True, 0)
        self.start_application(None)

    def reset(self) -> None:
        """Start the firmware again; its clock begins at 0, here it goes on."""
        when_full = self.when_full
        self.node = CNode(self.node.region, now_us=self.now, other=OTHER, when_full=when_full)
        self.node.link(True, self.now)

    def start_application(self, known: Known | None) -> None:
        self.sessions += 1
        self.session = Session(session_id=self.sessions, spec_hash=SPEC_HASH, known=known)
        self.session.start(self.now)

    def turn(self, reads: bool = True, loses: bool = False) -> None:
        self.now += TURN_US
        for stream, period_us in enumerate((PERIOD_US, OTHER_US)):
            while self.due_us[stream] <= self.now:
                value = self.taken[stream] % (8192 if stream == 0 else 1024)
                self.node.sample(self.due_us[stream], value, stream=stream)
                self.taken[stream] += 1
                self.due_us[stream] += period_us
        if reads and any(self.to_node):
            self.node.doorbell(self.now)
        if reads and self.node.door_open:
            self.node.receive(b"".join(self.to_node), self.now)
            self.to_node.clear()
        self.node.poll(self.now)
        self.messages += map(decode, self.node.sent)
        self.to_peer += [] if loses else self.node.sent
        self.node.sent.clear()
        if reads:
            self.session.receive(b"".join(self.to_peer), self.now)
            self.to_peer.clear()
            self._note(self.session.take_events())
        self.session.poll(self.now)
        self.to_node.append(self.session.take_bytes())

    def run(self, for_us: int, **how: bool) -> Bench:
        until = self.now + for_us
        while self.now < until:
            self.turn(**how)
        return self

    def _note(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, Lost):
                numbers = range(event.first_seq, event.first_seq + event.count)
                self.lost[event.stream] |= set(numbers)
            elif isinstance(event, Samples):
                made = event.block
                for index, sample in enumerate(made.samples(event.skip), event.skip):
                    number = made.first_seq + index
                    values = (number % 8192,) if made.stream == 0 else (number % 1024,) * 2
                    assert sample.values == values
                    due_us = (number + 1) * (PERIOD_US if made.stream == 0 else OTHER_US)
                    assert made.start_us + index * made.period_us == due_us
                    self.twice += number in self.got[made.stream]
                    self.got[made.stream].add(number)

    def assert_all_came(self, lost: bool = False) -> None:
        for stream in (0, 1):
            accounted = self.got[stream] | self.lost[stream]
            most = max(accounted)
            assert accounted == set(range(most + 1))
            assert self.taken[stream] - most <= 6
            assert not self.got[stream] & self.lost[stream]
            assert lost or not self.lost[stream]


class TestNodeAndSession:
    def test_both_streams_arrive(self) -> None:
        bench = Bench(1).run(60_000_000)
        bench.assert_all_came()
        assert bench.twice == 0
        assert [type(m) for m in bench.messages].count(StreamInfo) == 1
        assert bench.node.counter("unexpected") == bench.node.counter("asks") == 0
        assert bench.node.counter("used_slots") <= 8

    def test_a_peer_that_knows_no_streams_is_not_misled(self) -> None:
        """It gets stream 0 alone, and the message about the other again with each status."""
        bench = Bench(1)
        bench.session._take_stream = lambda info: None  # type: ignore[method-assign]
        bench.run(60_000_000)
        assert bench.got[0] == set(range(len(bench.got[0]))) and len(bench.got[0]) > 990
        assert not bench.got[1]
        blocks = [m for m in bench.messages if isinstance(m, Data)]
        assert all(m.block[32] & 15 == 0 for m in blocks)
        infos = [m for m in bench.messages if isinstance(m, StreamInfo)]
        assert len(infos) == 12 and infos[-1].oldest_seq == 0

    def test_nor_is_it_after_a_peer_that_knew_them(self) -> None:
        bench = Bench(1).run(5_000_000)
        bench.start_application(None)
        bench.session._take_stream = lambda info: None  # type: ignore[method-assign]
        bench.run(1_000_000)  # what is under way still arrives
        bench.messages.clear()
        bench.run(10_000_000)
        blocks = [m for m in bench.messages if isinstance(m, Data)]
        assert blocks and all(m.block[32] & 15 == 0 for m in blocks)

    def test_a_sleep(self) -> None:
        bench = Bench(1).run(5_000_000)
        bench.session.suspend(bench.now)
        bench.run(300_000)
        assert bench.session.state == "suspended" and bench.node.state == "asleep"
        bench.run(120_000_000, reads=False)
        bench.session.resume(bench.now)
        bench.run(10_000_000)
        bench.assert_all_came()
        assert bench.node.counter("unexpected") == 0

    def test_the_messages_are_in_time_order_after_a_sleep(self) -> None:
        bench = Bench(1, when_full=1).run(5_000_000)
        bench.session.suspend(bench.now)
        bench.run(300_000)
        bench.run(300_000_000, reads=False)
        bench.session.resume(bench.now)
        begin = len(bench.events)
        bench.run(10_000_000)
        blocks = [e.block for e in bench.events[begin:] if isinstance(e, Samples)]
        ends = [each.start_us + each.count * each.period_us for each in blocks]
        assert {each.stream for each in blocks[:10]} == {0, 1}
        assert all(b > a - PERIOD_US - OTHER_US for a, b in itertools.pairwise(ends))

    @pytest.mark.parametrize("policy", [KEEP_NEWEST, 2])
    def test_a_full_log_declares_both_streams_losses(self, policy: int) -> None:
        bench = Bench(1, slots=8, when_full=policy).run(5_000_000)
        bench.session.suspend(bench.now)
        bench.run(300_000)
        bench.run(2_000_000_000, reads=False)
        bench.session.resume(bench.now)
        bench.run(10_000_000)
        bench.assert_all_came(lost=True)
        assert bench.lost[0] and bench.lost[1]
        if policy == KEEP_NEWEST:  # what is left of both reaches back to the same time
            oldest = [max(bench.lost[0]) * PERIOD_US, max(bench.lost[1]) * OTHER_US]
            assert abs(oldest[0] - oldest[1]) < 4000 * OTHER_US

    def test_lost_messages_come_again(self) -> None:
        bench = Bench(1).run(5_000_000)
        for _ in range(12):
            bench.run(300_000, loses=True)
            bench.run(4_000_000)
        bench.run(6_000_000)
        bench.assert_all_came()
        assert bench.node.counter("asks") > 3

    @pytest.mark.parametrize("seed", range(6))
    def test_any_history(self, seed: int) -> None:
        bench = Bench(seed)
        random = bench.random
        for _ in range(40):
            chance = random.random()
            if chance < 0.2:
                bench.start_application(bench.session.known)
            elif chance < 0.4:
                bench.reset()
            elif chance < 0.6 and bench.session.state == "online":
                bench.session.suspend(bench.now)
                bench.run(400_000)
                bench.run(random.randrange(20_000_000), reads=False)
                bench.session.resume(bench.now)
            elif chance < 0.7 and bench.session.state == "online":
                bench.run(3_000_000)  # what is lost right after a new beginning counts as lost
                bench.run(random.randrange(500_000), loses=True)
                bench.run(6_000_000)
            bench.run(random.randrange(3_000_000), reads=random.random() < 0.7)
        bench.run(20_000_000)
        bench.assert_all_came()
