"""The emulated Linux, with a firmware that only answers SLEEP and WAKE."""

from __future__ import annotations

import pytest

from fwgen.backends.ledger import Ledger
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.linux.pace import Pace
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import (
    MARK,
    Hello,
    Message,
    PeerHello,
    Sleep,
    SleepAck,
    Wake,
    WakeAck,
    decode,
    encode,
)

HASH = bytes(8)
AT_ONCE = Pace(read_us=0, read_ns_per_byte=0)


class Port:
    """Records what Linux does; `answers`: answer like a firmware, at once."""

    def __init__(self) -> None:
        self.linux: Linux
        self.now_us = 0
        self.did: list[str] = []
        self.sent: list[Message] = []
        self.answers = True

    def has_tty(self) -> bool:
        return True

    def go_down(self) -> None:
        self.did.append("down")

    def board_down(self) -> None:
        self.did.append("board down")

    def firmware_down(self) -> None:
        self.did.append("firmware down")

    def set_reading(self, reads: bool) -> None:
        self.did.append("reads" if reads else "stops reading")

    def set_ddr(self, closed: bool) -> None:
        self.did.append("closed" if closed else "open")

    def set_idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        self.did.append(f"idle: {'closed' if ddr_closed else 'open'}, {a35_runs=}")

    def set_link(self, up: bool) -> None:
        self.did.append("link" if up else "no link")

    def write(self, data: bytes) -> int:
        for item in data.split(MARK)[1:]:
            self.sent.append(decode(MARK + item))
        return len(data)

    def answer(self) -> bytes:
        answers = b""
        for message in self.sent:
            if isinstance(message, PeerHello):
                answers += encode(Hello(FORMAT, HASH, 1, message.session, 0, 0, 0, 60_000, 7))
            elif isinstance(message, Sleep):
                answers += encode(SleepAck(message.id))
            elif isinstance(message, Wake):
                answers += encode(WakeAck(message.id, 0))
        self.sent.clear()
        return answers


class World:
    def __init__(self) -> None:
        self.port = Port()
        self.linux = Linux(self.port, Ledger(), HASH, AT_ONCE)
        self.now_us = 0
        self.linux.boot(0)
        self.until(0.1)

    def until(self, t_s: float) -> None:
        """Run; the firmware answers a millisecond later."""
        end_us = round(t_s * 1e6)
        while self.now_us < end_us:
            self.now_us = min(end_us, self.now_us + 1000)
            if self.port.answers and (answer := self.port.answer()):
                self.linux.receive(answer, self.now_us)
            if self.linux.next_due_us() <= self.now_us:
                self.linux.poll(self.now_us)

    def suspend(self, for_s: float | None = None) -> None:
        self.linux.suspend(self.now_us, None if for_s is None else round(for_s * 1e6))

    @property
    def causes(self) -> list[str]:
        return [sleep.cause for sleep in self.linux.ledger.sleeps]

    @property
    def events(self) -> str:
        return "; ".join(event.text for event in self.linux.ledger.events)


@pytest.fixture
def world() -> World:
    return World()


def test_a_suspend_from_request_to_wake_up(world: World) -> None:
    world.until(1)
    world.suspend()
    assert world.linux.state == ASKING
    world.until(1.06)
    assert world.linux.state == SUSPENDING
    assert "closed" not in world.port.did
    world.until(1.4)
    assert world.linux.state == ASLEEP
    assert world.port.did[-2:] == ["stops reading", "closed"]
    world.until(5)
    world.linux.resume(world.now_us)
    assert world.linux.state == RESUMING
    assert world.port.did[-1] == "open"
    world.until(5.3)
    assert world.linux.state == AWAKE
    (sleep,) = world.linux.ledger.sleeps
    assert (sleep.asked_us, sleep.cause, sleep.ack_ms) == (1_000_000, "user", 1.0)
    assert (sleep.closed_us, sleep.opened_us) == (1_351_000, 5_000_000)
    assert sleep.up_us == 5_200_000


