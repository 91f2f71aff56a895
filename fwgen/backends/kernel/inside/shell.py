"""A shell in Linux, for a person: lines go to its input, its output goes to the journal."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import Final

_READ_BYTES: Final = 65536
_SURVIVES: Final = "trap : INT"
"""The interrupt ends what the shell runs, not the shell."""


class Shell:
    """It starts with the first line, and again after it has ended. `tell` gets what it prints."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> int:
        """The descriptor to wait for; -1: no shell runs."""
        if self._process is None or self._process.stdout is None:
            return -1
        return self._process.stdout.fileno()

    def line(self, text: str) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                ["/bin/sh"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")},
            )
            self._write(_SURVIVES)
        self._write(text)

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGINT)

    def forward(self) -> None:
        """Pass on what it has printed."""
        assert self._process is not None
        data = os.read(self.output, _READ_BYTES)
        if data:
            self._tell(data.decode("utf-8", "replace"))
        else:
            status = self._process.wait()
            self._process = None
            self._tell(f"the shell has ended with status {status}\n")

    def _write(self, text: str) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
