"""When the node calls a sleeping Linux, and what it says about it."""

from __future__ import annotations

from typing import Any

import pytest

from fwgen.handshake import machine
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Ack, Call, Message, PeerHello, Sleep, Wake
from fwgen.wire.sample import SampleStatus
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode, Rule

GUARD_US = machine("firmware").timers_us["guard"]
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
LOG = 0xA11CE
BELOW = Rule("distance < 300 mm for 3 samples", (0, 300, 300, 3))
SILENT = Rule("no echo for 1 sample", (3, int(SampleStatus.NO_ECHO), 0, 1))
JUMPS = Rule("distance changes by > 100 mm within 60 ms", (2, 100, 0, 1))
FULL, LEVEL, AGE, CONDITION = 1, 2, 3, 4


class Asleep:
    """A node opposite a Linux that sleeps; `now_us` is its clock."""

    def __init__(self, spec: bytes = SPEC_HASH, **config: Any) -> None:
        self.node = CNode(**config)
        self.now_us = 0
        self.asleep_since_us = 0
        self.calls_us: list[int] = []
        self._sample = 0
        self.node.link(True, 0)
        self.node.receive(PeerHello(FORMAT, spec, 7, None, None, LOG), 0)
        self.settle()
        self.sleep(1)

    def settle(self) -> None:
        """Poll as long as something is due now."""
        for _ in range(50):
            if self.node.next_due_us(self.now_us) > self.now_us:
                return
            before = self.node.rung
            self.node.poll(self.now_us)
            if self.node.rung > before:
                self.calls_us.append(self.now_us)
        raise AssertionError("the node polls without end")

    def sleep(self, number: int) -> None:
        self.node.receive(Sleep(number), self.now_us)
        self.settle()
        self.run(GUARD_US)
        self.node.sent.clear()

    def wake(self, number: int) -> list[Message]:
        """Linux is up; what the node then sends."""
        self.node.doorbell(self.now_us)
        self.node.receive(Wake(number, 0), self.now_us)
        self.settle()
        return self.node.take_sent()

    def run(self, for_us: int) -> None:
        end_us = self.now_us + for_us
        while (due_us := max(self.now_us, self.node.next_due_us(self.now_us))) <= end_us:
            self.now_us = due_us
            self.settle()
        self.now_us = end_us

    def take(self, *values: int | SampleStatus) -> None:
        """Take samples: a value, or a status without one."""
        for value in values:
            self._sample += 1
            self.run(max(0, self._sample * PERIOD_US - self.now_us))
            status = value if isinstance(value, SampleStatus) else SampleStatus.VALID
            distance = 0 if isinstance(value, SampleStatus) else value
            self.node.sample(self._sample * PERIOD_US, distance, int(status))
            self.settle()

    def fill(self, slots: int) -> None:
        number = 0
        while self.node.counter("used_slots") < slots:
            self.take(1000 + number * 37 % 900)
            number += 1


def calls(messages: list[Message]) -> list[Call]:
    return [message for message in messages if isinstance(message, Call)]


def test_the_level_of_the_spec_calls_linux() -> None:
    linux = Asleep(level_ppm=500_000)
    linux.fill(9)
    assert linux.calls_us == []
    linux.fill(10)
    assert linux.calls_us == [linux.now_us]
    assert calls(linux.wake(2)) == [Call(linux.now_us, LEVEL, b"")]


def test_without_a_level_only_the_reserve_calls_linux() -> None:
    linux = Asleep(reserve_slots=4)
    linux.fill(15)
    assert linux.calls_us == []
    linux.fill(16)
    assert calls(linux.wake(2)) == [Call(linux.now_us, FULL, b"")]


@pytest.mark.parametrize("when_full", [0, 1, 2])
def test_the_level_counts_with_every_policy(when_full: int) -> None:
    linux = Asleep(level_ppm=500_000, when_full=when_full)
    linux.fill(10)
    assert linux.calls_us == [linux.now_us]


def test_the_oldest_sample_calls_linux_at_its_age() -> None:
    linux = Asleep(max_age_us=10 * SECOND_US)
    linux.take(*[1000] * 100)
    linux.run(5 * SECOND_US)
    assert linux.calls_us[0] == PERIOD_US + 10 * SECOND_US
    assert calls(linux.wake(2)) == [Call(linux.calls_us[-1], AGE, b"")]


def test_samples_that_linux_has_read_do_not_age() -> None:
    linux = Asleep(max_age_us=10 * SECOND_US)
    linux.take(*[1000] * 100)
    linux.wake(2)
    linux.node.receive(Ack(100, LOG), linux.now_us)
    linux.sleep(3)
    linux.calls_us.clear()
    linux.run(MINUTE_US)
    assert linux.calls_us == []


