"""The machine that runs beside a person who types: with the clock on the wall, or faster."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from fwgen.backends.renode.loopback import confined
from fwgen.backends.renode.options import Options
from fwgen.errors import FwgenError, InputError, MissingToolError
from fwgen.guard import as_error
from fwgen.live import LiveRenode, View
from fwgen.scenario.load import parse_scenario

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig
    from fwgen.plan.model import Plan

_SCENARIO: Final = """\
fwgen-scenario: 1
name: by hand
distance: [{{at: 0 s, mm: {mm}}}]
noise: 2 mm
until: 8784 h
"""
_SLICE_US: Final = 50_000
_DEBUGGED_SLICE_US: Final = 500_000
_PATIENCE_S: Final = 2.0


class StandsStillError(InputError):
    """A debugger holds the core, so virtual time does not pass."""


class Bench:
    """`hold` gives the board to one thread at a time. Renode has one emulation a process, so there
    is one Bench."""

    def __init__(
        self, firmware: bytes, config: RenodeConfig, plan: Plan, distance_mm: int, violation: str
    ) -> None:
        self.plan = plan
        self.speed = 1.0
        self.error: FwgenError | None = None
        self.listens_everywhere = False
        self._board = LiveRenode(firmware, config, Options(on_violation=violation))
        self._board.start(plan, parse_scenario(_SCENARIO.format(mm=distance_mm)), 1)
        self._t_us = 0
        self._debugged = self._paced = False
        self._lock = threading.Lock()
        self._runs = threading.Event()
        threading.Thread(target=self._pace, daemon=True).start()

    @property
    def runs(self) -> bool:
        return self._runs.is_set()

    def go(self) -> None:
        """Let time pass, `speed` times as fast as on the wall (as fast as it can, if that is
        less)."""
        self._runs.set()

    def pause(self) -> None:
        self._runs.clear()

    def run_for(self, us: int) -> None:
        """At once, as fast as it can."""
        with self.hold() as board:
            self._keep_pace(board, False)
            end_us = self._t_us + us
            while self._t_us < end_us:
                self._t_us = min(end_us, self._t_us + 20 * _SLICE_US)
                board.run_until(self._t_us)

    def view(self) -> View:
        with self.hold() as board:
            return board.view()

    @contextmanager
    def hold(self) -> Iterator[LiveRenode]:
        """Raises StandsStillError if the machine does not come to the end of its slice."""
        if not self._lock.acquire(timeout=_PATIENCE_S):
            raise StandsStillError("the core stands still: `continue` it in the debugger")
        try:
            yield self._board
        finally:
            self._lock.release()

    def serve_gdb(self, port: int) -> None:
        """Raises ToolBrokeError if Renode cannot, MissingToolError where it would let in a network
        and nobody said that it may."""
        if not (self.listens_everywhere or confined()):
            raise MissingToolError(
                "Renode would let the whole network in at that port, and no C compiler is here to "
                "keep it to this machine\nhelp: `pip install ziglang` brings one; "
                "`--listen-everywhere` goes without"
            )
        with self.hold() as board:
            board.machine.execute(f"machine StartGdbServer {port} false")
            self._debugged = True

    def _keep_pace(self, board: LiveRenode, keep: bool) -> None:
        """Have Renode itself keep to the clock on the wall: a debugger's Ctrl-C does nothing to a
        core that rests between two slices, so none of the time is to pass there."""
        if self._debugged and keep != self._paced:
            self._paced = keep
            board.machine.execute(f"emulation SetAdvanceImmediately {str(not keep).lower()}")

    def _pace(self) -> None:
        while True:
            self._runs.wait()
            began_s = time.monotonic()
            slice_us = int(_SLICE_US * max(self.speed, 0.01))
            paced = self._debugged and self.speed == 1
            if paced:
                slice_us = _DEBUGGED_SLICE_US
            try:
                with self._lock:
                    self._keep_pace(self._board, paced)
                    self._t_us += slice_us
                    self._board.run_until(self._t_us)
            except Exception as error:  # nobody else would hear of it
                self.error = as_error(error)
                self._runs.clear()
            spent_s = time.monotonic() - began_s
            time.sleep(max(0.001, _SLICE_US / 1e6 - spent_s))
