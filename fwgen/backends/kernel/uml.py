"""Starts a User-Mode Linux as a process and ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, Final

import fwgen
from fwgen import process
from fwgen.backends.kernel.inside.application import Settings
from fwgen.backends.kernel.place import Place
from fwgen.backends.kernel.vhost import RPMSG
from fwgen.errors import ToolBrokeError

_MEMORY: Final = "96M"
_OPTIONS: Final = (
    *("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw"),  # the root is this machine's
    *("con=null", "con0=fd:0,fd:1", "no_console_suspend", "quiet"),
    "random.trust_bootloader=on",  # else it waits for randomness, each time for another time
)
_LOG_LINES: Final = 15
_PANIC: Final = "Kernel panic"
_ENDS_WITHIN_S: Final = 1.0
_FOLDER_VARIABLES: Final = ("TMPDIR", "TMP", "TEMP")
"""The kernel keeps its memory in a file there; without them in /dev/shm."""


class Uml:
    """`kernel`: the program. `entries`: of each of the firmware's rings."""

    def __init__(self, kernel: Path, place: Place, settings: Settings, entries: int) -> None:
        self._place = place
        self._kernel = kernel
        (place.folder / "settings.json").write_text(json.dumps(asdict(settings)))
        package = place.plain(Path(fwgen.__file__).parents[1], "package")
        python = place.plain_program(Path(sys.executable), "python")
        self._command = [
            *(str(kernel), f"mem={_MEMORY}", f"init={python}", *_OPTIONS),
            *(f"vring_entries={entries}", f"uml_dir={place.folder}/"),
            *(f"virtio_uml.device={one}:{RPMSG}" for one in (place.device, place.control)),
            *(f"time-travel=ext:{place.clock}", "PYTHONHASHSEED=0", f"PYTHONPATH={package}"),
            *("--", "-s", "-B", "-m", "fwgen.backends.kernel.inside", str(place.folder)),
        ]
        self._running = contextlib.ExitStack()
        self._process: Popen[Any] | None = None
        self._log_start = 0  # of what this start has written

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Raises ToolBrokeError if it does not start."""
        self._running = contextlib.ExitStack()
        log = self._running.enter_context(self._place.log.open("ab"))
        self._log_start = log.tell()
        options = {"stdin": process.PIPE, "stdout": log, "stderr": process.STDOUT}
        try:
            self._process = self._running.enter_context(
                process.started(self._command, env=_environment(), **options)
            )
        except OSError as error:
            message = f"the Linux kernel {self._kernel} does not start: {error.strerror}"
            raise ToolBrokeError(message, "`fwgen doctor` checks it") from error

    def end(self) -> None:
        """Switch the machine off."""
        with contextlib.suppress(_Off):
            self._running.__exit__(_Off, _Off(), None)

    def broke(self) -> ToolBrokeError:
        """Return the error for a Linux that has ended by itself, with its last lines."""
        status = None
        if self._process is not None:
            with contextlib.suppress(TimeoutExpired):
                status = self._process.wait(_ENDS_WITHIN_S)
        what = "does not answer" if status is None else f"has ended unexpectedly {_how(status)}"
        text = self._place.log.read_bytes()[self._log_start :].decode(errors="replace")
        said = "\n".join(["", *_last_lines(text)])
        return ToolBrokeError(f"the Linux kernel {what}{':' if said else ''}{said}")


def _how(status: int) -> str:
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"


def _last_lines(text: str) -> list[str]:
    """Return a panic, after the line that says what led to it; else the last lines."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _PANIC in line:
            return lines[max(number - 1, 0) :][:_LOG_LINES]
    return lines[-_LOG_LINES:]


def _environment() -> dict[str, str]:
    """Return the kernel's environment: it ends if its folder for temporary files is missing."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOLDER_VARIABLES}
    if len(kept) < len(os.environ):
        kept["TMPDIR"] = tempfile.gettempdir()
    return kept


class _Off(Exception):
    pass
