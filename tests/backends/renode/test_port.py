"""Linux's kernel on an emulated board; here on plain memory, with a mailbox driven by the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from fwgen.backends.linux.emulated import Linux
from fwgen.backends.renode.options import KernelPace
from fwgen.backends.renode.port import KernelPort
from fwgen.peer.linux.elf import RefusedError
from fwgen.record import ASLEEP, AWAKE
from tests.backends.running import reference_plan
from tests.peer.linux.plain import CODE, TABLE, Firmware, Part, PlainMemory, elf, firmware

NEVER = 1 << 62
RING, FREE = 1, 2
WAKEUP = 2


class Side:
    """The emulator's model of Linux's side."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.events: list[int] = []
        self.alarm_ns: int | None = None
        self.acknowledged: list[int] = []

    def TakeEvents(self) -> list[int]:
        taken, self.events = self.events, []
        return taken

    def Acknowledge(self, channel: int) -> None:
        self.acknowledged.append(channel)

    def SetAlarm(self, at_ns: int) -> None:
        self.alarm_ns = at_ns

    def CancelAlarm(self) -> None:
        self.alarm_ns = None

    def Suspend(self, domain_state: int) -> None:
        self.did.append(f"suspend to {domain_state}")

    def Resume(self) -> None:
        self.did.append("resume")

    def Idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        self.did.append(f"idle {ddr_closed} {a35_runs}")

    def Restart(self) -> None:
        self.did.append("restart")


class Mailbox:
    def __init__(self) -> None:
        self.rung: list[int] = []

    def Ring(self, channel: int) -> None:
        self.rung.append(channel)


class FakeBoard:
    def __init__(self) -> None:
        self.memory = PlainMemory()
        self.linux = Side()
        self.ipcc = Mailbox()
        self.now_ns = 0
        self.core: list[str] = []
        self.runs = False
        self.later: list[Callable[[], None]] = []

    def when_safe(self, job: Callable[[], None]) -> None:
        if self.runs:
            self.later.append(job)
        else:
            job()

    def read(self, address: int, count: int) -> bytes:
        return self.memory.read(address, count)

    def write(self, address: int, data: bytes) -> None:
        assert address < 0x8000_0000, "DDR is written with write_ddr"
        self.memory.write(address, data)

    def read_ddr(self, address: int, count: int) -> bytes:
        return self.memory.read(address, count)

    def write_ddr(self, address: int, data: bytes) -> None:
        self.memory.write(address, data)

    def start_core(self, vector_table: int) -> None:
        self.core.append(f"start 0x{vector_table:x}")

    def stop_core(self) -> None:
        self.core.append("stop")


class FakeLinux:
    """Replaces fwgen.backends.linux.Linux."""

    def __init__(self) -> None:
        self.state = AWAKE
        self.due_us = NEVER
        self.got: list[str] = []
        self.interrupts = 0
        self.on_poll: Callable[[int], None] = lambda now_us: None

    def next_due_us(self) -> int:
        return self.due_us

    def poll(self, now_us: int) -> None:
        self.got.append(f"poll {now_us}")
        self.due_us = NEVER
        self.on_poll(now_us)

    def receive(self, data: bytes, now_us: int) -> None:
        self.got.append(data.decode())

    def interrupted(self, now_us: int) -> None:
        self.interrupts += 1

    def tty_appeared(self, now_us: int) -> None:
        self.got.append("tty")

    def rung(self, now_us: int) -> None:
        self.got.append("rung")


class Rig:
    def __init__(self, image: bytes | None = None, probe_us: int = 3_000) -> None:
        self.board = FakeBoard()
        self.log: list[str] = []
        self.changes: list[str] = []
        self.port = KernelPort(
            self.board,
            reference_plan(),
            firmware() if image is None else image,
            self.log.append,
            KernelPace(probe_us),
            lambda what, at_us: self.changes.append(f"{what} {at_us}"),
        )
        self.linux = FakeLinux()
        self.port.linux = cast(Linux, self.linux)

    def at(self, us: int) -> None:
        """Let the alarm ring at that time."""
        self.board.now_ns = us * 1000
        self.port.attend()

    def rings(self, channel: int) -> None:
        self.board.linux.events += [self.board.now_ns, RING, channel]
        self.port.attend()

    def takes(self) -> list[int]:
        """Let the M33 acknowledge every ring of Linux; return the channels."""
        taken: list[int] = []
        while self.board.ipcc.rung:
            channel = self.board.ipcc.rung.pop(0)
            taken.append(channel)
            self.board.linux.events += [self.board.now_ns, FREE, channel]
            self.port.attend()
        return taken

    @property
    def status(self) -> int:
        return self.board.memory.read(TABLE + 20 + 4 + 20, 1)[0]

    def up(self) -> Firmware:
        self.port.set_reading(True)
        self.port.set_link(True)
        self.at(3_000)
        self.takes()
        device = Firmware(self.board.memory)
        device.announce()
        self.rings(0)
        self.takes()
        device.peer = 1024
        return device


def test_the_core_starts_at_once_and_the_device_is_ready_after_the_probe() -> None:
    rig = Rig()
    rig.port.set_link(True)
    rig.port.attend()
    assert rig.board.core == [f"start 0x{CODE:x}"]
    assert rig.status == 0
    assert rig.board.linux.alarm_ns == 3_000_000
    rig.at(2_999)
    assert rig.status == 0
    rig.at(3_000)
    assert rig.status == 7
    assert rig.board.ipcc.rung == [0]
    assert not rig.port.has_tty()