def test_a_timer_and_the_firmware_wake_it(world: World) -> None:
    world.suspend(for_s=2)
    world.until(3)
    world.suspend()
    world.until(5)
    world.linux.rung(world.now_us)
    world.until(6)
    assert world.causes == ["timer", "firmware"]


def test_the_timer_of_a_suspend_that_was_called_off_is_off_too(world: World) -> None:
    world.suspend(for_s=2)
    world.until(0.12)
    world.linux.resume(world.now_us)
    world.until(0.5)
    world.suspend()
    world.until(4)
    assert world.linux.state == ASLEEP
    assert world.causes == ["abort", "end"]


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.3])
def test_called_off_ddr_is_never_closed(world: World, after_s: float) -> None:
    world.until(1)
    world.suspend()
    world.until(1 + after_s)
    world.linux.resume(world.now_us)
    world.until(3)
    assert world.linux.state == AWAKE
    assert "closed" not in world.port.did
    assert world.causes == ["abort"]


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.3])
def test_a_doorbell_on_the_way_down_is_swallowed(world: World, after_s: float) -> None:
    world.until(1)
    world.suspend()
    world.until(1 + after_s)
    assert world.linux.state in (ASKING, SUSPENDING)
    world.linux.rung(world.now_us)
    world.until(2)
    assert world.linux.state == ASLEEP, "as in a real kernel: tests/backends/kernel/test_tty.py"
    world.linux.rung(world.now_us)
    world.until(3)
    assert world.causes == ["firmware"]


def test_a_firmware_that_does_not_answer_keeps_it_awake(world: World) -> None:
    world.port.answers = False
    world.suspend()
    world.until(4)
    assert world.causes == ["refused"]
    assert "closed" not in world.port.did
    assert "suspend refused" in world.events


def test_a_suspend_while_linux_resumes_waits_until_it_is_up(world: World) -> None:
    world.suspend(for_s=2)
    world.until(2.15)
    assert world.linux.state == RESUMING
    world.suspend()
    world.until(4)
    assert world.linux.state == ASLEEP
    assert len(world.causes) == 2


def test_a_reboot_while_asleep_opens_ddr_before_it_is_done(world: World) -> None:
    world.suspend()
    world.until(2)
    world.linux.reboot(world.now_us, 10_000_000)
    assert world.linux.state == OFFLINE
    world.until(9)
    assert world.port.did[-1] == "down"
    world.until(11)
    assert world.port.did[-1] == "open"
    world.until(13)
    assert world.linux.state == AWAKE
    assert world.causes == ["reboot"]


def test_an_impossible_step_is_ignored_and_reported(world: World) -> None:
    world.linux.bind(world.now_us)
    world.linux.start_app(world.now_us)
    world.suspend()
    world.until(1)
    for nonsense in (world.linux.unbind, world.linux.crash_app, world.linux.send_wake):
        nonsense(world.now_us)
    world.suspend()
    assert world.linux.state == ASLEEP
    for name in ("bind", "start-app", "unbind", "crash-app", "send-wake", "suspend"):
        assert f"{name} ignored" in world.events


def test_a_firmware_that_was_reset_asleep_is_attached_after_the_wake_up(world: World) -> None:
    world.suspend(for_s=3)
    world.until(1)
    world.linux.firmware_restarted(world.now_us)
    links = world.port.did.count("link")
    world.until(3.2)
    assert world.port.did.count("link") == links
    world.until(4)
    assert world.port.did.count("link") == links + 1


def test_without_its_application_linux_suspends_without_telling_the_firmware(world: World) -> None:
    world.linux.crash_app(world.now_us)
    world.port.sent.clear()
    world.suspend(for_s=2)
    world.until(0.39)
    assert "closed" not in world.port.did
    world.until(1)
    assert world.port.did[-2:] == ["stops reading", "closed"]
    world.until(3)
    assert world.port.did[-2:] == ["open", "reads"]
    assert not world.port.sent
    assert world.linux.state == OFFLINE
    (sleep,) = world.linux.ledger.sleeps
    assert (sleep.cause, sleep.ack_ms) == ("timer", None)
    assert (sleep.closed_us, sleep.opened_us, sleep.up_us) == (400_000, 2_100_000, 2_300_000)
    assert "without telling the firmware" in world.events
    world.linux.start_app(world.now_us)
    world.until(3.5)
    world.suspend()
    world.until(4)
    assert world.linux.ledger.sleeps[-1].ack_ms == 1.0


