"""Linux's kernel on an emulated board: the port that `backends.linux.Linux` uses.

Everything happens at exact virtual times inside the emulator's run: the model of Linux's side calls
`attend` after a doorbell and Linux's latency, and at the alarm's time. Times are microseconds since
the machine was created.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from fwgen.backends.doorbells import DIRECTIONS, Disturbance
from fwgen.backends.renode.options import KernelPace
from fwgen.peer.linux.device_tree import wiring
from fwgen.peer.linux.kernel import Kernel
from fwgen.peer.linux.remoteproc import CRASHED, OFFLINE
from fwgen.record import ASLEEP

if TYPE_CHECKING:
    from fwgen.backends.linux.emulated import Linux
    from fwgen.plan.model import Plan

_EVENT_RING: Final = 1
_DSTOP1: Final = 1  # what PWR shows of the A35's domain
_DSTANDBY: Final = 4
_NEVER: Final = 1 << 62


class Board(Protocol):
    """The parts of the emulated machine that the port uses."""

    linux: Any  # the model of Linux's side: Ring, Acknowledge, TakeEvents, SetAlarm, Suspend, ...
    ipcc: Any

    @property
    def now_ns(self) -> int: ...

    def when_safe(self, job: Callable[[], None]) -> None:
        """Run the job now if the emulation is paused, else at the next pause."""

    def read(self, address: int, count: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...

    def read_ddr(self, address: int, count: int) -> bytes: ...

    def write_ddr(self, address: int, data: bytes) -> None: ...

    def start_core(self, vector_table: int) -> None: ...

    def stop_core(self) -> None: ...


class LinuxMemory:
    """Linux's view of the memory that it shares with the M33, at the M33's addresses."""

    def __init__(self, board: Board, ddr_start: int) -> None:
        self._board = board
        self._ddr_start = ddr_start

    def read(self, address: int, size: int) -> bytes:
        if address >= self._ddr_start:
            return self._board.read_ddr(address, size)
        return self._board.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        if address >= self._ddr_start:
            self._board.write_ddr(address, data)
        else:
            self._board.write(address, data)


class _Core:
    def __init__(self, board: Board, started: Callable[[], None]) -> None:
        self._board = board
        self._started = started

    def start(self, vector_table: int) -> None:
        self._board.start_core(vector_table)
        self._started()

    def stop(self) -> None:
        self._board.stop_core()


class KernelPort:
    """LinuxPort on an emulated board. The owner of both sets `linux`.

    `noticed` is called with an event and its time in us: "closed" or "open" when the state of DDR
    changes, "write" before Linux writes to the firmware, which may then free blocks of its log,
    "started" when Linux has started the M33.
    """

    linux: Linux
    kernel_type: type[Kernel] = Kernel

    def __init__(
        self,
        board: Board,
        plan: Plan,
        firmware: bytes,
        log: Callable[[str], None],
        pace: KernelPace | None = None,
        noticed: Callable[[str, int], None] = lambda what, at_us: None,
    ) -> None:
        self._board = board
        self._firmware = firmware
        self._pace = pace or KernelPace()
        board.linux.PowerLag = self._pace.power_lag_us
        self._noticed = noticed
        self._wakeup_channel = plan.board.chip.ipcc.wakeup.channel
        ddr_start = plan.board.chip.memories["ddr"].start
        self.kernel = self.kernel_type(
            LinuxMemory(board, ddr_start),
            _Core(board, self._started),
            wiring(plan),
            self._ring,
            log,
        )
        self._a35_off = plan.mode.a35_off
        self._reads = False
        self._idle = False  # the A35 idles with DDR in self-refresh: it serves nothing
        self._pending: list[int] = []  # channels whose interrupt Linux has not yet served
        self._freed: list[int] = []
        self._bind_due_us = _NEVER
        self._tty: object | None = None
        self._alarms: list[tuple[int, Callable[[int], None]]] = []
        self.bells = dict.fromkeys(DIRECTIONS, Disturbance())
        """What disturbs the doorbells of each direction."""

    # ---------------------------------------------------------------------------- called by Renode

    def attend(self) -> None:
        """Serve the mailbox's events and all alarms whose time has come."""
        now_us = self.now_us
        self._take_events(now_us)
        self._serve(now_us)
        self._poll(now_us)

    @property
    def now_us(self) -> int:
        return self._board.now_ns // 1000

    def at(self, at_us: int, job: Callable[[int], None]) -> None:
        """Call `job` at that time, with the time."""
        self._alarms.append((at_us, job))

    # ----------------------------------------------------------------------------------- LinuxPort

    def write(self, data: bytes) -> int:
        if self.kernel.tty is None:
            return 0
        self._noticed("write", self.now_us)
        return self.kernel.tty.write(data)

    def has_tty(self) -> bool:
        return self.kernel.tty is not None

    def set_reading(self, reads: bool) -> None:
        self._reads = reads
        if reads:
            self.at(self.now_us, self._serve)

    def set_ddr(self, closed: bool) -> None:
        side = self._board.linux
        self._noticed("closed" if closed else "open", self.now_us)
        if closed:
            side.Suspend(_DSTANDBY if self._a35_off else _DSTOP1)
        else:
            side.Resume()

    def set_idle(self, ddr_closed: bool, a35_runs: bool) -> None:
        self._board.linux.Idle(ddr_closed, a35_runs)
        self._idle = ddr_closed
        if not ddr_closed:
            self.at(self.now_us, self._serve)

    def set_link(self, up: bool) -> None:
        self._bind_due_us = _NEVER
        self._tty = None
        if not up:
            self.kernel.unbind()
        elif self.kernel.rproc.state == OFFLINE:
            self._board.when_safe(self._load)
        elif self.kernel.rproc.state == CRASHED:
            self._board.when_safe(self._recover)
        else:
            self.kernel.unbind()
            self._bind_soon()

    def go_down(self) -> None:
        """The A35 is reset."""
        self.kernel.forget()
        self._pending.clear()
        self._freed.clear()
        self._tty = None
        self._bind_due_us = _NEVER
        if not self._asleep:
            self._board.linux.Restart()

    def board_down(self) -> None:
        """The chip is reset, DDR included."""
        self.kernel.power_down()
        self._pending.clear()
        self._freed.clear()
        self._tty = None
        self._bind_due_us = _NEVER
        self._board.linux.Restart()

    def firmware_down(self) -> None:
        self.kernel.rproc.crashed()

    # -------------------------------------------------------------------------------------- faults

    def stale_kick(self, ring: str) -> None:
        """Send a spurious doorbell: the ring has nothing new."""
        channels = {"vq0": self.kernel.wiring.vq0_channel, "vq1": self.kernel.wiring.vq1_channel}
        self.kernel.mailbox.send(channels[ring])

    # -------------------------------------------------------------------------------------- inside

    @property
    def _asleep(self) -> bool:
        return self.linux.state == ASLEEP

    def _started(self) -> None:
        self._noticed("started", self.now_us)

    def _ring(self, channel: int) -> None:
        delays_us = self.bells["firmware"].delays_us(self.now_us)
        if not delays_us:  # the mailbox takes it for seen
            self._freed.append(channel)
            self.at(self.now_us, self._serve)
        for delay_us in delays_us:
            if delay_us:
                self.at(self.now_us + delay_us, lambda at_us: self._board.ipcc.Ring(channel))
            else:
                self._board.ipcc.Ring(channel)

    def _load(self) -> None:
        self.kernel.start(self._firmware)
        self._bind_soon()
        self._set_alarm()

    def _recover(self) -> None:
        self.kernel.recover()
        self._bind_soon()
        self._set_alarm()

    def _bind_soon(self) -> None:
        self._bind_due_us = self.now_us + self._pace.probe_us

    def _take_events(self, now_us: int) -> None:
        events = [int(number) for number in self._board.linux.TakeEvents()]
        for kind, channel in zip(events[1::3], events[2::3], strict=True):
            if kind != _EVENT_RING:
                self._freed.append(channel)
            else:
                self._rang(channel, now_us)
        if events:
            self._interrupted(now_us)
        self._wake_if_rung(now_us)

    def _rang(self, channel: int, now_us: int) -> None:
        """The firmware has rung."""
        delays_us = self.bells["linux"].delays_us(now_us)
        if not delays_us:
            self._board.linux.Acknowledge(channel)  # lost: Linux does nothing for it
        for delay_us in delays_us:
            if delay_us:
                self.at(now_us + delay_us, lambda at_us: self._arrives(channel, at_us))
            elif channel not in self._pending:
                self._pending.append(channel)

    def _arrives(self, channel: int, now_us: int) -> None:
        """A doorbell of the firmware arrives late, or a second time."""
        if channel not in self._pending:
            self._pending.append(channel)
        self._interrupted(now_us)
        self._wake_if_rung(now_us)
        self._serve(now_us)

    def _wake_if_rung(self, now_us: int) -> None:
        """An interrupt of the mailbox wakes Linux, on any channel."""
        if self._asleep and self._pending:
            self._rung(now_us)

    def _serve(self, now_us: int) -> None:
        """Serve the mailbox's interrupts, while Linux reads."""
        while self._reads and not self._idle and (self._pending or self._freed):
            if self._freed:
                self.kernel.freed(self._freed.pop(0))
                continue
            channel = self._pending.pop(0)
            self._board.linux.Acknowledge(channel)
            self.kernel.rang(channel)
            self._pass_on(channel, now_us)
            if channel == self._wakeup_channel:
                self._rung(now_us)

    def _interrupted(self, now_us: int) -> None:
        """The mailbox has interrupted Linux."""
        self.linux.interrupted(now_us)

    def _rung(self, now_us: int) -> None:
        """The firmware has rung the wake-up doorbell."""
        self.linux.rung(now_us)

    def _pass_on(self, channel: int, now_us: int) -> None:
        """Pass the tty's data to the application, after the channel's interrupt was served."""
        tty = self.kernel.tty
        if tty is None:
            return
        if tty is not self._tty:
            self._tty = tty
            self.linux.tty_appeared(now_us)
        data = tty.read()
        if data:
            self.linux.receive(data, now_us)

    def _poll(self, now_us: int) -> None:
        while True:
            if self._bind_due_us <= now_us:
                self._bind_due_us = _NEVER
                self.kernel.bind()
            due = [alarm for alarm in self._alarms if alarm[0] <= now_us]
            for alarm in due:
                self._alarms.remove(alarm)
                alarm[1](now_us)
            if not self._poll_linux(now_us) and not due and self._bind_due_us > now_us:
                break
        self._set_alarm()

    def _poll_linux(self, now_us: int) -> bool:
        """Let Linux do what is due; return whether there was something."""
        due = self._linux_due_us() <= now_us
        if due:
            self.linux.poll(now_us)
        return due

    def _linux_due_us(self) -> int:
        return self.linux.next_due_us()

    def _set_alarm(self) -> None:
        due_us = min(
            self._linux_due_us(),
            self._bind_due_us,
            *(at_us for at_us, _ in self._alarms),
            _NEVER,
        )
        if due_us < _NEVER:
            self._board.linux.SetAlarm(due_us * 1000)
        else:
            self._board.linux.CancelAlarm()
