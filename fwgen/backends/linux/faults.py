"""What a scenario does to the application, the tty and the firmware."""

from __future__ import annotations

from typing import Final

from fwgen.backends.application import MOMENTS
from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.linux.effects import REFUSE, SHORT, STALL, STEAL
from fwgen.backends.linux.power import LinuxWithPower
from fwgen.backends.outages import STOPPED
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING
from fwgen.wire.messages import Wake, encode

_NO_ID: Final = 0xFFFF_FFFF


class LinuxWithFaults(LinuxWithPower):
    """Times are microseconds of scenario time."""

    def crash_app(self, now_us: int, when: str = "now") -> None:
        """`when`: now, or the next of application.MOMENTS."""
        if self._cannot("crash-app", now_us, self._app_alive):
            return
        if when == "now":
            self._die(now_us)
        elif self._crashes_when:
            reason = f"it is to crash already: {MOMENTS[self._crashes_when]}"
            self.ledger.ignore("crash-app", reason, now_us)
        else:
            self._crashes_when = when

    def _on_moment(self, moment: str, now_us: int) -> None:
        """The application dies at this instant, before it does anything else."""
        if moment == self._crashes_when:
            self._crashes_when = ""
            self._alarms["crash"] = (now_us, self._die)
            self.ledger.event(f"the application crashes: {MOMENTS[moment]}", now_us)

    def _die(self, now_us: int) -> None:
        self._app_alive = False
        self._drop_app()
        if self.state == ASKING:
            self._call_off("abort", now_us)
        else:
            self._enter(OFFLINE, now_us)

    def start_app(self, now_us: int, spec: str = "own") -> None:
        """`spec`: "other": it was made for another spec."""
        if self._asleep:
            self._when_up.append(lambda up_us: self.start_app(up_us, spec))
        elif not self._cannot("start-app", now_us, not self._app_alive):
            self._app_alive = True
            self._app.spec = spec
            self._enter(AWAKE, now_us)
            if self.port.has_tty():
                self._start_session(now_us)

    # ------------------------------------------------------------------------------------------ tty

    def stall(self, now_us: int, for_us: int) -> None:
        self._idling.act(now_us)
        if self.state in (ASLEEP, RESUMING) or self._rebooting:  # it begins to read when it is up
            self._ignore("stall-linux", now_us)
            return
        if self._stalls_so(now_us, now_us + for_us):
            return
        self.port.set_reading(False)
        self.ledger.stream(False, now_us)
        self._alarms["stall"] = (now_us + for_us, self._end_stall)

    def _end_stall(self, now_us: int) -> None:
        if self.state not in (ASLEEP, RESUMING):
            self.port.set_reading(True)
            self._note_stream(now_us)

    def refuse_writes(self, now_us: int, for_us: int) -> None:
        """The tty accepts nothing for this long; what the application writes waits."""
        self._idling.act(now_us)
        self.ledger.stream(False, now_us)
        self._effects.begin(REFUSE, now_us)
        self._alarms["refuse"] = (now_us + for_us, self._end_refusal)
        if self._app_runs:
            self._app.write(b"", now_us)  # what waits since an earlier refusal waits longer

    def _end_refusal(self, now_us: int) -> None:
        self._effects.end(REFUSE)
        self._accept_writes(now_us)

    def _accept_writes(self, now_us: int) -> None:
        if self._app_runs:
            self._app.write(b"", now_us)
            self._note_stream(now_us)

    def short_writes(self, now_us: int, for_us: int, most_bytes: int) -> None:
        """The tty takes at most so many bytes of a write; the application writes the rest later."""
        self._idling.act(now_us)
        self._most_bytes, self._short_us = most_bytes, now_us
        self._effects.begin(SHORT, now_us)
        self._alarms["short"] = (now_us + for_us, self._end_short)
        self._write_more(now_us)

    def _end_short(self, now_us: int) -> None:
        self._effects.end(SHORT)
        self._accept_writes(now_us)

    def _write_more(self, now_us: int) -> None:
        if self._app_runs:
            self._app.write(b"", now_us)

    def _on_rest(self, now_us: int) -> None:
        if "short" in self._alarms:
            retry_us = self.pace.retry_us
            at_us = now_us + retry_us - (now_us - self._short_us) % retry_us
            self._alarms["write"] = (at_us, self._write_more)

    def stall_writes(self, now_us: int, for_us: int) -> None:
        """The tty takes half of the next write. The application hangs in it until the end."""
        self._idling.act(now_us)
        self.ledger.stream(False, now_us)
        self._cuts = True
        self._effects.begin(STALL, now_us)
        if self._hangs:
            self._effects.seen(STALL)  # another end than that of the step before
        self._alarms["hang"] = (now_us + for_us, self._end_hang)

    def _end_hang(self, now_us: int) -> None:
        self._cuts = self._hangs = False
        self._effects.end(STALL)
        self._accept_writes(now_us)
        self._read_soon(now_us)
        wished_us = self._sleep_when_up
        if wished_us is not None and self.state == AWAKE and self._can_suspend:
            self._sleep_when_up = None
            self._fall_asleep(now_us, wished_us)

    def steal_reads(self, now_us: int, for_us: int) -> None:
        """Another program reads the tty as well: it gets every other read."""
        self._idling.act(now_us)
        self._stolen = False
        self._effects.begin(STEAL, now_us)
        self._alarms["thief"] = (now_us + for_us, self._end_theft)
        self.disturbed(now_us, now_us + for_us + SILENCE_US)

    def _end_theft(self, now_us: int) -> None:
        self._effects.end(STEAL)
        self._note_stream(now_us)

    def write_to_tty(self, now_us: int, data: bytes) -> None:
        """Another program writes to the tty."""
        if not self._cannot("write-to-tty", now_us, self.port.has_tty()):
            self.ledger.event("another program writes to the tty", now_us)
            self.port.write(data)

    def send_wake(self, now_us: int) -> None:
        if not self._cannot("send-wake", now_us, self.state == AWAKE):
            self.ledger.event("WAKE sent without an earlier SLEEP", now_us)
            wake = Wake(_NO_ID, self.processed_seq or 0)
            self.ledger.wire.went(wake, now_us)
            self._app.write(encode(wake), now_us)

    # --------------------------------------------------------------------------- firmware, its link

    def unbind(self, now_us: int) -> None:
        if self._cannot("unbind", now_us, self._bound):
            return
        self._bound = False
        self._drop_app()
        self._alarms.pop("recover", None)
        self.port.set_link(False)
        self._enter(OFFLINE, now_us)

    def bind(self, now_us: int) -> None:
        if self._asleep:
            self._when_up.append(self.bind)
        elif not self._cannot("bind", now_us, not self._bound):
            self._bound = True
            self._attach(now_us)

    def firmware_silent(self, now_us: int) -> None:
        """The firmware does not run, and Linux does not know it."""
        self._silent = True
        self.ledger.stream(False, now_us)

    def firmware_restarted(self, now_us: int, takes_us: int | None = None) -> None:
        """The M33 was reset: the rings are not usable until remoteproc has loaded it again. Linux
        learns of it now, or when it is awake again; takes_us later it starts the firmware."""
        self.firmware_silent(now_us)
        self._recovery_us = self.pace.recovery_us if takes_us is None else takes_us
        self.port.firmware_down()
        self._loads = True
        if not self._bound or self._rebooting:
            return
        if self._asleep:
            self._recover_when_up = True
        else:
            self._alarms["recover"] = (now_us + self._recovery_us, self._attach)

    def restart_firmware(self, now_us: int) -> None:
        """Stop the M33 and start it again."""
        if not self._cannot("restart-firmware", now_us, self._bound):
            self.ledger.stream(False, now_us)
            self.ledger.stopped("remoteproc", now_us)
            self.ledger.event(STOPPED["remoteproc"], now_us)
            self.port.firmware_down()
            self._loads = True
            self._alarms.pop("recover", None)
            self._attach(now_us)
