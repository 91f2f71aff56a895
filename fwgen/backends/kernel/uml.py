"""Starts a User-Mode Linux as a process and ends it."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import fwgen
from fwgen import process
from fwgen.backends.kernel.inside.application import Settings
from fwgen.backends.kernel.vhost import RPMSG
from fwgen.errors import ToolBrokeError

_MEMORY: Final = "96M"
_OPTIONS: Final = (
    *("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw"),  # the root is this machine's
    *("con=null", "con0=fd:0,fd:1", "no_console_suspend", "quiet"),
    "random.trust_bootloader=on",  # else it waits for randomness, each time for another time
)
_LOG_LINES: Final = 15


@dataclass(frozen=True)
class Place:
    """The files of a run, in a folder that is removed at its end."""

    folder: Path

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def device(self) -> Path:
        return self.folder / "device"

    @property
    def control(self) -> Path:
        return self.folder / "control"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def log(self) -> Path:
        return self.folder / "log"


class Uml:
    """`kernel`: the program. `entries`: of each of the firmware's rings."""

    def __init__(self, kernel: Path, place: Place, settings: Settings, entries: int) -> None:
        self._place = place
        (place.folder / "settings.json").write_text(json.dumps(asdict(settings)))
        package = Path(fwgen.__file__).parents[1]
        self._command = [
            *(str(kernel), f"mem={_MEMORY}", f"init={sys.executable}", *_OPTIONS),
            *(f"vring_entries={entries}", f"uml_dir={place.folder}/"),
            *(f"virtio_uml.device={one}:{RPMSG}" for one in (place.device, place.control)),
            *(f"time-travel=ext:{place.clock}", "PYTHONHASHSEED=0", f"PYTHONPATH={package}"),
            *("--", "-s", "-B", "-m", "fwgen.backends.kernel.inside", str(place.folder)),
        ]
        self._running = contextlib.ExitStack()

    def start(self) -> None:
        self._running = contextlib.ExitStack()
        log = self._running.enter_context(self._place.log.open("ab"))
        self._running.enter_context(
            process.started(self._command, stdin=process.PIPE, stdout=log, stderr=process.STDOUT)
        )

    def end(self) -> None:
        """Switch the machine off."""
        with contextlib.suppress(_Off):
            self._running.__exit__(_Off, _Off(), None)

    def broke(self) -> ToolBrokeError:
        """Return the error for a Linux that has ended by itself."""
        lines = self._place.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        said = "\n".join(["", *lines]) if lines else ""
        return ToolBrokeError(f"the Linux kernel has ended unexpectedly:{said}")


class _Off(Exception):
    pass


def temporary_place() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fwgen-linux-", ignore_cleanup_errors=True)
