"""Linux is awake and has nothing to do: the cluster enters an idle state, and DDR self-refresh.

Nothing happens by itself: Linux calls `poll` at `due_us`. Times are microseconds of scenario time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

NEVER: Final = 1 << 62

SetIdle = Callable[[bool, bool], None]
"""(DDR is in self-refresh, PWR shows that the A35 runs)"""


@dataclass(frozen=True)
class IdlePace:
    """Times in us. Entry, exit and residency are those of LP_STOP1 in ST's trees (u-boot
    v2023.10-stm32mp-r3 arch/arm/dts/stm32mp251.dtsi:53-59); `wakes_every_us` is an assumption: the
    timers of an otherwise idle Linux."""

    entry_us: int = 350
    exit_us: int = 600
    residency_us: int = 2_000
    wakes_every_us: int = 100_000


class _Phase(Enum):
    OPEN = "Linux acts, or has just acted"
    CLOSING = "DDR is in self-refresh, the A35 still runs"
    STOPPED = "DDR is in self-refresh, the A35 is stopped"
    WAKING = "the A35 runs again, DDR is not open yet"


class Idling:
    """`set_idle` is called with each change."""

    def __init__(self, set_idle: SetIdle, pace: IdlePace) -> None:
        self._set_idle = set_idle
        self._pace = pace
        self._phase = _Phase.OPEN
        self._until_us: int | None = None
        self.due_us = NEVER
        self.count = 0
        """How often DDR has entered self-refresh since `begin`."""

    @property
    def lasts(self) -> bool:
        return self._until_us is not None

    @property
    def closed(self) -> bool:
        """Whether Linux cannot act: its code is in DDR."""
        return self._phase is not _Phase.OPEN

    @property
    def wakes(self) -> bool:
        return self._phase is _Phase.WAKING

    def begin(self, now_us: int, until_us: int) -> None:
        self._until_us = until_us
        self.count = 0
        self.act(now_us)

    def end(self) -> None:
        """Linux no longer idles, for example because it suspends."""
        self._until_us = None
        self.due_us = NEVER
        self._open()

    def act(self, now_us: int) -> None:
        """Linux acts now: DDR is open, and Linux idles again after its residency."""
        if self.lasts:
            self._open()
            self.due_us = now_us + self._pace.residency_us

    def interrupt(self, now_us: int) -> None:
        """An interrupt or a timer ends the idle state; Linux acts when DDR is open."""
        if self._phase in (_Phase.CLOSING, _Phase.STOPPED):
            self._enter(_Phase.WAKING, now_us + self._pace.exit_us)

    def poll(self, now_us: int, may_close: bool) -> None:
        """`may_close`: no process forbids the idle state."""
        if self._until_us is None or now_us < self.due_us:
            return
        if self._phase is _Phase.STOPPED:
            self.interrupt(now_us)
        elif self._phase is _Phase.WAKING:
            self.act(now_us)
        elif self._phase is _Phase.CLOSING:
            due_us = min(now_us + self._pace.wakes_every_us, self._until_us)
            self._enter(_Phase.STOPPED, max(due_us, now_us + 1))
        elif now_us >= self._until_us:
            self.end()
        elif may_close:
            self.count += 1
            self._enter(_Phase.CLOSING, now_us + self._pace.entry_us)
        else:
            self.due_us = self._until_us

    def _open(self) -> None:
        if self.closed:
            self._phase = _Phase.OPEN
            self._set_idle(False, True)

    def _enter(self, phase: _Phase, due_us: int) -> None:
        self._phase = phase
        self.due_us = due_us
        self._set_idle(True, phase is not _Phase.STOPPED)
