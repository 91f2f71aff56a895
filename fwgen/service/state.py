"""What `fwgen-peer status` shows: kept by the service, read by any thread."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.peer.events import (
    Event,
    Lost,
    Online,
    Resumed,
    Samples,
    SpecMismatch,
    StatusReceived,
)
from fwgen.service.items import Item, Run
from fwgen.service.power.sleeping import AWAKE, Sleep
from fwgen.service.sinks.lines import last_row
from fwgen.service.system_clock import utc_us
from fwgen.service.times import iso

FORMAT: Final = 1
_SLEEPS: Final = 20


class State:
    """`clock` returns UTC in us."""

    def __init__(self, clock: Callable[[], int] = utc_us) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, Any] = {"online": False, "backlog": None, "last_sample": None}
        self._values["other_spec"] = ""
        self._backlog_s = 0.0  # when the firmware told it, of CLOCK_BOOTTIME
        self._linux: tuple[str, int] = (AWAKE, clock())
        self._firmware: dict[str, Any] = {}
        self._counts = {"samples": 0, "lost": 0, "refused_suspends": 0}
        self._trouble: dict[str, str] = {}
        self._sleeps: deque[dict[str, Any]] = deque(maxlen=_SLEEPS)

    def note(self, event: Event) -> None:
        """Take over what an event of the session says."""
        with self._lock:
            if isinstance(event, Online):
                hello = event.hello
                self._values["online"] = True
                self._firmware = {
                    "log": f"{hello.log:016x}",
                    "boot": hello.boot,
                    "spec": hello.spec_hash.hex(),
                    "period_us": hello.period_us,
                }
                self._values["other_spec"] = ""
            elif isinstance(event, SpecMismatch):
                self._values["online"] = False
                self._values["other_spec"] = event.hello.spec_hash.hex()
            elif isinstance(event, Samples):
                self._counts["samples"] += event.block.count - event.skip
            elif isinstance(event, Lost):
                self._counts["lost"] += event.count
            elif isinstance(event, Resumed):
                self._note_backlog(event.backlog)
            elif isinstance(event, StatusReceived):
                status = event.status
                self._note_backlog(status.backlog)
                self._firmware |= {
                    "log_used": status.log_used,
                    "log_slots": status.log_slots,
                    "dropped": status.dropped,
                    "calls": status.calls,
                }

    def _note_backlog(self, samples: int) -> None:
        self._values["backlog"] = samples
        self._backlog_s = time.clock_gettime(time.CLOCK_BOOTTIME)

    def note_item(self, item: Item) -> None:
        if isinstance(item, Run):
            with self._lock:
                self._values["last_sample"] = last_row(item)

    def note_trouble(self, name: str, text: str) -> bool:
        """Return whether it changed. `text`: what is wrong with a sink or the tty; "": nothing."""
        with self._lock:
            before = self._trouble.pop(name, "")
            if text:
                self._trouble[name] = text
            return text != before

    def note_linux(self, state: str) -> None:
        """`state`: a phase of power.sleeping."""
        with self._lock:
            if state != self._linux[0]:
                self._linux = (state, self._clock())

    def note_sleep(self, sleep: Sleep) -> None:
        with self._lock:
            self._counts["refused_suspends"] += bool(sleep.refused or sleep.slept.error)
            self._sleeps.append(sleep_document(sleep))

    def _backlog_age_s(self) -> float | None:
        known = self._values["backlog"] is not None
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - self._backlog_s
        return round(age_s, 1) if known else None

    def document(
        self, tty: Path | None, waiting: dict[str, int], *, answers: bool
    ) -> dict[str, Any]:
        """Return the status. `tty`: the one that is open; `waiting`: by sink, the items that it has
        not stored; `answers`: whether the firmware does."""
        with self._lock:
            return {
                "fwgen-peer-status": FORMAT,
                "pid": os.getpid(),
                "utc": iso(self._clock()),
                "linux": {"state": self._linux[0], "since": iso(self._linux[1])},
                "tty": None if tty is None else str(tty),
                **self._values,
                "backlog_age_s": self._backlog_age_s(),
                "online": tty is not None and answers and self._values["online"],
                "firmware": dict(self._firmware),
                "counts": dict(self._counts),
                "waiting": waiting,
                "trouble": dict(self._trouble),
                "sleeps": list(self._sleeps),
            }


def sleep_document(sleep: Sleep) -> dict[str, Any]:
    return {
        "asked": iso(sleep.asked_us),
        "ended": iso(sleep.ended_us),
        "by": sleep.by,
        "acknowledged": sleep.acknowledged,
        "slept_s": sleep.slept.slept_s,
        "causes": list(sleep.causes),
        "refused": sleep.refused or sleep.slept.error,
        "warnings": list(sleep.slept.warnings),
    }