def test_the_announcement_gives_a_tty_and_bytes_follow() -> None:
    rig = Rig()
    device = rig.up()
    assert rig.port.has_tty()
    assert rig.linux.got == ["tty"]
    device.send(b"abc")
    device.send(b"def")
    rig.rings(0)
    assert rig.linux.got == ["tty", "abcdef"]
    assert rig.board.linux.acknowledged == [0, 0]
    assert rig.takes() == [0], "the buffers are returned"
    assert rig.port.write(b"hello") == 5
    assert rig.takes() == [1]
    assert device.read() == b"hello"


def test_an_idle_linux_serves_a_doorbell_when_ddr_is_open_again() -> None:
    rig = Rig()
    device = rig.up()
    rig.port.set_idle(True, False)
    before = rig.linux.interrupts
    device.send(b"abc")
    rig.rings(0)
    assert rig.linux.interrupts == before + 1
    rig.port.set_idle(True, True)
    rig.port.attend()
    assert rig.linux.got == ["tty"]
    rig.port.set_idle(False, True)
    rig.port.attend()
    assert rig.linux.got == ["tty", "abc"]
    assert rig.board.linux.did == ["idle True False", "idle True True", "idle False True"]


def test_while_linux_is_busy_nothing_is_taken_or_acknowledged() -> None:
    rig = Rig()
    device = rig.up()
    rig.port.set_reading(False)
    device.send(b"late")
    rig.rings(0)
    rig.rings(0)
    assert rig.linux.got == ["tty"]
    assert rig.board.linux.acknowledged == [0]
    rig.port.set_reading(True)
    rig.port.attend()
    assert rig.linux.got == ["tty", "late"]
    assert rig.board.linux.acknowledged == [0, 0], "two rings, one flag"


def test_asleep_any_ring_of_the_mailbox_wakes_linux() -> None:
    rig = Rig()
    rig.up()
    rig.port.set_reading(False)
    rig.port.set_ddr(True)
    rig.linux.state = ASLEEP
    assert rig.board.linux.did == ["suspend to 4"]
    rig.rings(WAKEUP)
    assert rig.linux.got[-1] == "rung"
    rig.linux.state = AWAKE
    rig.port.set_ddr(False)
    rig.port.set_reading(True)
    rig.port.attend()
    assert rig.board.linux.did == ["suspend to 4", "resume"]
    assert rig.board.linux.acknowledged[-1] == WAKEUP
    assert rig.changes == ["started 0", "closed 3000", "open 3000"]


def test_an_unbind_and_a_bind() -> None:
    rig = Rig()
    rig.up()
    rig.port.set_link(False)
    assert rig.status == 1
    assert not rig.port.has_tty()
    assert rig.port.write(b"x") == 0
    rig.at(500_000)
    rig.port.set_link(True)
    rig.port.attend()
    rig.at(503_000)
    assert rig.status == 7
    assert rig.board.core == [f"start 0x{CODE:x}"], "the firmware keeps running"


def test_a_crashed_firmware_is_recovered_in_a_pause() -> None:
    rig = Rig()
    rig.up()
    rig.port.firmware_down()
    rig.board.runs = True
    rig.linux.due_us = 600_000
    rig.linux.on_poll = lambda now_us: rig.port.set_link(True)
    rig.at(600_000)
    assert len(rig.board.core) == 1, "not in the middle of a run"
    rig.board.now_ns += 7_000_000
    rig.board.later.pop()()
    assert rig.board.core[1:] == ["stop", f"start 0x{CODE:x}"]
    assert rig.status == 0
    assert rig.board.linux.alarm_ns == 610_000_000
    rig.at(610_000)
    assert rig.status == 7


def test_a_reset_of_the_a35_leaves_the_rings_to_the_firmware() -> None:
    rig = Rig()
    device = rig.up()
    rig.port.go_down()
    assert rig.board.linux.did == ["restart"]
    assert rig.status == 7
    device.send(b"into the void")
    rig.rings(0)
    assert rig.linux.got == ["tty"]
    assert not rig.port.has_tty()
    rig.port.set_ddr(False)
    rig.port.set_link(True)
    assert rig.status == 1, "the device is reset first"
    rig.at(6_000)
    assert rig.status == 7
    assert rig.board.core == [f"start 0x{CODE:x}"], "attached, not started"


def test_a_reset_of_the_a35_asleep_does_not_open_ddr() -> None:
    rig = Rig()
    rig.up()
    rig.port.set_ddr(True)
    rig.linux.state = ASLEEP
    rig.port.go_down()
    assert rig.board.linux.did == ["suspend to 4"]


def test_a_spurious_doorbell_goes_through_the_mailbox() -> None:
    rig = Rig()
    rig.up()
    rig.port.stale_kick("vq1")
    rig.port.stale_kick("vq1")
    rig.port.stale_kick("vq0")
    assert rig.board.ipcc.rung == [1, 0], "the second waits until the first is acknowledged"


def test_jobs_run_at_their_time_and_linux_is_polled() -> None:
    rig = Rig()
    done: list[int] = []
    rig.port.at(50, done.append)
    rig.port.at(20, done.append)
    rig.linux.due_us = 30
    rig.port.attend()
    assert rig.board.linux.alarm_ns == 20_000
    rig.at(20)
    assert (done, rig.board.linux.alarm_ns) == ([20], 30_000)
    rig.at(30)
    assert rig.linux.got == ["poll 30"]
    assert rig.board.linux.alarm_ns == 50_000
    rig.at(50)
    assert done == [20, 50]
    assert rig.board.linux.alarm_ns is None


def test_a_firmware_that_linux_rejects() -> None:
    rig = Rig(elf(Part(".isr_vectors", CODE, b"VECT"), Part("ddr", 0x8010_0000, b"abcd")))
    with pytest.raises(RefusedError, match="bad phdr da 0x80100000"):
        rig.port.set_link(True)
