"""From a request to suspend to the record of the sleep.

The session decides when Linux may suspend; a `Suspender` suspends it and returns when it is up
again. Each request ends in one outcome.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from fwgen.peer.called import call_source
from fwgen.peer.events import (
    Called,
    Event,
    Resumed,
    StatusReceived,
    SuspendReady,
    SuspendRefused,
)
from fwgen.service.power.sysfs import Slept
from fwgen.service.system_clock import utc_us

ALLOW: Final = "allow"
AWAKE: Final = "awake"
ASKING: Final = "asking"
"""The firmware is asked."""
ASLEEP: Final = "asleep"
"""The firmware has agreed: Linux suspends, or is suspended."""


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
        """Called in the session's thread."""

    def refuse(self, by: str, why: str) -> None:
        """The request ended before the firmware was asked."""
        now_us = utc_us()
        self.ended(Sleep(by, now_us, now_us, False, Slept(), why))


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
        self._waiting: list[Outcome] = []
        self._by = ""
        self._asked_us = 0
        self._slept = Slept()
        self._called = ""
        self._finishing: Sleep | None = None  # Linux is up; the firmware has not said why

    def request(self, by: str, outcome: Outcome) -> None:
        """Any thread may call this."""
        with self._lock:
            if not self._waiting:
                self._by, self._asked_us = by, utc_us()
            self._waiting.append(outcome)
        self.enter(ASKING)
        self._ask()

    # ------------------------------------------------------------------- in the session's thread

    def suspend_linux(self) -> None:
        """For TtyPeer: raises OSError if Linux did not suspend."""
        self._called = ""
        self._slept = self._suspender.suspend()
        self.enter(AWAKE)
        if self._slept.error:
            raise OSError(self._slept.errno, self._slept.error)

    def handle(self, event: Event) -> None:
        if isinstance(event, SuspendRefused):
            self._slept = self._suspender.suspend() if self._allows and self._waiting else Slept()
            self._finish(acknowledged=False, refused="" if self._allows else event.reason)
        elif isinstance(event, SuspendReady):
            self.enter(ASLEEP)
            self._slept = Slept()
        elif isinstance(event, Resumed) and self._waiting:
            self._finish(acknowledged=True, refused="")
        elif isinstance(event, Called):
            self._called = call_source(event.call)
        elif isinstance(event, StatusReceived) and self._finishing is not None:
            sleep, self._finishing = self._finishing, None
            self._report(replace(sleep, called=self._called))

    def _finish(self, *, acknowledged: bool, refused: str) -> None:
        """Linux is up. A sleep that the firmware knew of is reported with its next status."""
        self.enter(AWAKE)
        if self._finishing is not None:
            self._report(self._finishing)
        sleep = Sleep(self._by, self._asked_us, utc_us(), acknowledged, self._slept, refused)
        if acknowledged and not self._slept.error:
            self._finishing = sleep
        else:
            self._report(sleep)

    def _report(self, sleep: Sleep) -> None:
        self._finishing = None
        with self._lock:
            waiting, self._waiting = self._waiting, []
        self._ended(sleep)
        for outcome in waiting:
            outcome.ended(sleep)
