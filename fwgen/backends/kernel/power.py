"""Power: the real Linux suspends and wakes up.

DDR is closed when the kernel has stopped its devices and waits, and open when it starts them again.
"""

from __future__ import annotations

from fwgen.backends.kernel.state import KernelState
from fwgen.backends.ledger import OpenSleep
from fwgen.backends.linux.state import FOREIGN
from fwgen.peer.called import FIRMWARE
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING


class KernelWithPower(KernelState):
    """Times are microseconds of scenario time."""

    def suspend(self, now_us: int, wake_after_us: int | None, again_us: int | None = None) -> None:
        """`again_us`: how long Linux is awake after each wake-up by the firmware."""
        if not self._can_suspend:
            self.ledger.ignore("suspend", self._why_not, now_us)
            return
        self._end_nights()
        self._again_us = again_us
        if wake_after_us is not None:
            self._control.send(f"alarm {wake_after_us // 1_000_000}")
            if again_us is not None:
                self._alarms["last"] = (now_us + wake_after_us, self._end_nights)
        self._suspend(now_us)

    def _suspend(self, now_us: int) -> None:
        if self.state == RESUMING:
            self._sleep_when_up = now_us
        else:
            self._fall_asleep(now_us)

    def _suspend_again(self) -> None:
        if self._can_suspend:
            self._suspend(self.now_us)
        else:
            self.ledger.ignore("suspend", self._why_not, self.now_us)

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """As Linux.foreign_suspend."""
        if self.state not in (AWAKE, OFFLINE) or self._rebooting:
            self.ledger.ignore("foreign-suspend", self._why_not, now_us)
            return
        if wake_after_us is not None:
            self._control.send(f"alarm {wake_after_us // 1_000_000}")
        self._again_us = None
        self._control.send("suspend-untold")

    def resume(self, now_us: int) -> None:
        if self.state in (AWAKE, OFFLINE):
            self.ledger.ignore("resume", self._why_not, now_us)
        else:
            self._end_nights()
            self._wake("user")

    def _end_nights(self) -> None:
        """Linux does not suspend again by itself."""
        self._again_us = None
        self._alarms.pop("again", None)
        self._alarms.pop("last", None)

    # ---------------------------------------------------------------------------- down and up again

    def _wake(self, cause: str) -> None:
        if self.state == ASLEEP:
            self._cause = cause
            with self._must_live():
                self._control.device.wake()
        elif self.state in (ASKING, SUSPENDING):
            self._cause = cause
            self._control.send("resume")
        elif self.state == RESUMING and self._sleep_when_up is not None:
            self._sleep_when_up = None
            self._control.send("alarm 0")

    def _fall_asleep(self, wished_us: int) -> None:
        self._sleep = OpenSleep(asked_us=wished_us)
        self.ledger.sleeps.append(self._sleep)
        self._cause = "timer"
        if self._online:
            self._enter(ASKING)
        else:
            told = "Linux suspends without telling the firmware: no application is running"
            self.ledger.event(told, self.now_us)
            self._enter(SUSPENDING)
        self._control.send("suspend" if self._online else "suspend-untold")

    def _close_ddr(self) -> None:
        """Linux has suspended; if no step asked for it, a program inside did it by itself."""
        self._foreign = self.state not in (ASKING, SUSPENDING)
        if self._foreign:
            self.ledger.event(FOREIGN, self.now_us)
            self._sleep = OpenSleep(asked_us=self.now_us)
            self.ledger.sleeps.append(self._sleep)
            self._cause = "timer"
        assert self._sleep is not None
        self._going_down = False
        self._m33.set_reading(False)
        self._m33.set_ddr(True)
        self._sleep.closed_us = self.now_us
        self._sleep.used_closed = self.ledger.wire.used_slots()
        self._enter(ASLEEP)

    def _open_ddr(self, cause: str) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._sleep.opened_us = self.now_us
        self._sleep.used_opened = self.ledger.wire.used_slots()
        self._m33.set_ddr(False)
        self._m33.set_reading(not self._stalled)

    def _up(self) -> None:
        """The application, or Linux without it, goes on after a suspend."""
        self._enter(AWAKE if self._online else OFFLINE)
        if self._sleep is not None:
            self._sleep.up_us = self.now_us
            if self._cause == FIRMWARE and self._again_us is not None:
                self._alarms["again"] = (self.now_us + self._again_us, self._suspend_again)
        if self._recover_when_up:
            self._recover_when_up = False
            self._recover_soon()
        self._note_stream()
        waiting, self._when_up = self._when_up, []
        for call in waiting:
            call(self.now_us)
        wished_us, self._sleep_when_up = self._sleep_when_up, None
        if wished_us is not None and self._can_suspend:
            self._fall_asleep(wished_us)

    @property
    def _called_off_by(self) -> str:
        return "end" if self._cause == "end" else "abort"

    def _recover_soon(self) -> None:
        at_us = self.now_us + self._pace.recovery_us
        self._alarms["recover"] = (at_us, self._recover)

    def _recover(self) -> None:
        if self._asleep:
            self._recover_when_up = True
        else:
            self._online = False
            self._control.send("recover")
