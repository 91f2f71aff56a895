"""The real Linux as the peer of a run: the counterpart of backends/linux.

It turns a scenario's steps into commands for `inside`, and what Linux does into the run's record.
Its parts, each the base of the next one: state.py, power.py, application.py, faults.py, and here
what whoever runs the M33 calls. `*_ns` are on the calendar's clock.
"""

from __future__ import annotations

from typing import Final

from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.kernel.calendar import NEVER, ZERO_NS
from fwgen.backends.kernel.faults import KernelWithFaults
from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX
from fwgen.errors import InputError
from fwgen.peer.called import FIRMWARE
from fwgen.record import ASLEEP, AWAKE, OFFLINE, RESUMING

INTERRUPT: Final = "^C"
"""The line that interrupts what the shell runs."""
_LONGEST_LINE: Final = 480


class KernelLinux(KernelWithFaults):
    """Times are microseconds of scenario time."""

    def run_alone(self, until_ns: int) -> None:
        """Run without an M33, at least until `inside` takes commands."""
        while True:
            self.settle()
            if self.due_ns >= until_ns:
                break
            self.calendar.advance(self.due_ns)
            self.run(until_ns)
        if not self.release:
            raise self._uml.broke()
        self.calendar.advance(until_ns)

    def settle(self) -> None:
        """Serve Linux until it waits."""
        if not self._alive:
            return
        with self._must_live():
            self.calendar.settle()
            if self._going_down and self.state != ASLEEP:
                self._close_ddr()
            if self._control.due and not self._called:
                self._control.deliver()

    @property
    def due_ns(self) -> int:
        """When Linux, or a fault of it, is due next."""
        at_us = min((at for at, _ in self._alarms.values()), default=None)
        own_ns = NEVER if at_us is None else at_us * 1000 + ZERO_NS
        return min(own_ns, self.calendar.wanted_ns if self._alive else NEVER)

    def run(self, free_until_ns: int) -> None:
        """The calendar has reached `due_ns`: do what is due."""
        for name in [name for name, (at, _) in self._alarms.items() if at <= self.now_us]:
            self._alarms.pop(name)[1](self.now_us)
        if self._alive and self.calendar.wanted_ns <= self.calendar.now_ns:
            self._called = False
            with self._must_live():
                self.calendar.let_run(free_until_ns)

    def interrupt(self, rings: list[int]) -> None:
        """The firmware's doorbells have reached Linux, which waits."""
        if not self.device.ready:
            return  # the rings are those of a Linux that has ended
        if TO_LINUX in rings:
            self._tap.received(self.now_us)
        for ring in rings:
            self._called = True
            with self._must_live():
                self.device.call(ring)

    def rung(self) -> None:
        """The firmware has rung the wake-up doorbell. Linux notices it only while it sleeps, and
        only with a driver of the device."""
        if not (self._alive and self._bound):
            return
        if self.state == ASLEEP:
            self._cause = FIRMWARE
        with self._must_live():
            self.device.wake()

    def rung_at(self, at_us: int) -> None:
        """As Linux.rung_at."""
        self._alarms["rung"] = (at_us, lambda at_us: self.rung())

    # ------------------------------------------------------------------------------ what Linux does

    def _kicked(self, ring: int) -> None:
        self._m33.catch_up()
        if ring == FROM_LINUX:
            self._tap.sent(self.now_us)
        if self._fresh:
            self._fresh = False
            self._tap.begin()
            self._m33.new_rings(self.device)
        else:
            self._m33.kick(ring)

    def _rings_started(self, new: bool) -> None:
        if new:
            self._fresh = True
        else:
            self._devices_started()

    def _devices_started(self) -> None:
        """Linux resumes. The firmware's device is the first one, if it has a driver."""
        self._going_down = False
        if self.state == ASLEEP:
            self._m33.catch_up()
            self._open_ddr(self._cause, self.now_us)
            self._enter(RESUMING, self.now_us)
            if self._foreign:
                self._up()
                self.disturbed(self.now_us, self.now_us + SILENCE_US)

    def _devices_stopped(self) -> None:
        """The control channel stops too. The firmware's device may have no driver."""
        self._going_down = True

    def _unbound(self) -> None:
        self._fresh = False
        self._m33.catch_up()
        self._m33.lose_rings()

    # ------------------------------------------------------------------------------------- commands

    @property
    def takes_commands(self) -> bool:
        """Whether `tell_relay` may be called: Linux is up, and not about to sleep."""
        return bool(self.release) and self.state in (AWAKE, OFFLINE)

    def tell_relay(self, command: str) -> None:
        """Give a command to inside.relay."""
        self._control.send(command)

    def shell(self, line: str) -> None:
        """Run a line in a shell inside; what it prints is added to `output`. Raises InputError."""
        if not self.release or self._asleep:
            raise InputError(f"no shell can run: {self._why_not}", "`resume` Linux, or wait for it")
        if len(line.encode()) > _LONGEST_LINE:
            raise InputError(f"expected at most {_LONGEST_LINE} bytes, found {len(line.encode())}")
        self._control.send(f"shell {line}" if line != INTERRUPT else "interrupt")

    # -------------------------------------------------------------------------------------- the end

    def end(self, now_us: int) -> None:
        """The scenario ends: wake Linux, end its faults and start its application, so that the
        samples in the log can arrive."""
        self._end_nights()
        for name in ("ddr", "boot", "stall"):
            if name in self._alarms:
                self._alarms.pop(name)[1](self.now_us)
        self._wake("end", now_us)
        if not self._bound:
            self.bind(now_us)
        if not self._app_alive and self.release:
            self.start_app(now_us)