def test_an_unbound_linux_suspends_without_telling_the_firmware(world: World) -> None:
    world.linux.unbind(world.now_us)
    world.suspend(for_s=2)
    world.until(1)
    assert world.linux.state == ASLEEP
    world.until(3)
    assert world.linux.state == OFFLINE


def test_what_is_started_while_linux_sleeps_starts_when_it_is_up(world: World) -> None:
    world.linux.crash_app(world.now_us)
    world.suspend(for_s=2)
    world.until(1)
    world.linux.start_app(world.now_us)
    assert world.linux.state == ASLEEP
    world.linux.suspend(world.now_us, None)
    world.until(2.2)
    world.suspend()
    world.until(4)
    assert world.causes == ["timer", "end"]
    assert [bool(sleep.ack_ms) for sleep in world.linux.ledger.sleeps] == [False, True]


def test_an_application_that_has_not_started_keeps_linux_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.port, "has_tty", lambda: False)
    world.linux.reboot(world.now_us, 1_000_000)
    world.until(1.5)
    world.suspend()
    world.until(3)
    assert "closed" not in world.port.did
    assert "suspend ignored" in world.events


def test_a_reset_of_the_board_takes_everything_down(world: World) -> None:
    world.suspend()
    world.until(2)
    world.linux.restart(world.now_us, takes_us=10_000_000, app_us=3_000_000)
    assert world.linux.state == OFFLINE
    assert world.port.did[-3:] == ["stops reading", "open", "board down"]
    links = world.port.did.count("link")
    world.until(11.9)
    assert world.port.did.count("link") == links
    world.until(12.1)
    assert world.port.did.count("link") == links + 1, "the firmware is loaded"
    assert world.linux.state == OFFLINE, "the application does not run yet"
    world.until(15.2)
    assert world.linux.state == AWAKE
    assert world.causes == ["restart"]


def test_a_wish_to_sleep_does_not_survive_a_restart(world: World) -> None:
    world.suspend(for_s=2)
    world.until(2.15)
    world.suspend()  # while Linux resumes
    world.linux.restart(world.now_us, takes_us=1_000_000, app_us=0)
    world.until(4)
    assert world.linux.state == AWAKE
    world.suspend(for_s=1)
    world.until(7)
    assert world.linux.state == AWAKE


def test_a_crash_is_known_at_once_while_awake_and_later_while_asleep(world: World) -> None:
    world.linux.firmware_restarted(world.now_us, takes_us=2_000_000)
    assert world.port.did[-1] == "firmware down"
    links = world.port.did.count("link")
    world.until(2)
    assert world.port.did.count("link") == links
    world.until(2.2)
    assert world.port.did.count("link") == links + 1
    world.suspend(for_s=3)
    world.until(3)
    world.linux.firmware_restarted(world.now_us, takes_us=2_000_000)
    world.until(7.3)
    assert world.port.did.count("link") == links + 1
    world.until(7.5)
    assert world.port.did.count("link") == links + 2, "2 s after Linux was up"


def test_linux_does_not_stream_while_the_firmware_is_silent(world: World) -> None:
    world.until(1)
    world.linux.firmware_silent(world.now_us)
    world.linux.stall(world.now_us, 500_000)
    world.until(3)
    world.linux.restart_firmware(world.now_us)
    world.until(4)
    world.linux.ledger.stream(False, world.now_us)
    one, two = world.linux.ledger.streams
    assert (one.end_us, two.start_us) == (1_000_000, 3_000_000)
    assert [outage.why for outage in world.linux.ledger.outages] == ["remoteproc"]


def test_the_end_starts_a_firmware_that_nobody_has_noticed(world: World) -> None:
    world.linux.firmware_silent(world.now_us)
    links = world.port.did.count("link")
    world.linux.end(world.now_us)
    world.until(1)
    assert world.port.did.count("link") == links + 1
