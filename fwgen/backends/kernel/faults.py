"""What a scenario does to the real Linux: reboots, faults of its driver and its tty."""

from __future__ import annotations

from fwgen.backends.kernel.application import KernelWithApplication
from fwgen.backends.kernel.calendar import LONG_AGO_US
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING


class KernelWithFaults(KernelWithApplication):
    """Times are microseconds of scenario time."""

    def boot(self, starts_us: int = LONG_AGO_US) -> None:
        """Start Linux at the present time, and its application not before `starts_us`."""
        self._starts_us = starts_us
        self._bound = True
        self._alive = True
        self.release = ""
        self._uml.start()
        self.calendar.expect()
        self._m33.set_ddr(False)
        self._m33.set_reading(True)

    def reboot(self, now_us: int, takes_us: int) -> None:
        self._read_journal(rang=False)
        self._uml.end()
        self._alive = self._online = self._app_alive = False
        self.calendar.drop()
        self.device.drop()
        self._control.drop()
        self._m33.set_reading(False)
        self._m33.go_down()
        self._forget_alarms()
        if self._sleep is not None and self.state == ASKING and self._cause != "timer":
            self._sleep.cause, self._sleep.up_us = self._called_off_by, now_us
        if self._sleep is not None and self.state == ASLEEP:
            self._alarms["ddr"] = (
                now_us + max(0, takes_us - self._pace.reboot_ddr_us),
                lambda at_us: self._open_ddr("reboot", at_us),
            )
        self._enter(OFFLINE, self.now_us)
        self._alarms["boot"] = (now_us + takes_us, self._boot_again)

    def _boot_again(self, now_us: int) -> None:
        self._end_boot(now_us)
        self._stalled = False
        self._offset_ns = 0
        self.boot()

    # ------------------------------------------------------------------------------- driver and tty

    def unbind(self, now_us: int) -> None:
        if not self._cannot("unbind", now_us, self._bound):
            self._bound = self._online = False
            self._alarms.pop("recover", None)
            self._control.send("unbind")
            self._enter(OFFLINE, self.now_us)

    def bind(self, now_us: int) -> None:
        if self._asleep:
            self._when_up.append(self.bind)
        elif not self._cannot("bind", now_us, not self._bound):
            self._bound = True
            self._control.send("bind")

    def stall(self, now_us: int, for_us: int) -> None:
        """No interrupt of the firmware reaches Linux."""
        if self._stalls_so(now_us, now_us + for_us):
            return
        self._stalled = True
        self._m33.set_reading(False)
        self.ledger.stream(False, now_us)
        self._alarms["stall"] = (now_us + for_us, self._end_stall)

    def _end_stall(self, now_us: int) -> None:
        self._stalled = False
        if self.state not in (ASLEEP, RESUMING):
            self._m33.set_reading(True)
            self._note_stream(now_us)

    def send_wake(self, now_us: int) -> None:
        if not self._cannot("send-wake", now_us, self.state == AWAKE):
            self.ledger.event("WAKE sent without an earlier SLEEP", now_us)
            self._control.send(f"send-wake {self.processed_seq or 0}")

    def write_to_tty(self, now_us: int, data: bytes) -> None:
        """As Linux.write_to_tty."""
        if not self._cannot("write-to-tty", now_us, self._bound):
            self.ledger.event("another program writes to the tty", now_us)
            self._control.send(f"write-tty {data.hex()}")

    def firmware_restarted(self, now_us: int) -> None:
        """The M33 was reset: the rings are not usable until remoteproc attaches it again."""
        self.ledger.stream(False, now_us)
        if not self._bound or self._rebooting:
            return
        if self._asleep:
            self._recover_when_up = True
        else:
            self._recover_soon()
