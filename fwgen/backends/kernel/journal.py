"""The journal: what `inside` tells the side that runs Linux, in a file of the shared file system.

Records follow each other, each as pickle: the time in ns (Linux's CLOCK_BOOTTIME), the kind, the
value. Both ends are the same fwgen, and the file is in a folder of this user.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

READY: Final = "ready"  # `inside` takes commands; the kernel's release
SESSION: Final = "session"  # the application has opened the tty
EVENT: Final = "event"  # the session's event
UP: Final = "up"  # the application continues after a suspend
ENDED: Final = "ended"  # the application has ended; None, or what it died of
OUTPUT: Final = "output"  # of the shell for a person
RELAYED: Final = "relayed"  # connection, bytes from the service; none: it has closed
FAILED: Final = "failed"  # a command failed; what happened


@dataclass(frozen=True)
class Record:
    at_ns: int
    kind: str
    value: Any


class JournalWriter:
    """Shared by all processes inside. Every record is in the file when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def write(self, kind: str, value: Any = None) -> None:
        at_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        data = pickle.dumps((at_ns, kind, value), pickle.HIGHEST_PROTOCOL)
        while data:
            data = data[os.write(self._handle, data) :]


class JournalReader:
    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._file = path.open("rb")

    def read(self) -> Iterator[Record]:
        """Yield what was written since the last call."""
        while True:
            try:
                yield Record(*pickle.load(self._file))
            except EOFError:
                return

    def close(self) -> None:
        self._file.close()
