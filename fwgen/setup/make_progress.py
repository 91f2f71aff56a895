"""How far `make` is: one line that changes on a terminal, a line every 10 s elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, TextIO

_STEPS: Final = 1240
"""So many lines a build of our configuration prints; it differs little between versions."""
_TERMINAL_EVERY_S: Final = 0.2
_FILE_EVERY_S: Final = 10.0


class MakeProgress:
    """`step` takes each line that make prints."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title, self._stream = title, stream
        self._terminal = stream.isatty()
        self._began_s = self._shown_s = time.monotonic()
        self._steps = 0

    def __enter__(self) -> MakeProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def step(self, line: bytes) -> None:
        """Count a line such as `  CC  init/main.o`."""
        if not line.startswith(b"  "):
            return
        self._steps += 1
        now_s = time.monotonic()
        if now_s < self._shown_s + (_TERMINAL_EVERY_S if self._terminal else _FILE_EVERY_S):
            return
        self._shown_s = now_s
        share = min(99, 100 * self._steps // _STEPS)
        text = f"{self._title}: {share} %, {now_s - self._began_s:.0f} s"
        self._stream.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        self._stream.flush()
