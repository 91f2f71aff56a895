"""The emulated Linux as a backend uses it."""

from __future__ import annotations

from fwgen.backends.application import MOMENTS
from fwgen.backends.linux.base import NEVER
from fwgen.backends.linux.reboot import LinuxWithReboot
from fwgen.peer.called import FIRMWARE
from fwgen.record import ASLEEP


class Linux(LinuxWithReboot):
    """The backend calls `poll` at `next_due_us`. Times are microseconds of scenario time."""

    def next_due_us(self) -> int:
        """Return when `poll` must be called."""
        if not self._idling.lasts:
            return self._act_due_us
        idle_due_us = self._idling.due_us
        return idle_due_us if self._idling.wakes else min(idle_due_us, self._act_due_us)

    @property
    def _act_due_us(self) -> int:
        due_us = self._app.next_due_us() if self._app_runs else NEVER
        for at_us, _ in self._alarms.values():
            if at_us < due_us:
                due_us = at_us
        return due_us

    def poll(self, now_us: int) -> None:
        if self._idling.lasts:
            if self._act_due_us <= now_us:
                self.interrupted(now_us)
            self._poll_idle(now_us)
        if not self._idling.closed:
            self._act(now_us)

    def _act(self, now_us: int) -> None:
        due = [name for name, (at_us, _) in self._alarms.items() if at_us <= now_us]
        for name in due:
            _, call = self._alarms.pop(name, (0, None))
            if call is not None:
                call(now_us)
        if self._app_runs:
            self._app.poll(now_us)

    def receive(self, data: bytes, now_us: int) -> None:
        """The driver has read bytes of the firmware from the ring."""
        self.interrupted(now_us)
        self._tty += data
        self._read_soon(now_us)

    def interrupted(self, now_us: int) -> None:
        """A timer or a doorbell has interrupted Linux; if it idles, it acts a little later."""
        if self._idling.closed:
            self._idling.interrupt(now_us)
        else:
            self._idling.act(now_us)

    def tty_appeared(self, now_us: int) -> None:
        """The firmware has announced its channel after the link came up."""
        self._start_session(now_us)

    def rung(self, now_us: int) -> None:
        """The firmware has rung the wake-up doorbell. A Linux on its way down does not notice it,
        as in a real kernel (docs/linux.md); the firmware rings again."""
        if self.state == ASLEEP:
            self._wake(FIRMWARE, now_us)

    def rung_at(self, at_us: int) -> None:
        """The wake-up doorbell arrives later."""
        self._alarms["rung"] = (at_us, self.rung)

    def end(self, now_us: int) -> None:
        """The scenario ends: wake Linux, end its faults, start the firmware and the application, so
        that the samples in the log can arrive."""
        self._stop_idling(now_us)
        self._alarms.pop("timer", None)
        self._end_nights()
        if self._crashes_when:
            reason = f"this did not happen after it: {MOMENTS[self._crashes_when]}"
            self.ledger.ignore("crash-app", reason, now_us)
            self._crashes_when = ""
        self._effects.end_all()
        for name in ("ddr", "boot", "app", "stall", "refuse", "short", "hang", "thief", "recover"):
            _, call = self._alarms.pop(name, (0, None))
            if call is not None:
                call(now_us)
        self._wake("end", now_us)
        if not self._bound:
            self.bind(now_us)
        if not self._app_alive:
            self.start_app(now_us)
        if self._silent:  # also if nobody has noticed it so far
            self.firmware_restarted(now_us)
