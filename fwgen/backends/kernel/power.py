"""Power: the real Linux suspends and wakes up.

DDR is closed when the kernel has stopped its devices and waits, and open when it starts them again.
"""

from __future__ import annotations

from fwgen.backends.kernel.state import KernelState
from fwgen.backends.linux.base import FOREIGN
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING


class KernelWithPower(KernelState):
    """Times are microseconds of scenario time."""

    def _wake_later(self, now_us: int, after_us: int) -> None:
        self._control.send(f"alarm {after_us // 1_000_000}")
        if self._again_us is not None:
            self._alarms["last"] = (now_us + after_us, lambda at_us: self._end_nights())

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """As Linux.foreign_suspend."""
        if not self._is_up:
            self._ignore("foreign-suspend", now_us)
            return
        if wake_after_us is not None:
            self._control.send(f"alarm {wake_after_us // 1_000_000}")
        self._again_us = None
        self._control.send("suspend-untold")

    # ---------------------------------------------------------------------------- down and up again

    def _wake(self, cause: str, now_us: int) -> None:
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

    def _fall_asleep(self, now_us: int, wished_us: int) -> None:
        super()._fall_asleep(self.now_us, wished_us)

    def _ask(self, now_us: int) -> None:
        self._control.send("suspend")

    def _go_down(self, now_us: int) -> None:
        self._enter(SUSPENDING, now_us)
        self._control.send("suspend-untold")

    def _close_ddr(self) -> None:
        """Linux has suspended; if no step asked for it, a program inside did it by itself."""
        self._foreign = self.state not in (ASKING, SUSPENDING)
        if self._foreign:
            self.ledger.event(FOREIGN, self.now_us)
            self._begin_sleep(self.now_us)
        self._going_down = False
        self._m33.set_reading(False)
        self._ddr_closes(self.now_us)

    def _open_ddr(self, cause: str, now_us: int) -> None:
        self._ddr_opens(cause, now_us)
        self._m33.set_reading(not self._stalled)

    def _up(self) -> None:
        """The application, or Linux without it, goes on after a suspend."""
        now_us = self.now_us
        self._enter(AWAKE if self._online else OFFLINE, now_us)
        self._note_up(now_us)
        if self._recover_when_up:
            self._recover_when_up = False
            self._recover_soon()
        self._note_stream(now_us)
        self._do_what_waited(now_us)

    @property
    def _called_off_by(self) -> str:
        return "end" if self._cause == "end" else "abort"

    def _recover_soon(self) -> None:
        at_us = self.now_us + self._pace.recovery_us
        self._alarms["recover"] = (at_us, self._recover)

    def _recover(self, now_us: int) -> None:
        if self._asleep:
            self._recover_when_up = True
        else:
            self._online = False
            self._control.send("recover")
