"""A board with the real Linux in it: the commands of fwgen-peer run there, unchanged, in a shell.

Commands take no virtual time: what a shell line starts has run until it waits when `run` returns.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.backends.kernel.linux import KernelLinux
from fwgen.backends.renode.options import Options
from fwgen.build.elf import read_elf
from fwgen.config import load_config
from fwgen.live import LiveReal
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from tests.backends.kernel.running import kernel
from tests.backends.running import in_a_room, reference_plan

PYTHON: Final = f"{sys.executable} -B"
PEER: Final = f"{PYTHON} -m fwgen.service"
SYSTEM_PYTHON: Final = f"{sys.executable} -BIS"
"""Without packages: it starts sooner."""
_IDLE: Final = """
import signal

class Idle:
    def __init__(self, *rest):
        self.peer = self

    def run(self):
        while True:
            signal.pause()

def change(usual):
    return Idle
"""


class LinuxBoard:
    """`folder`: seen by Linux and by the test. `database`, `told` (what the service printed) and
    `socket` are in it."""

    def __init__(self, folder: Path, plan: Plan | None = None, elf: Path | None = None) -> None:
        """`elf`: the firmware on the emulated board, once in a process; None: the compiled core."""
        self.folder = folder
        self.database = folder / "samples.sqlite"
        self.told = folder / "told.txt"
        self.socket = folder / "socket"
        self.now_s = 0.0
        self._finished = False
        application = folder / "idle.py"
        application.write_text(_IDLE)
        self._backend = backend_of(elf, application)
        self._backend.start(plan or reference_plan(), in_a_room("", until="1 s"), 1)  # it runs on
        self.run(1)

    @property
    def printed(self) -> str:
        """What commands of `do` have printed."""
        return self._linux.output

    @property
    def state(self) -> str:
        return self._linux.state

    @property
    def _linux(self) -> KernelLinux:
        board = self._backend
        linux = board.real if isinstance(board, LiveReal) else board._real
        assert linux is not None
        return linux

    def run(self, seconds: float) -> None:
        self.now_s += seconds
        self._backend.run_until(round(self.now_s * 1e6))

    def do(self, line: str) -> str:
        """Type a line into the shell; return what it printed within 0.1 s."""
        before = len(self.printed)
        if isinstance(self._backend, LiveReal):
            self._backend.shell(line)
        else:
            self._linux.shell(line)
        self.run(0.1)
        return self.printed[before:]

    def python(self, *lines: str) -> str:
        """Run a program of the standard library; return what it printed within 0.1 s."""
        program = self.folder / f"program-{self.now_s:.1f}.py"
        program.write_text("\n".join(lines))
        return self.do(f"{SYSTEM_PYTHON} {program}")

    def serve(self, *words: str) -> None:
        """Start the service."""
        self.do(
            f"{PEER} run --database {self.database} --socket {self.socket} {' '.join(words)} "
            f"2>>{self.told} &"
        )

    def copy_database(self) -> None:
        """Copy a database in a file system of Linux's own to where this machine sees it."""
        source, self.database = self.database, self.folder / "copied.sqlite"
        self.python(
            "import sqlite3",
            f"copy = sqlite3.connect({str(self.database)!r})",
            f"sqlite3.connect({str(source)!r}).backup(copy)",
        )

    def query(self, text: str) -> list[Any]:
        """Ask the database. Linux must have stopped: it does not see locks of this machine."""
        assert self._finished
        db = sqlite3.connect(self.database)
        try:
            return db.execute(text).fetchall()
        finally:
            db.close()

    def finish(self) -> RunRecord:
        """Stop Linux; return what the firmware did."""
        self._finished = True
        return self._backend.finish()

    def close(self) -> None:
        self._backend.close()


def backend_of(elf: Path | None, application: Path) -> KernelHostBackend | LiveReal:
    """Return a backend with the real Linux, in which `application` runs in place of the usual."""
    if elf is None:
        return KernelHostBackend(kernel(), application=application)
    options = Options(linux=kernel(), application=application)
    return LiveReal(read_elf(elf), load_config().renode, options)


def check_each_once(board: LinuxBoard, record: RunRecord, most_missing: int = 100) -> None:
    """The database has every sample, once and as it was taken, but for the last ones."""
    rows = board.query(
        "SELECT position, status << 13 | ifnull(distance_mm, 0) FROM sample ORDER BY log, position"
    )
    positions, words = np.array(rows).T
    whole = record.taken.whole()
    taken = whole.status << 13 | whole.value
    assert np.array_equal(positions, np.arange(len(positions))), "each once"
    both = min(len(words), len(taken))
    assert np.array_equal(words[:both], taken[:both]), "as they were taken"
    assert len(taken) - both < most_missing
    assert board.query("SELECT count(*) FROM gap") == [(0,)]
