"""What the emulated Linux and the real one have in common: which steps are possible, what a step
to suspend or to wake up does first, and how a sleep is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fwgen.backends.ledger import Ledger
from fwgen.backends.sleeps import OpenSleep
from fwgen.peer.called import FIRMWARE
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING

NEVER: Final = 1 << 62
FOREIGN: Final = "a program suspends Linux without telling the firmware"
_UNTOLD: Final = "Linux suspends without telling the firmware: no application is running"
_NOT_AGAIN: Final = {
    "unbind": "the device is already unbound",
    "bind": "the device is already bound",
    "crash-app": "the application is not running",
    "start-app": "the application is already running",
}


class LinuxBase:
    """The base of Linux and of KernelLinux. Times are microseconds of scenario time."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.state = OFFLINE
        """One of record.BAND_STATES."""
        self._alarms: dict[str, tuple[int, Callable[[int], None]]] = {}
        self._sleep: OpenSleep | None = None
        self._sleep_when_up: int | None = None  # when the next suspend was requested
        self._again_us: int | None = None  # awake for so long after the firmware's calls
        self._when_up: list[Callable[[int], None]] = []
        self._recover_when_up = False
        self._app_alive = False
        self._hangs = False  # the application, in write(2)
        self._bound = True
        self._foreign = False  # nobody told firmware and application of this suspend
        self._stall_us = (-NEVER, -NEVER)  # begin and end of the last one
        self._steady_us = -NEVER  # until then messages may be late

    # ------------------------------------------------------------------- what each Linux provides

    def _is_online(self) -> bool:
        """Whether the application has a session with the firmware."""
        raise NotImplementedError

    def _notice(self, now_us: int) -> None:
        """A step is about to act on Linux."""

    def _wake_later(self, now_us: int, after_us: int) -> None:
        """Set the timer of a step to suspend; with `_again_us` it also ends the series of
        sleeps."""
        raise NotImplementedError

    def _ask(self, now_us: int) -> None:
        """Let the application ask the firmware for sleep."""
        raise NotImplementedError

    def _go_down(self, now_us: int) -> None:
        """Suspend."""
        raise NotImplementedError

    def _wake(self, cause: str, now_us: int) -> None:
        """Wake Linux up, or call the suspend off."""
        raise NotImplementedError

    def _set_ddr(self, closed: bool) -> None:
        """Close DDR, or open it."""
        raise NotImplementedError

    def _note_stream(self, now_us: int) -> None:
        """Tell the ledger whether Linux reads everything and its application runs."""
        raise NotImplementedError

    @property
    def starts_to_come(self) -> int:
        """How many starts of the firmware the application must have heard of at the end of the run:
        one more if the M33 is down, and Linux is about to start it."""
        return len(self.ledger.starts) + (self.ledger.is_down and self._recovers)

    @property
    def _recovers(self) -> bool:
        return "recover" in self._alarms or self._recover_when_up

    # -------------------------------------------------------------------------- which steps it can

    @property
    def _rebooting(self) -> bool:
        return "boot" in self._alarms

    @property
    def _no_application(self) -> bool:
        """Whether no application runs that would ask the firmware for sleep."""
        return not (self._app_alive and self._bound)

    @property
    def _asleep(self) -> bool:
        """Whether Linux is asleep, suspends or resumes: no process runs."""
        return self.state in (SUSPENDING, ASLEEP, RESUMING)

    @property
    def _is_up(self) -> bool:
        """Whether Linux neither sleeps, nor is about to, nor boots."""
        return self.state in (AWAKE, OFFLINE) and not self._rebooting

    @property
    def _can_suspend(self) -> bool:
        if self.state in (AWAKE, RESUMING):
            return self._is_online() or self._no_application
        return self._is_up

    @property
    def _why_not(self) -> str:
        if self.state == ASKING:
            return "Linux is asking the firmware for sleep"
        return "Linux is rebooting" if self._rebooting else f"Linux is {self.state}"

    def _ignore(self, step: str, now_us: int) -> None:
        self.ledger.ignore(step, self._why_not, now_us)

    def _cannot(self, step: str, now_us: int, sense: bool) -> bool:
        """Ignore a step that is not possible while Linux sleeps or boots, or that changes nothing
        now (`sense` is false); return whether it was ignored."""
        self._notice(now_us)
        if sense and self._is_up:
            return False
        reason = self._why_not if sense else _NOT_AGAIN.get(step, self._why_not)
        self.ledger.ignore(step, reason, now_us)
        return True

    def _stalls_so(self, now_us: int, until_us: int) -> bool:
        """Ignore a stall that begins and ends as the last one does; return whether it was
        ignored."""
        if (now_us, until_us) == self._stall_us:
            self.ledger.ignore("stall-linux", "Linux already reads nothing until then", now_us)
            return True
        self._stall_us = (now_us, until_us)
        return False

    def stale_doorbell(self, now_us: int, ring: str) -> bool:
        """Return whether a doorbell can arrive now. A doorbell of Linux takes at most the guard
        time, so a doorbell for a message cannot arrive between the request to suspend and the
        closing of DDR."""
        self._notice(now_us)
        if ring == "vq1" and self.state in (ASKING, SUSPENDING):
            reason = f"no doorbell of Linux can arrive while Linux is {self.state}"
            self.ledger.ignore("stale-doorbell", reason, now_us)
            return False
        return True

    # --------------------------------------------------------------------------- suspend and resume

    def suspend(self, now_us: int, wake_after_us: int | None, again_us: int | None = None) -> None:
        """`again_us`: how long Linux is awake after each wake-up by the firmware."""
        if not self._can_suspend:
            self._ignore("suspend", now_us)
            return
        self._end_nights()
        self._again_us = again_us
        if wake_after_us is not None:
            self._wake_later(now_us, wake_after_us)
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
            self._ignore("suspend", now_us)

    def resume(self, now_us: int) -> None:
        if self.state in (AWAKE, OFFLINE) and self._sleep_when_up is not None:
            self._sleep_when_up = None  # the application that was to ask for sleep hangs
        elif self.state in (AWAKE, OFFLINE) or self._resumes_already:
            self._ignore("resume", now_us)
        else:
            self._end_nights()
            self._wake("user", now_us)

    @property
    def _resumes_already(self) -> bool:
        """Whether Linux comes up, and stays."""
        again = self._sleep_when_up is not None or self._again_us is not None
        return self.state == RESUMING and not again

    def _end_nights(self) -> None:
        """Linux does not suspend again by itself."""
        self._again_us = None
        self._alarms.pop("again", None)
        self._alarms.pop("last", None)

    def _fall_asleep(self, now_us: int, wished_us: int) -> None:
        self._begin_sleep(wished_us)
        if self._is_online():
            self._enter(ASKING, now_us)
            self._ask(now_us)
        else:
            self.ledger.event(_UNTOLD, now_us)
            self._go_down(now_us)

    def _begin_sleep(self, asked_us: int) -> None:
        self._sleep = OpenSleep(asked_us=asked_us)
        self.ledger.sleeps.append(self._sleep)

    def _ddr_closes(self, now_us: int) -> None:
        assert self._sleep is not None
        self._set_ddr(closed=True)
        self._sleep.closed_us = now_us
        self._sleep.used_closed = self.ledger.wire.used_slots()
        self._enter(ASLEEP, now_us)

    def _ddr_opens(self, cause: str, now_us: int) -> None:
        assert self._sleep is not None
        self._sleep.cause = cause
        self._sleep.opened_us = now_us
        self._sleep.used_opened = self.ledger.wire.used_slots()
        self._set_ddr(closed=False)

    def _note_up(self, now_us: int) -> None:
        """A suspend has ended, or was called off; start the next one if it belongs to a series."""
        if self._sleep is not None:
            self._sleep.up_us = now_us
            if self._sleep.cause == FIRMWARE and self._again_us is not None:
                self._alarms["again"] = (now_us + self._again_us, self._suspend_again)

    def _do_what_waited(self, now_us: int) -> None:
        """Do the steps that waited for Linux to be up."""
        waiting, self._when_up = self._when_up, []
        for call in waiting:
            call(now_us)
        wished_us, self._sleep_when_up = self._sleep_when_up, None
        if wished_us is not None and self._can_suspend:
            self._fall_asleep(now_us, wished_us)

    # -------------------------------------------------------------------------- states and messages

    def _enter(self, state: str, now_us: int) -> None:
        self.state = state
        if state != AWAKE:
            self.ledger.stream(False, now_us)
        self.ledger.state(state, now_us)

    def _forget_alarms(self) -> None:
        steady = self._alarms.get("steady")  # it is not Linux's own
        self._alarms.clear()
        if steady is not None:
            self._alarms["steady"] = steady

    def disturbed(self, now_us: int, until_us: int) -> None:
        """A fault between firmware and application delays messages: samples may be late until
        then."""
        self.ledger.stream(False, now_us)
        self._steady_us = max(self._steady_us, until_us)
        self._alarms["steady"] = (self._steady_us, self._note_stream)

    def _end_boot(self, now_us: int, cause: str = "reboot") -> None:
        """Linux has booted again; forget what was to happen before."""
        if self._sleep is not None and self._sleep.up_us is None:
            self._sleep.cause = cause
            self._sleep.up_us = now_us
        self._when_up.clear()
        self._sleep_when_up = None
        self._recover_when_up = False
