"""Power: the emulated Linux suspends, wakes up and idles."""

from __future__ import annotations

from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.linux.application import LinuxWithApplication
from fwgen.backends.linux.base import FOREIGN
from fwgen.peer.events import SuspendReady, SuspendRefused
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING
from fwgen.words import count


class LinuxWithPower(LinuxWithApplication):
    """Times are microseconds of scenario time."""

    def _wake_later(self, now_us: int, after_us: int) -> None:
        name = "timer" if self._again_us is None else "last"
        self._alarms[name] = (now_us + after_us, self._time_is_over)

    def foreign_suspend(self, now_us: int, wake_after_us: int | None) -> None:
        """Another program suspends Linux; nobody asks the firmware, and the application is frozen
        in whatever it does."""
        if not self._is_up:
            self._ignore("foreign-suspend", now_us)
            return
        self._stop_idling(now_us)
        if wake_after_us is not None:
            at_us = now_us + wake_after_us
            self._alarms["timer"] = (at_us, lambda at_us: self._wake("timer", at_us))
        self._end_nights()
        self._foreign = True
        self._begin_sleep(now_us)
        self.ledger.event(FOREIGN, now_us)
        self._go_down(now_us)

    def _time_is_over(self, now_us: int) -> None:
        self._end_nights()
        self._wake("timer", now_us)

    # ---------------------------------------------------------------------------- down and up again

    def _fall_asleep(self, now_us: int, wished_us: int) -> None:
        self._stop_idling(now_us)
        super()._fall_asleep(now_us, wished_us)

    def _ask(self, now_us: int) -> None:
        self._app.suspend(now_us)

    def _on_power(self, event: SuspendReady | SuspendRefused, now_us: int) -> None:
        if isinstance(event, SuspendReady):
            if self.state == ASKING and self._sleep is not None:
                self._sleep.ack_ms = (event.acknowledged_us - event.asked_us) / 1e3
                self._sleep.other_spec = self._app.spec != "own"
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
        self.port.set_reading(False)
        self._ddr_closes(now_us)

    def _set_ddr(self, closed: bool) -> None:
        self.port.set_ddr(closed)

    def _wake(self, cause: str, now_us: int) -> None:
        if self.state == ASLEEP:
            self._ddr_opens(cause, now_us)
            self._come_up(self.pace.resume_us, now_us)
        elif self.state in (ASKING, SUSPENDING):
            self._call_off("end" if cause == "end" else "abort", now_us)
        elif self.state == RESUMING:
            self._sleep_when_up = None

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
        self.port.set_reading("stall" not in self._alarms)  # it goes on
        self._enter(OFFLINE if self._no_application else AWAKE, now_us)
        self._note_up(now_us)
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
        self._do_what_waited(now_us)

    # --------------------------------------------------------------------------------------- idling

    def idle(self, now_us: int, for_us: int, held: bool) -> None:
        """Linux only idles. `held`: the peer may hold /dev/cpu_dma_latency."""
        if not self._is_up:
            self._ignore("idle-ddr", now_us)
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
        times = count(self._idling.count, "time") if self._idling.count else "never"
        self._idling.end()
        self.ledger.event(f"Linux no longer idles; DDR entered self-refresh {times}", now_us)
