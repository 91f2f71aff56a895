"""How far a run is, on stderr: a line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, TextIO

_PATIENCE_S: Final = 1.0
_TERMINAL_EVERY_S: Final = 0.1
_FILE_EVERY_S: Final = 10.0
_WIDTH: Final = 30


class Progress:
    """Silent for the first second. `at` has the engine's signature."""

    def __init__(self, title: str, stream: TextIO | None = None) -> None:
        self._title = title
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._began_s = self._shown_s = time.monotonic()
        self._line = 0  # characters on the terminal

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
        """`reached` of `end` is done."""
        now_s = time.monotonic()
        every_s = _TERMINAL_EVERY_S if self._terminal else _FILE_EVERY_S
        if now_s < self._began_s + _PATIENCE_S or (self._line and now_s < self._shown_s + every_s):
            return
        if not self._terminal and now_s < self._shown_s + every_s:
            return
        self._shown_s = now_s
        share = reached / end if end else 1.0
        left_s = (now_s - self._began_s) * (1 - share) / share if share else 0.0
        text = f"{self._title} {share:4.0%}, {left_s:.0f} s to go"
        if not self._terminal:
            print(text, file=self._stream, flush=True)
            return
        bar = "#" * round(share * _WIDTH)
        self._erase()
        line = f"{self._title} [{bar:{_WIDTH}}] {share:4.0%}, {left_s:.0f} s to go"
        self._line = len(line)
        print(line, end="", file=self._stream, flush=True)

    def say(self, text: str) -> None:
        """A line of its own, at once."""
        self._erase()
        print(text, file=self._stream, flush=True)

    def _erase(self) -> None:
        if self._line:
            print("\r" + " " * self._line + "\r", end="", file=self._stream, flush=True)
            self._line = 0
