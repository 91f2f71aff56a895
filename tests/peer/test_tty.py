"""The session over a pty, the compiled node at its other end."""

from __future__ import annotations

import errno
import os
import pty
import select
import termios
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

import fwgen.peer.system
from fwgen.peer.events import (
    Event,
    Online,
    Resumed,
    Samples,
    SuspendReady,
)
from fwgen.peer.modes import wrong_modes
from fwgen.peer.session import Known, Session
from fwgen.peer.system import System, boot_time_us, make_raw, open_raw, suspend_to_ram
from fwgen.peer.tty import TtyError, TtyPeer
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode

DEADLINE_S = 20
LOG = 0xA11CE


class Firmware:
    """A node at the master's end of a pty, in real time, in its own thread. Its samples
    are there from the start."""

    def __init__(self, samples: int) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(self.master)
        self.path = Path(os.ttyname(slave))
        self._slave = slave
        self.node = CNode(slots=60, log_id=LOG)
        for number in range(samples):
            self.node.sample(number * PERIOD_US, 1000 + number % 50)
        self._origin_us = boot_time_us() - samples * PERIOD_US
        self._over, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self.node.link(True, self._now_us())
        self._thread.start()

    def _now_us(self) -> int:
        return boot_time_us() - self._origin_us

    def _live(self) -> None:
        node = self.node
        while True:
            due = node.next_due_us(self._now_us())
            wait_s = min(max(0, due - self._now_us()) / 1e6, DEADLINE_S)
            ready, _, _ = select.select([self.master, self._over], [], [], wait_s)
            if self._over in ready:
                return
            if self.master in ready:
                node.doorbell(self._now_us())
                data = os.read(self.master, 4096)
                if node.door_open:
                    node.receive(data, self._now_us())
            node.poll(self._now_us())
            for message in node.sent:
                os.write(self.master, message)
            node.sent.clear()

    def close(self) -> None:
        os.write(self._stop, b"!")
        self._thread.join(DEADLINE_S)
        for handle in (self.master, self._slave, self._over, self._stop):
            os.close(handle)


@pytest.fixture
def firmware() -> Iterator[Firmware]:
    made = Firmware(samples=2000)
    yield made
    made.close()


