"""Joins stored samples and live ones, for `fwgen-peer tail -f`.

The service publishes a sample before it is stored. So what is between the last stored sample and
the first live one is read from the database when it has the live one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from fwgen.service.stored import Stored

_PATIENCE_S: Final = 5.0
_LOOK_S: Final = 0.05

Row = dict[str, Any]


class Follower:
    """Shows each sample after those of `shown` once, in the order of its log. `shown`: by log the
    position of the last sample that was shown. `tell` gets a line for people."""

    def __init__(
        self,
        stored: Stored,
        shown: dict[str, int],
        show: Callable[[Row], None],
        tell: Callable[[str], None],
    ) -> None:
        self._stored = stored
        self._shown = dict(shown)
        self._show = show
        self._tell = tell
        self._joined: set[str] = set()  # logs whose live samples follow those that were shown

    def take(self, document: dict[str, Any]) -> None:
        """Take a line of the service's `watch`."""
        if "missed" in document:
            self._joined.clear()
        last = document.get("status", {}).get("last_sample")
        rows = document.get("samples", ())
        for row in (*((last,) if last else ()), *rows[:1]):
            if row["log"] not in self._joined:
                self._join(row["log"], row["position"])
        for row in rows:
            self._pass(row)

    def _join(self, log: str, position: int) -> None:
        """Show what is stored up to this position, which is or will be stored."""
        self._joined.add(log)
        if position <= self._shown.get(log, -1):
            return
        end_s = time.monotonic() + _PATIENCE_S
        while self._stored.ends().get(log, -1) < position:
            if time.monotonic() > end_s:
                self._tell(f"the database lacks samples before {position}: the service is behind")
                break
            time.sleep(_LOOK_S)
        for row in self._stored.of_log(log, self._shown.get(log, -1), position):
            self._pass(row)

    def _pass(self, row: Row) -> None:
        if row["position"] > self._shown.get(row["log"], -1):
            self._shown[row["log"]] = row["position"]
            self._show(row)
