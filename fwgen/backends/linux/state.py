"""What is true of Linux now: its states, its alarms, and which steps are possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fwgen.backends.application import Application
from fwgen.backends.idling import Idling
from fwgen.backends.ledger import Ledger, OpenSleep
from fwgen.backends.linux.pace import Pace
from fwgen.backends.linux.port import LinuxPort
from fwgen.peer.events import SuspendReady, SuspendRefused
from fwgen.record import ASKING, ASLEEP, AWAKE, OFFLINE, RESUMING, SUSPENDING

NEVER: Final = 1 << 62
FOREIGN: Final = "a program suspends Linux without telling the firmware"
_NOT_AGAIN: Final = {
    "unbind": "the device is already unbound",
    "bind": "the device is already bound",
    "crash-app": "the application is not running",
    "start-app": "the application is already running",
}


def why_ignored(step: str, sense: bool, stays: bool, why_not: str) -> str | None:
    """Return why Linux, emulated or real, ignores a step; None: it does not.

    `sense`: whether the step changes anything now; `stays`: Linux neither sleeps nor boots;
    `why_not`: the reason if it does."""
    if not sense:
        return _NOT_AGAIN.get(step, why_not)
    return None if stays else why_not


class LinuxState:
    """The base of Linux."""

    def __init__(
        self,
        port: LinuxPort,
        ledger: Ledger,
        spec_hash: bytes,
        pace: Pace | None = None,
        holds_latency: bool = True,
    ) -> None:
        """`holds_latency`: while the application runs, it holds /dev/cpu_dma_latency, so that an
        idle Linux does not close DDR."""
        self.port = port
        self.ledger = ledger
        self.pace = pace or Pace()
        self.holds_latency = holds_latency
        self.state = OFFLINE
        """One of record.BAND_STATES."""
        self._app = Application(
            ledger, spec_hash, self.pace, self._write, self._on_power, self._on_moment
        )
        self._idling = Idling(self.port.set_idle, self.pace.idle)
        self._latency_held = False
        self._tty = b""  # received; the application has not read it yet
        self._alarms: dict[str, tuple[int, Callable[[int], None]]] = {}
        self._sleep: OpenSleep | None = None
        self._sleep_when_up: int | None = None  # when the next suspend was requested
        self._again_us: int | None = None  # awake for so long after the firmware's calls
        self._recover_when_up = False
        self._when_up: list[Callable[[int], None]] = []
        self._app_alive = True
        self._bound = True
        self._rebooting = False
        self._silent = False  # the firmware does not run
        self._loads = False  # the next link loads the firmware and starts the M33
        self._recovery_us = self.pace.recovery_us
        self._crashes_when = ""  # the next of application.MOMENTS at which the application dies
        self._most_bytes = 0  # that the tty takes at once, while writes are short
        self._cuts = False  # the tty takes half of the next write, then the application hangs
        self._hangs = False  # the application, in write(2)
        self._stolen = False  # another program got the last bytes of the tty
        self._foreign = False  # nobody told firmware and application of this suspend
        self._steady_us = -NEVER  # until then messages may be late

    def _write(self, data: bytes) -> int:
        """Write what the application has for the tty; return the number of bytes accepted."""
        raise NotImplementedError

    def _on_power(self, event: SuspendReady | SuspendRefused, now_us: int) -> None:
        """The firmware has answered SLEEP."""
        raise NotImplementedError

    def _on_moment(self, moment: str, now_us: int) -> None:
        """The application has reached one of application.MOMENTS."""
        raise NotImplementedError

    @property
    def _app_runs(self) -> bool:
        return self.state in (AWAKE, ASKING) and not self._hangs

    @property
    def _no_application(self) -> bool:
        """Whether no application runs that would ask the firmware for sleep."""
        return not (self._app_alive and self._bound)

    @property
    def _asleep(self) -> bool:
        """Whether Linux is asleep, suspends or resumes: no process runs."""
        return self.state in (SUSPENDING, ASLEEP, RESUMING)

    @property
    def _can_suspend(self) -> bool:
        if self.state in (AWAKE, RESUMING):
            return self._app.online or self._no_application
        return self.state == OFFLINE and not self._rebooting

    @property
    def _why_not(self) -> str:
        if self.state == ASKING:
            return "Linux is asking the firmware for sleep"
        return "Linux is rebooting" if self._rebooting else f"Linux is {self.state}"

    def _cannot(self, what: str, now_us: int, sense: bool) -> bool:
        """Ignore a step that is not possible while Linux sleeps or boots, or a second time."""
        self._idling.act(now_us)
        stays = self.state in (AWAKE, OFFLINE) and not self._rebooting
        reason = why_ignored(what, sense, stays, self._why_not)
        if reason is not None:
            self.ledger.ignore(what, reason, now_us)
        return reason is not None

    def _note_stream(self, now_us: int) -> None:
        runs = (
            self.state == AWAKE
            and self._app.online
            and not self._alarms.keys() & {"stall", "refuse", "hang"}
            and now_us >= self._steady_us
        )
        takes = not self._silent and self._app.spec == "own"
        self.ledger.stream(runs and takes, now_us)

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
