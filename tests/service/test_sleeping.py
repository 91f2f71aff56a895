"""From a request to suspend to its outcome, with the session of the real tty peer."""

from __future__ import annotations

import time

import pytest

from fwgen.peer.events import (
    Called,
    Event,
    Online,
    Resumed,
    SpecMismatch,
    StatusReceived,
    SuspendReady,
    SuspendRefused,
)
from fwgen.service.power.sleeping import Outcome, Sleep, Sleeping
from fwgen.service.power.sysfs import Slept
from fwgen.wire.messages import Call, Hello, Status


class Noted(Outcome):
    def __init__(self, outcomes: list[Sleep]) -> None:
        self._outcomes = outcomes

    def ended(self, sleep: Sleep) -> None:
        self._outcomes.append(sleep)


class Bench:
    def __init__(self, unacknowledged: str = "refuse", slept: Slept | None = None) -> None:
        self.asked = 0
        self.suspended = 0
        self.slept = slept or Slept(60.0, ("rtc0",))
        self.ended: list[Sleep] = []
        self.outcomes: list[Sleep] = []
        self.sleeping = Sleeping(self, self._ask, self.ended.append, unacknowledged)

    def suspend(self) -> Slept:
        self.suspended += 1
        return self.slept

    def _ask(self) -> None:
        self.asked += 1

    def request(self) -> None:
        self.sleeping.request("command", Noted(self.outcomes))

    def sleep(self) -> None:
        self.sleeping.handle(SuspendReady(1, 2))
        self.sleeping.suspend_linux()

    def wake(self, call: Call | None = None, answer: Event | None = None, at_us: int = 1) -> None:
        """`at_us`: of the firmware's clock."""
        self.sleeping.handle(answer or Resumed(100))
        if call is not None:
            self.sleeping.handle(Called(call))
        self.sleeping.handle(StatusReceived(Status(at_us, *[0] * 13)))


def test_a_sleep_is_reported_with_its_causes() -> None:
    bench = Bench()
    bench.request()
    bench.sleep()
    assert bench.ended == []
    bench.wake()
    (sleep,) = bench.ended
    assert bench.outcomes == [sleep]
    assert (sleep.acknowledged, sleep.slept.slept_s, sleep.causes) == (True, 60.0, ("rtc0",))
    assert sleep.text == "slept 60.0 s (asked by command); woken by: rtc0"


def test_viewers_learn_when_linux_asks_sleeps_and_wakes() -> None:
    bench = Bench()
    phases: list[str] = []
    bench.sleeping.enter = phases.append
    bench.request()
    assert phases == ["asking"]
    bench.sleeping.handle(SuspendReady(1, 2))
    assert phases == ["asking", "asleep"], "before Linux suspends"
    bench.sleeping.suspend_linux()
    assert phases == ["asking", "asleep", "awake"]
    bench.request()
    bench.sleeping.handle(SuspendRefused("the firmware does not answer hello"))
    assert phases[3:] == ["asking", "awake"]


def test_the_firmware_s_call_is_a_cause() -> None:
    bench = Bench()
    bench.request()
    bench.sleep()
    bench.wake(Call(5, 1, b""))
    assert bench.ended[0].causes == ("firmware: the log is nearly full", "rtc0")


def test_the_call_of_one_sleep_is_not_that_of_the_next() -> None:
    bench = Bench()
    bench.request()
    bench.sleep()
    bench.wake(Call(5, 4, b"no echo for 30 s"))
    bench.request()
    bench.sleep()
    bench.wake()
    assert [sleep.causes for sleep in bench.ended] == [
        ("condition: no echo for 30 s", "rtc0"),
        ("rtc0",),
    ]


@pytest.mark.parametrize(("called_s", "is_cause"), [(59.5, True), (60.5, False), (63.4, False)])
def test_a_call_of_a_linux_that_is_up_is_not_the_cause(
    called_s: float, is_cause: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAKE does not arrive for 4 s, or there is no tty. The firmware repeats its call, and knows
    only the last reason."""
    now_s = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    bench = Bench()
    bench.request()
    bench.sleep()
    now_s[0] += 4.0
    bench.wake(Call(int(called_s * 1e6), 3, b""), at_us=64_000_000)
    called = ("firmware: a sample has waited for the longest time",) if is_cause else ()
    assert bench.ended[0].causes == (*called, "rtc0")


def test_requests_made_together_share_the_outcome() -> None:
    bench = Bench()
    for _ in range(3):
        bench.request()
    bench.sleep()
    bench.wake()
    assert len(bench.ended) == 1
    assert len(bench.outcomes) == 3
    bench.wake()
    assert len(bench.ended) == 1, "a later status ends nothing"


def test_a_refusal_is_the_outcome_and_linux_stays_awake() -> None:
    bench = Bench()
    bench.request()
    bench.sleeping.handle(SuspendRefused("the firmware does not answer hello"))
    assert bench.suspended == 0
    assert bench.outcomes[0].text == (
        "Linux did not suspend (command): the firmware does not answer hello"
    )


def test_as_configured_linux_sleeps_without_the_firmware_s_consent() -> None:
    bench = Bench("allow")
    bench.request()
    bench.sleeping.handle(SuspendRefused("no transport"))
    assert bench.suspended == 1
    assert (bench.outcomes[0].acknowledged, bench.outcomes[0].refused) == (False, "")


def test_a_kernel_that_refuses_is_reported() -> None:
    bench = Bench(slept=Slept(error="Device or resource busy", errno=16))
    bench.request()
    with pytest.raises(OSError, match="busy"):
        bench.sleep()
    bench.sleeping.handle(Resumed(0))
    assert "did not suspend" in bench.outcomes[0].text


HELLO = Hello(1, bytes(8), 2, 7, 0, 0, 0, 60_000, 1)


@pytest.mark.parametrize("answer", [Online(HELLO, True), SpecMismatch(HELLO)])
def test_a_firmware_that_was_reset_while_linux_slept_ends_the_sleep(answer: Event) -> None:
    """It does not answer WAKE: it greets."""
    bench = Bench()
    bench.request()
    bench.sleep()
    bench.wake(answer=answer)
    (sleep,) = bench.ended
    assert bench.outcomes == [sleep]
    assert (sleep.acknowledged, sleep.refused, sleep.causes) == (True, "", ("rtc0",))


def test_a_sleep_is_reported_though_the_firmware_is_silent_after_it() -> None:
    bench = Bench()
    bench.request()
    bench.sleep()
    bench.sleeping.report_late()
    assert bench.ended == [], "it may still answer"
    bench.sleeping.report_late(0)
    bench.sleeping.report_late(0)
    assert bench.outcomes == bench.ended
    assert [sleep.causes for sleep in bench.ended] == [("rtc0",)]


def test_a_request_after_the_sleep_is_another_one() -> None:
    """Also if it is made before the firmware has said why it woke Linux."""
    bench = Bench()
    bench.request()
    bench.sleep()
    bench.sleeping.request("button", Noted(bench.outcomes))
    bench.wake()
    assert [sleep.by for sleep in bench.outcomes] == ["command"]
    bench.sleep()
    bench.wake()
    assert [sleep.by for sleep in bench.outcomes] == ["command", "button"]
    assert bench.ended == bench.outcomes