def test_a_condition_calls_linux_with_the_sample_that_fulfils_it() -> None:
    linux = Asleep(rules=[SILENT, BELOW])
    linux.take(1000, 1000, 299, 299, 299)
    assert linux.calls_us == [5 * PERIOD_US]
    said = linux.wake(2)
    assert calls(said) == [Call(5 * PERIOD_US, CONDITION, BELOW.text.encode())]
    kinds = [type(message).__name__ for message in said]
    assert kinds.index("WakeAck") < kinds.index("Call") < kinds.index("Status")


def test_a_condition_is_not_forgotten_while_the_door_is_open_for_nobody() -> None:
    """A doorbell opened the door, and somebody suspends Linux again before WAKE comes."""
    linux = Asleep(rules=[BELOW])
    linux.take(1000, 299, 299)
    linux.node.doorbell(linux.now_us)
    linux.take(299)
    assert linux.node.door_open
    assert linux.calls_us == []
    linux.run(2 * SECOND_US)
    assert not linux.node.door_open
    assert len(linux.calls_us) > 0
    assert calls(linux.wake(2)) == [Call(linux.calls_us[-1], CONDITION, BELOW.text.encode())]


def test_the_windows_of_two_changes_are_apart() -> None:
    far = Rule("distance changes by > 500 mm within 120 ms", (2, 500, 0, 2))
    linux = Asleep(rules=[far, JUMPS])
    linux.take(1000, 1100, 1200, 1300, 1401)
    assert calls(linux.wake(2)) == [Call(5 * PERIOD_US, CONDITION, JUMPS.text.encode())]


def test_while_linux_is_awake_no_condition_calls_it() -> None:
    linux = Asleep(rules=[BELOW])
    linux.wake(2)
    linux.take(200, 200, 200)
    linux.sleep(3)
    linux.take(200, 200, 200)
    assert linux.calls_us == []
    linux.take(1000, 1000, 1000, 200, 200, 200)
    assert len(linux.calls_us) == 1


def test_linux_is_called_again_until_it_answers() -> None:
    linux = Asleep(rules=[BELOW])
    linux.take(200, 200, 200, 1000, 1000, 1000)
    linux.run(30 * SECOND_US)
    first_us = 3 * PERIOD_US
    assert [at - first_us for at in linux.calls_us] == [(2**n - 1) * SECOND_US for n in range(5)]
    linux.wake(2)
    linux.sleep(3)
    linux.calls_us.clear()
    linux.run(MINUTE_US)
    assert linux.calls_us == []


def test_the_pause_holds_back_a_condition_that_still_holds() -> None:
    linux = Asleep(rules=[BELOW], pause_us=MINUTE_US)
    linux.take(200, 200, 200)
    called_us = linux.calls_us[0]
    linux.wake(2)
    linux.take(1000, 1000, 1000)
    linux.sleep(3)
    linux.take(200, 200, 200)
    assert linux.calls_us == [called_us]
    linux.run(2 * MINUTE_US)
    assert linux.calls_us[1] == called_us + MINUTE_US


def test_a_condition_that_ended_in_the_pause_calls_nobody() -> None:
    linux = Asleep(rules=[BELOW], pause_us=MINUTE_US)
    linux.take(200, 200, 200)
    linux.wake(2)
    linux.take(1000, 1000, 1000)
    linux.sleep(3)
    linux.take(200, 200, 200, 1000, 1000, 1000)
    linux.run(2 * MINUTE_US)
    assert len(linux.calls_us) == 1


def test_a_peer_with_another_spec_is_not_called() -> None:
    linux = Asleep(spec=bytes(8), rules=[BELOW], max_age_us=SECOND_US)
    linux.take(200, 200, 200)
    linux.run(MINUTE_US)
    assert linux.calls_us == []


def test_the_reason_is_repeated_until_linux_has_read_samples() -> None:
    linux = Asleep(rules=[BELOW])
    linux.take(200, 200, 200)
    assert len(calls(linux.wake(2))) == 1
    linux.node.receive(PeerHello(FORMAT, SPEC_HASH, 8, None, None, LOG), linux.now_us)
    linux.settle()
    assert len(calls(linux.node.take_sent())) == 1
    linux.run(SECOND_US)
    linux.node.receive(Ack(3, LOG), linux.now_us)
    linux.node.receive(PeerHello(FORMAT, SPEC_HASH, 9, None, None, LOG), linux.now_us)
    linux.settle()
    assert calls(linux.node.take_sent()) == []


def test_a_sleep_that_somebody_else_ends_has_no_reason() -> None:
    linux = Asleep(rules=[BELOW])
    linux.take(1000, 1000)
    assert calls(linux.wake(2)) == []
