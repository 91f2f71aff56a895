"""Says why no firmware answers: with a wrong name in the settings nothing else would."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from fwgen.service.find_tty import BoardSystem

PATIENCE_S: Final = 10.0
_UNANSWERED: Final = ("offline", "greeting")
"""States of the session in which the firmware has not answered."""


class Link:
    """`state` returns that of the session; `now_s` a time that does not run while Linux sleeps."""

    def __init__(
        self,
        state: Callable[[], str],
        system: BoardSystem,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._system = system
        self._now_s = now_s
        self._since_s: float | None = None
        self.has_error = False
        """Whether the tty cannot be used for a reason that is reported already."""

    @property
    def answers(self) -> bool:
        return self._state() not in _UNANSWERED

    def trouble(self) -> str | None:
        """Return what is wrong; "": nothing; None: it is too early to say. Call it often."""
        if self.answers:
            self._since_s = None
            return ""
        now_s = self._now_s()
        if self._since_s is None or self.has_error:
            self._since_s = now_s
        if now_s < self._since_s + PATIENCE_S:
            return None
        node = self._system.opened
        if node is None:
            return self._system.missing()
        return f"the firmware does not answer on {node}; {self._system.others()}"
