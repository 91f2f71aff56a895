"""Signals end the screen. The usual handlers raise, and Qt swallows what is raised in its calls."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

_SIGNALS: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class Ending(AbstractContextManager["Ending"]):
    """`quit` ends Qt's loop with an exit code; set when there is one. `code`: 128 + the number of
    the signal that came."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.quit: Callable[[int], object] = lambda code: None

    def __enter__(self) -> Ending:
        self._before = {each: signal.signal(each, self._take) for each in _SIGNALS}
        return self

    def __exit__(self, *exception: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def now(self) -> None:
        """End Qt's loop if a signal has come."""
        if self.code is not None:
            self.quit(self.code)

    def _take(self, number: int, frame: object) -> None:
        self.code = 128 + number
        self.now()
