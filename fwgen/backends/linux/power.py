"""Power: the emulated Linux suspends, wakes up and idles."""

from __future__ import annotations

from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.ledger import OpenSleep
from fwgen.backends.linux.application import LinuxWithApplication
from fwgen.backends.linux.state import FOREIGN
from fwgen.peer.called import FIRMWARE
from fwgen.peer.events import SuspendReady, SuspendRefused
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING


class LinuxWithPower(LinuxWithApplication):
    """Times are microseconds of scenario time."""

    def suspend(self, now_us: int, wake_after_us: int | None, again_us: int | None = None) -> None:
        """`again_us`: how long Linux is awake after each wake-up by the firmware."""
        if not self._can_suspend:
            self.ledger.ignore("suspend", self._why_not, now_us)
            return
        self._end_nights()
        self._again_us = again_us
        if wake_after_us is not None:
            name = "timer" if again_us is None else "last"
            self._alarms[name] = (now_us + wake_after_us, self._time_is_over)
        self._suspend(now_us)

    def _suspend(self, now_us: int) -> None:
        if self.state == RESUMING or self._hangs:
            self._sleep_when_up = now_us
        else:
            self._fall_asleep(now_us, now_us)

    def _suspend_again(self, now_us: int) -> None:
        if self._can_suspend:
            self._suspend(now_us)
        else:
            self.ledger.ignore("suspend", self._why_not, now_us)

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """Another program suspends Linux; nobody asks the firmware, and the application is frozen
        in whatever it does."""
        if self.state not in (AWAKE, OFFLINE) or self._rebooting:
            self.ledger.ignore("foreign-suspend", self._why_not, now_us)
            return
        self._stop_idling(now_us)
        if wake_after_us is not None:
            at_us = now_us + wake_after_us
            self._alarms["timer"] = (at_us, lambda at_us: self._wake("timer", at_us))
        self._end_nights()
        self._foreign = True
        self._sleep = OpenSleep(asked_us=now_us)
        self.ledger.sleeps.append(self._sleep)
        self.ledger.event(FOREIGN, now_us)
        self._go_down(now_us)

    def resume(self, now_us: int) -> None:
        if self.state in (AWAKE, OFFLINE) and self._sleep_when_up is not None:
            self._sleep_when_up = None  # the application that was to ask for sleep hangs
        elif self.state in (AWAKE, OFFLINE):
            self.ledger.ignore("resume", self._why_not, now_us)
        else:
            self._end_nights()
            self._wake("user", now_us)

    def _end_nights(self) -> None:
        """Linux does not suspend again by itself."""
        self._again_us = None
        self._alarms.pop("again", None)
        self._alarms.pop("last", None)

    def _time_is_over(self, now_us: int) -> None:
        self._end_nights()
        self._wake("timer", now_us)

    # ---------------------------------------------------------------------------- down and up again

    def _fall_asleep(self, now_us: int, wished_us: int) -> None:
        self._stop_idling(now_us)
        self._sleep = OpenSleep(asked_us=wished_us)
        self.ledger.sleeps.append(self._sleep)
        if self._app.online:
            self._enter(ASKING, now_us)
            self._app.suspend(now_us)
        else:
            told = "Linux suspends without telling the firmware: no application is running"
            self.ledger.event(told, now_us)
            self._go_down(now_us)

    def _on_power(self, event: SuspendReady | SuspendRefused, now_us: int) -> None:
        if isinstance(event, SuspendReady):
            if self.state == ASKING and self._sleep is not None:
                self._sleep.ack_ms = (event.acknowledged_us - event.asked_us) / 1e3
                self._go_down(now_us)
            return
        if self.state == ASKING:  # else Linux itself has called it off
            self.ledger.event(f"suspend refused: {event.reason}", now_us)
            self._call_off("refused", now_us)

    def _go_down(self, now_us: int) -> None:
        if self._alarms.pop("recover", None):
            self._recover_when_up = True
        self._enter(SUSPENDING, now_us)
        self._alarms["close"] = (now_us + self.pace.suspend_us, self._close_ddr)

    def _close_ddr(self, now_us: int) -> None:
        assert self._sleep is not None
        self.port.set_reading(False)
        self.port.set_ddr(True)
        self._sleep.closed_us = now_us
        self._sleep.used_closed = self.ledger.wire.used_slots()
        self._enter(ASLEEP, now_us)

    def _wake(self, cause: str, now_us: int) -> None:
        if self.state == ASLEEP:
            self._open_ddr(cause, now_us)
            self._come_up(self.pace.resume_us, now_us)
        elif self.state in (ASKING, SUSPENDING):
            self._call_off("end" if cause == "end" else "abort", now_us)
        elif self.state == RESUMING:
            self._sleep_when_up = None

    def _open_ddr(self, cause: str, now_us: int) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._sleep.opened_us = now_us
        self._sleep.used_opened = self.ledger.wire.used_slots()
        self.port.set_ddr(False)

    def _call_off(self, cause: str, now_us: int) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._alarms.pop("close", None)
        self._alarms.pop("timer", None)
        if self.state == ASKING:
            self._up(now_us)
        else:
            self._come_up(self.pace.undo_us, now_us)

    def _come_up(self, after_us: int, now_us: int) -> None:
        self._alarms.pop("timer", None)
        self._enter(RESUMING, now_us)
        self._alarms["up"] = (now_us + after_us, self._up)

    def _up(self, now_us: int) -> None:
        self.port.set_reading(True)
        self._enter(OFFLINE if self._no_application else AWAKE, now_us)
        if self._sleep is not None:
            self._sleep.up_us = now_us
            if self._sleep.cause == FIRMWARE and self._again_us is not None:
                self._alarms["again"] = (now_us + self._again_us, self._suspend_again)
        if self._foreign:
            self._foreign = False
            self.disturbed(now_us, now_us + SILENCE_US)
        else:
            self._app.resume(now_us)  # also if the firmware has restarted: nothing tells it
        if self._recover_when_up:
            self._recover_when_up = False
            self._alarms["recover"] = (now_us + self._recovery_us, self._attach)
        else:
            self._read_soon(now_us)
            self._note_stream(now_us)
        waiting, self._when_up = self._when_up, []
        for call in waiting:
            call(now_us)
        wished_us, self._sleep_when_up = self._sleep_when_up, None
        if wished_us is not None and self._can_suspend:
            self._fall_asleep(now_us, wished_us)

    # --------------------------------------------------------------------------------------- idling

    def idle(self, now_us: int, for_us: int, held: bool) -> None:
        """Linux only idles. `held`: the peer may hold /dev/cpu_dma_latency."""
        if self._rebooting or self.state not in (AWAKE, OFFLINE):
            self.ledger.ignore("idle-ddr", self._why_not, now_us)
            return
        self._latency_held = held and self.holds_latency
        may = "the peer holds" if self._ddr_is_held else "no process holds"
        self.ledger.event(f"Linux idles, and {may} /dev/cpu_dma_latency", now_us)
        self._idling.begin(now_us, now_us + for_us)

    @property
    def _ddr_is_held(self) -> bool:
        return self._latency_held and self.state in (AWAKE, ASKING)

    def _poll_idle(self, now_us: int) -> None:
        lasted = self._idling.lasts
        self._idling.poll(now_us, may_close=not self._ddr_is_held)
        if lasted and not self._idling.lasts:
            self._end_idling(now_us)

    def _stop_idling(self, now_us: int) -> None:
        if self._idling.lasts:
            self._end_idling(now_us)

    def _end_idling(self, now_us: int) -> None:
        times = f"{self._idling.count} times" if self._idling.count else "never"
        self._idling.end()
        self.ledger.event(f"Linux no longer idles; DDR entered self-refresh {times}", now_us)
