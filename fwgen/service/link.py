"""Says why no firmware answers, or why it is silent: with a wrong name in the settings, or a second
reader of the tty, nothing else would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.service.find_tty import BoardSystem
from fwgen.service.readers import readers

PATIENCE_S: Final = 10.0
QUIET_S: Final = 8.0
"""The firmware sends a status every 5 s."""
_ONLINE: Final = "online"
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
        self._heard_s = now_s()
        self._quiet = ""
        self._stolen: str | None = None  # who reads the tty as well; None: not looked yet
        self.has_error = False
        """Whether the tty cannot be used for a reason that is reported already."""

    @property
    def answers(self) -> bool:
        return self._state() not in _UNANSWERED

    def note_message(self) -> None:
        """The firmware has sent one. Any thread may call this."""
        self._heard_s = self._now_s()

    def trouble(self) -> str | None:
        """Return what is wrong; "": nothing; None: it is too early to say. Call it often."""
        if self.answers:
            self._since_s = self._stolen = None
            return self._silence()
        now_s = self._heard_s = self._now_s()
        if self._since_s is None or self.has_error:
            self._since_s = now_s
        if now_s < self._since_s + PATIENCE_S:
            return None
        node = self._system.opened
        if node is None:
            return self._system.missing()
        if self._stolen is None:
            self._stolen = _other_readers(node)
        return f"the firmware does not answer on {node}; {self._stolen or self._system.others()}"

    def _silence(self) -> str:
        """Return why nothing arrives although the firmware has answered; "": it does."""
        node = self._system.opened
        if self._state() != _ONLINE or node is None:
            self._heard_s = self._now_s()
        if node is None or self._now_s() < self._heard_s + QUIET_S:
            self._quiet = ""
        elif not self._quiet:
            self._quiet = f"nothing has arrived on {node} for {QUIET_S:.0f} s: {_why_silent(node)}"
        return self._quiet


def _why_silent(node: Path) -> str:
    return _other_readers(node) or (
        "another process reads it (`fwgen-peer doctor`, run as root, names it), or the firmware is "
        "stuck"
    )


def _other_readers(node: Path) -> str:
    others = {pid: name for pid, name in readers(node).items() if pid != os.getpid()}
    if not others:
        return ""
    names = ", ".join(f"{name} (process {pid})" for pid, name in others.items())
    return f"another process reads it, and takes the firmware's messages: {names}"