class Application:
    """Stops the peer as soon as it has seen enough."""

    def __init__(
        self,
        path: Path,
        known: Known | None = None,
        sleep_at: int | None = None,
        latency: Path | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.suspended = 0
        self.seen = 0
        self._sleep_at = sleep_at
        self._sleeps = sleep_at is not None
        self.peer = TtyPeer(
            path,
            self._session,
            self._handle,
            known=known,
            suspend_linux=self._suspend,
            latency=latency,
        )

    def run(self) -> None:
        timer = threading.Timer(DEADLINE_S, self.peer.stop)  # only if something is broken
        timer.start()
        self.peer.run()
        timer.cancel()
        self.peer.close()

    def _session(self, known: Known | None) -> Session:
        return Session(session_id=77, spec_hash=SPEC_HASH, known=known)

    def _suspend(self) -> None:
        self.suspended += 1

    def _handle(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Samples):
            self.seen += event.block.count - event.skip
            if self._sleep_at is not None and self.seen >= self._sleep_at:
                self._sleep_at = None
                self.peer.suspend()
        slept = Resumed in (type(event) for event in self.events)
        if self.seen >= 2000 and (slept or not self._sleeps):
            self.peer.stop()


def _holders(path: Path) -> int:
    """Return how many descriptors of this process are open on the file."""
    fds = Path("/proc/self/fd").iterdir()
    return sum(fd.exists() and fd.samefile(path) for fd in fds)


@pytest.mark.needs("pty")
def test_the_latency_is_held_while_samples_arrive(firmware: Firmware, tmp_path: Path) -> None:
    file = tmp_path / "cpu_dma_latency"
    file.write_bytes(b"")
    held: list[int] = []

    class Watching(Application):
        def _handle(self, event: Event) -> None:
            held.append(_holders(file))
            super()._handle(event)

    Watching(firmware.path, latency=file).run()
    assert held and set(held) == {1}
    assert file.read_bytes() == bytes(4)
    assert _holders(file) == 0


@pytest.mark.needs("pty")
def test_samples_arrive_through_a_tty(firmware: Firmware) -> None:
    application = Application(firmware.path)
    application.run()
    assert isinstance(application.events[0], Online)
    assert application.seen == 2000


@pytest.mark.needs("pty")
def test_an_application_continues_where_the_last_one_stopped(firmware: Firmware) -> None:
    application = Application(firmware.path, known=Known(LOG, 1500, 1))
    application.seen = 1500
    application.run()
    assert application.seen == 2000


@pytest.mark.needs("pty")
def test_linux_is_suspended_between_permission_and_wake(firmware: Firmware) -> None:
    application = Application(firmware.path, sleep_at=400)
    application.run()
    kinds = [type(event) for event in application.events]
    ready, resumed = kinds.index(SuspendReady), kinds.index(Resumed)
    assert ready < resumed
    assert Samples not in kinds[ready:resumed]
    assert application.suspended == 1
    assert application.seen == 2000
    assert firmware.node.sent_through_shut_door == 0


def test_the_peer_waits_for_a_missing_tty(tmp_path: Path) -> None:
    application = Application(tmp_path / "ttyRPMSG0")
    application.peer.stop()
    application.run()
    assert application.events == []
    assert open_raw(tmp_path / "ttyRPMSG0") is None


def test_a_file_that_is_not_a_tty_raises(tmp_path: Path) -> None:
    path = tmp_path / "ttyRPMSG0"
    path.write_bytes(b"")
    with pytest.raises(TtyError, match="it is not a tty"):
        open_raw(path)


@pytest.mark.needs("pty")
def test_the_firmware_s_bytes_are_not_echoed_or_changed() -> None:
    master, slave = pty.openpty()
    handle = open_raw(Path(os.ttyname(slave)))
    assert handle is not None
    every_byte = bytes(range(256))
    os.write(master, every_byte)
    assert os.read(handle, 1000) == every_byte
    os.write(handle, every_byte)
    assert os.read(master, 1000) == every_byte
    assert select.select([master, handle], [], [], 0)[0] == []
    for end in (master, slave, handle):
        os.close(end)


@pytest.mark.needs("pty")
def test_a_second_peer_is_locked_out_root_or_not_until_the_first_closes() -> None:
    master, slave = pty.openpty()
    path = Path(os.ttyname(slave))
    first = open_raw(path)
    assert first is not None
    with pytest.raises(TtyError, match="another process has locked it") as error:
        open_raw(path)
    assert error.value.errno == errno.EWOULDBLOCK
    assert not os.get_inheritable(first)
    System().close(first)
    second = open_raw(path)
    assert second is not None
    System().close(second)
    for end in (master, slave):
        os.close(end)


@pytest.mark.needs("pty")
def test_modes_of_a_real_tty_changed_by_another_process_are_restored() -> None:
    master, slave = pty.openpty()
    system, path = System(), Path(os.ttyname(slave))
    handle = open_raw(path)
    assert handle is not None
    assert wrong_modes(system.get_modes(handle)) == ()
    modes = termios.tcgetattr(slave)  # another descriptor of the same tty
    modes[0] |= termios.INLCR | termios.ICRNL
    modes[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    assert wrong_modes(system.get_modes(handle)) == ("inlcr", "icrnl", "icanon", "echo")
    assert make_raw(handle, path, system) == ("inlcr", "icrnl", "icanon", "echo")
    assert wrong_modes(system.get_modes(handle)) == ()
    os.write(master, b"\r\n")
    assert os.read(handle, 10) == b"\r\n"
    for end in (master, slave, handle):
        os.close(end)


def test_power_state_is_written_and_its_errno_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    monkeypatch.setattr(fwgen.peer.system, "POWER_STATE", state)
    with pytest.raises(OSError) as error:
        suspend_to_ram()
    assert error.value.errno == errno.ENOENT
    state.write_bytes(b"")
    suspend_to_ram()
    assert state.read_bytes() == b"mem"
