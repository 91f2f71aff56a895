"""From a request to suspend to the record of the sleep.

The session decides when Linux may suspend; a `Suspender` suspends it and returns when it is up
again. Each request ends in one outcome.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from fwgen.peer.called import call_source
from fwgen.peer.events import (
    Called,
    Event,
    Online,
    Resumed,
    SpecMismatch,
    StatusReceived,
    SuspendReady,
    SuspendRefused,
)
from fwgen.service.dating import MOST_DELAY_US
from fwgen.service.power.sysfs import Slept
from fwgen.service.system_clock import utc_us
from fwgen.wire.messages import Call, Status

ALLOW: Final = "allow"
AWAKE: Final = "awake"
ASKING: Final = "asking"
"""The firmware is asked."""
ASLEEP: Final = "asleep"
"""The firmware has agreed: Linux suspends, or is suspended."""
REPORT_S: Final = 10.0
"""A sleep is reported at the latest so long after it."""


class Suspender(Protocol):
    def suspend(self) -> Slept:
        """Suspend Linux; return when it is up again, or at once with an error."""


@dataclass(frozen=True)
class Sleep:
    """One sleep, or a request that led to none. Times are UTC."""

    by: str
    asked_us: int
    ended_us: int
    acknowledged: bool
    """Whether the firmware agreed."""
    slept: Slept
    refused: str = ""
    """Why Linux was not suspended."""
    called: str = ""
    """Why the firmware has called Linux, as in `call_source`; "": it has not."""

    @property
    def causes(self) -> tuple[str, ...]:
        return (*((self.called,) if self.called else ()), *self.slept.causes)

    @property
    def text(self) -> str:
        """One line for people."""
        if self.refused or self.slept.error:
            return f"Linux did not suspend ({self.by}): {self.refused or self.slept.error}"
        why = ", ".join(self.causes) or "unknown"
        return f"slept {self.slept.slept_s:.1f} s (asked by {self.by}); woken by: {why}"


class Outcome:
    """Gets the end of a request to suspend. This one ignores it."""

    def ended(self, sleep: Sleep) -> None:
        """Called in the session's thread, or in that of the request."""

    def refuse(self, by: str, why: str) -> None:
        """The request ended before the firmware was asked."""
        now_us = utc_us()
        self.ended(Sleep(by, now_us, now_us, False, Slept(), why))


@dataclass
class _Request:
    """`outcomes`: of all who asked before the request ended."""

    by: str = ""
    asked_us: int = 0
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass
class _Up:
    """Linux is up again; the firmware has not said yet what it knows of the sleep."""

    sleep: Sleep
    outcomes: list[Outcome]
    since_s: float
    """time.monotonic."""
    greeted: bool = False
    """Whether the firmware has answered since."""

    def was_called(self, call: Call, status: Status) -> bool:
        """Whether Linux was still asleep when the firmware called. `status` has just arrived. A
        later call has another reason than the one that has woken Linux."""
        awake_us = (time.monotonic() - self.since_s) * 1e6
        return status.time_us - call.time_us >= awake_us - MOST_DELAY_US


class Sleeping:
    """`ask` starts the handshake (TtyPeer.suspend). `unacknowledged`: "allow" suspends Linux also
    if the firmware did not agree; "refuse" does not. `ended` gets each outcome."""

    def __init__(
        self,
        suspender: Suspender,
        ask: Callable[[], None],
        ended: Callable[[Sleep], None],
        unacknowledged: str = "refuse",
    ) -> None:
        self._suspender = suspender
        self._ask = ask
        self._ended = ended
        self._allows = unacknowledged == ALLOW
        self.enter: Callable[[str], None] = lambda phase: None
        """Called with the phase that begins, from any thread. Set it before the first request."""
        self._lock = threading.Lock()
        self._next = _Request()
        self._agreed = _Request()  # the one that the firmware has agreed to
        self._call: Call | None = None  # the last one
        self._up: _Up | None = None

    def request(self, by: str, outcome: Outcome) -> None:
        """Any thread may call this."""
        with self._lock:
            if not self._next.outcomes:
                self._next = _Request(by, utc_us())
            self._next.outcomes.append(outcome)
        self.enter(ASKING)
        self._ask()

    def refuse(self, by: str, outcome: Outcome, why: str) -> None:
        """A request ends before the firmware is asked. Any thread may call this."""
        now_us = utc_us()
        self._report(Sleep(by, now_us, now_us, False, Slept(), why), [outcome])

    def report_late(self, patience_s: float = REPORT_S) -> None:
        """Report a sleep of which the firmware has said nothing for `patience_s`: it may have lost
        its tty, or no longer run. Any thread may call this."""
        with self._lock:
            up = self._up
            if up is None or time.monotonic() < up.since_s + patience_s:
                return
            self._up = None
        self._report(up.sleep, up.outcomes)

    # ------------------------------------------------------------------- in the session's thread

    def suspend_linux(self) -> None:
        """For TtyPeer: raises OSError if Linux did not suspend."""
        self._call = None
        slept = self._suspender.suspend()
        self.enter(AWAKE)
        request, self._agreed = self._agreed, _Request()
        sleep = Sleep(request.by, request.asked_us, utc_us(), True, slept)
        with self._lock:
            self._up = _Up(sleep, request.outcomes, time.monotonic())
        if slept.error:
            raise OSError(slept.errno, slept.error)

    def handle(self, event: Event) -> None:
        up = self._up
        if isinstance(event, SuspendRefused):
            self._refused(event.reason)
        elif isinstance(event, SuspendReady):
            self.report_late(0)
            self._agreed = self._take()
            self.enter(ASLEEP)
        elif isinstance(event, Resumed | Online | SpecMismatch) and up is not None:
            up.greeted = True  # Online: it was reset while Linux slept
            if up.sleep.slept.error:
                self.report_late(0)
        elif isinstance(event, Called):
            self._call = event.call
        elif isinstance(event, StatusReceived) and up is not None and up.greeted:
            if self._call is not None and up.was_called(self._call, event.status):
                up.sleep = replace(up.sleep, called=call_source(self._call))
            self.report_late(0)

    def _refused(self, reason: str) -> None:
        self.report_late(0)
        request = self._take()
        suspends = self._allows and bool(request.outcomes)
        slept = self._suspender.suspend() if suspends else Slept()
        self.enter(AWAKE)
        refused = "" if self._allows else reason
        sleep = Sleep(request.by, request.asked_us, utc_us(), False, slept, refused)
        self._report(sleep, request.outcomes)

    def _take(self) -> _Request:
        """Return the request that ends; later ones are another."""
        with self._lock:
            taken = self._next
            self._next = _Request(taken.by, taken.asked_us)
        return taken

    def _report(self, sleep: Sleep, outcomes: list[Outcome]) -> None:
        self._ended(sleep)
        for outcome in outcomes:
            outcome.ended(sleep)
