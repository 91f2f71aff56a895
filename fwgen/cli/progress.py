"""Progress of a run on stderr: one line that changes on a terminal, a line every 10 s elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, TextIO

_PATIENCE_S: Final = 1.0
_TERMINAL_EVERY_S: Final = 0.1
_FILE_EVERY_S: Final = 10.0
_WIDTH: Final = 30
_ESTIMATE_FROM: Final = 0.02
"""The share of the run after which the remaining time is estimated."""


class Progress:
    """Prints nothing in the first second. `at` has the signature that the engine calls. `unit`:
    what it counts; then the rate is shown, too."""

    def __init__(self, title: str, stream: TextIO | None = None, *, unit: str = "") -> None:
        self._title = title
        self._unit = unit
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._began_s = self._shown_s = time.monotonic()
        self._line = 0  # characters on the terminal
        self._first: tuple[float, int] | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._erase()

    def at(self, reached: int, end: int) -> None:
        """Show that `reached` of `end` is done."""
        now_s = time.monotonic()
        self._first = self._first or (now_s, reached)
        every_s = _TERMINAL_EVERY_S if self._terminal else _FILE_EVERY_S
        if now_s < self._began_s + _PATIENCE_S or (self._line and now_s < self._shown_s + every_s):
            return
        if not self._terminal and now_s < self._shown_s + every_s:
            return
        self._shown_s = now_s
        share = reached / end if end else 1.0
        text = f"{share:4.0%}{self._left(now_s, reached, end)}"
        if not self._terminal:
            print(f"{self._title} {text}", file=self._stream, flush=True)
            return
        bar = "#" * round(share * _WIDTH)
        self._erase()
        line = f"{self._title} [{bar:{_WIDTH}}] {text}"
        self._line = len(line)
        print(line, end="", file=self._stream, flush=True)

    def _left(self, now_s: float, reached: int, end: int) -> str:
        """Return the remaining time, estimated from the speed since the first call, so that the
        start of an emulator does not count."""
        assert self._first is not None
        began_s, began = self._first
        done = reached - began
        if done < _ESTIMATE_FROM * end:
            return ""
        lasts_s = now_s - began_s
        rate = f", {done / lasts_s:,.0f} {self._unit} a second" if self._unit and lasts_s else ""
        return f"{rate}, {lasts_s * (end - reached) / done:.0f} s left"

    def say(self, text: str) -> None:
        """Print a line immediately."""
        self._erase()
        print(text, file=self._stream, flush=True)

    def _erase(self) -> None:
        if self._line:
            print("\r" + " " * self._line + "\r", end="", file=self._stream, flush=True)
            self._line = 0
