"""How long to wait for another process: by what it works, not by the clock, because the machine may
be busy with other things."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import psutil

from fwgen.process import PIPE, started

_LOOK_S: Final = 10.0
"""Time between two looks at what the process has worked."""
_MOST_S: Final = 900.0
"""Of processor time: some five times what the longest run needs."""
_IDLE_S: Final = 300.0
_IDLE_SHARE: Final = 0.01
"""A process that gets less of a processor than this is idle."""


class StuckError(Exception):
    """It is useless to wait any longer; the text says why (`it has ...`)."""


def wait_for(pid: int, ready: Callable[[float], bool]) -> None:
    """Wait until `ready` returns True; its argument is the time that it may wait, in seconds.

    Raises StuckError if the process and those that it has started use too much processor time, or
    almost none for a long time.
    """
    if ready(_LOOK_S):
        return
    began_s = before_s = spent_s(pid)
    idle_s = 0.0
    while not ready(_LOOK_S):
        now_s = spent_s(pid)
        idle_s = idle_s + _LOOK_S if now_s - before_s < _IDLE_SHARE * _LOOK_S else 0.0
        before_s = now_s
        if now_s - began_s > _MOST_S:
            raise StuckError(f"it has used more than {_MOST_S:.0f} s of processor time")
        if idle_s >= _IDLE_S:
            raise StuckError(f"it has done nothing for {_IDLE_S:.0f} s")


def finished(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command; return its exit code and its output as text. `options` are Popen's.

    Raises StuckError, as `wait_for` does, and OSError if it does not start; it has ended then.
    """
    said: list[tuple[str, str]] = []
    with started(command, stdout=PIPE, stderr=PIPE, text=True, **options) as process:

        def ends(within_s: float) -> bool:
            with suppress(subprocess.TimeoutExpired):
                said.append(process.communicate(timeout=within_s))
            return bool(said)

        wait_for(process.pid, ends)
    return subprocess.CompletedProcess(command, process.returncode, *said[0])


def spent_s(pid: int) -> float:
    """Return the processor time of a process, and of those that it has started, in seconds."""
    spent_s = 0.0
    with suppress(psutil.Error):  # it has just ended
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                spent_s += sum(one.cpu_times()[:4])  # user, system, and both of ended children
    return spent_s
