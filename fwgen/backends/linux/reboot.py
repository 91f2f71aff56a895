"""Linux or the whole board is reset, and boots again."""

from __future__ import annotations

from fwgen.backends.linux.faults import LinuxWithFaults
from fwgen.record import ASLEEP, OFFLINE


class LinuxWithReboot(LinuxWithFaults):
    """Times are microseconds of scenario time."""

    def boot(self, now_us: int) -> None:
        """Linux is up for the first time and starts the firmware's virtio device."""
        self.port.set_ddr(False)
        self.port.set_reading(True)
        self._attach(now_us)

    def reboot(self, now_us: int, takes_us: int) -> None:
        self._stop_idling(now_us)
        self._drop_app()
        self.port.set_reading(False)
        self.port.go_down()
        self._forget_alarms()
        if self._sleep is not None and self.state == ASLEEP:
            self._alarms["ddr"] = (
                now_us + max(0, takes_us - self.pace.reboot_ddr_us),
                lambda at_us: self._ddr_opens("reboot", at_us),
            )
        self._enter(OFFLINE, now_us)
        self._alarms["boot"] = (now_us + takes_us, self._reboot_done)

    def _reboot_done(self, now_us: int, cause: str = "reboot", runs_app: bool = True) -> None:
        self._end_boot(now_us, cause)
        self._app_alive, self._bound = runs_app, True
        self._app.spec = "own"
        self.boot(now_us)

    def restart(self, now_us: int, takes_us: int, app_us: int) -> None:
        """The board is reset or has lost its power: Linux boots and loads the firmware after
        takes_us; the application starts app_us later."""
        self._stop_idling(now_us)
        self._drop_app()
        self.port.set_reading(False)
        if self.state == ASLEEP:
            self._ddr_opens("restart", now_us)
        self.port.board_down()
        self._loads = True
        self._forget_alarms()
        self._enter(OFFLINE, now_us)

        def up(at_us: int) -> None:
            self._reboot_done(at_us, "restart", runs_app=not app_us)
            if app_us:
                self._alarms["app"] = (at_us + app_us, self.start_app)

        self._alarms["boot"] = (now_us + takes_us, up)
