"""How long to wait for another process: by what it works, not by the clock, because the machine may
be busy with other things."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

LOOK_S: Final = 10.0
"""Time between two looks (`Patience.lost`)."""
MOST_S: Final = 900.0
_IDLE_SHARE: Final = 0.01
_IDLE_LOOKS: Final = 30
_PROC: Final = Path("/proc")


class Patience:
    """With a process and those that it has started. `most_s`: of processor time."""

    def __init__(self, pid: int, most_s: float = MOST_S, look_s: float = LOOK_S) -> None:
        self._pid, self._most_s, self._look_s = pid, most_s, look_s
        self._began_s = self._spent_s = spent_s(pid)
        self._idle_looks = 0

    def lost(self) -> str:
        """Return why it is not worth to wait any more; "": it is. Call this every `look_s`."""
        now_s = spent_s(self._pid)
        idles = now_s - self._spent_s < _IDLE_SHARE * self._look_s
        self._idle_looks = self._idle_looks + 1 if idles else 0
        self._spent_s = now_s
        if now_s - self._began_s > self._most_s:
            return f"it has used more than {self._most_s:.0f} s of processor time"
        if self._idle_looks >= _IDLE_LOOKS:
            return f"it has done nothing for {_IDLE_LOOKS * self._look_s:.0f} s"
        return ""


def spent_s(pid: int) -> float:
    """Return the processor time of a process, and of those that it has started; the time of day
    where the system has no /proc."""
    if not (_PROC / "self" / "stat").exists():
        return time.monotonic()
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in _PROC.glob("[0-9]*/stat"):
        try:
            words = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        one = int(path.parent.name)
        parents[one] = int(words[1])
        ticks[one] = sum(map(int, words[11:15]))  # utime, stime, and of ended children
    return sum(ticks[one] for one in ticks if _descends(one, pid, parents)) / os.sysconf(
        "SC_CLK_TCK"
    )


def _descends(one: int, pid: int, parents: dict[int, int]) -> bool:
    while one != pid and one in parents:
        one = parents[one]
    return one == pid
