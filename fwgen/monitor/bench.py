"""The board that runs while a person types commands: in real time, or faster."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fwgen.backends.renode.loopback import confined
from fwgen.backends.renode.options import Options
from fwgen.errors import FwgenError, InputError, MissingToolError
from fwgen.guard import as_error
from fwgen.live import LiveReal, LiveRenode, View
from fwgen.scenario.by_hand import by_hand

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig
    from fwgen.plan.model import Plan
    from fwgen.scenario.steps.base import Step

_SLICE_US: Final = 50_000
_DEBUGGED_SLICE_US: Final = 500_000
_PATIENCE_S: Final = 2.0


class CoreHeldError(InputError):
    """A debugger holds the core, so virtual time does not pass."""


class Bench:
    """`hold` gives the board to one thread at a time. Renode has one emulation per process, so a
    process has one Bench. `signals`: what channels see at the start, as in `by_hand`. `linux`: the
    real kernel to run; None: Linux is emulated."""

    def __init__(
        self,
        firmware: bytes,
        config: RenodeConfig,
        plan: Plan,
        signals: Mapping[str, str],
        violation: str,
        linux: Path | None = None,
    ) -> None:
        self.plan = plan
        self.speed = 1.0
        self.error: FwgenError | None = None
        self.listens_everywhere = False
        kind = LiveRenode if linux is None else LiveReal
        self._board = kind(firmware, config, Options(on_violation=violation, linux=linux))
        self._board.start(plan, by_hand(plan, "by hand", signals, noise="2 mm"), 1)
        self._t_us = 0
        self._debugged = self._paced = False
        self._lock = threading.Lock()
        self._runs = threading.Event()
        threading.Thread(target=self._pace, daemon=True).start()

    @property
    def runs(self) -> bool:
        return self._runs.is_set()

    def go(self) -> None:
        """Let virtual time pass `speed` times as fast as real time, or as fast as possible if that
        is less."""
        self._runs.set()

    def pause(self) -> None:
        self._runs.clear()

    def run_for(self, us: int) -> None:
        """Run this much virtual time as fast as possible, then return."""
        with self.hold() as board:
            self._keep_pace(board, False)
            end_us = self._t_us + us
            while self._t_us < end_us:
                self._t_us = min(end_us, self._t_us + 20 * _SLICE_US)
                board.run_until(self._t_us)

    def view(self) -> View:
        with self.hold() as board:
            return board.view()

    def do(self, step: Step) -> None:
        """Execute a step of a scenario now."""
        with self.hold() as board:
            board.do(step)

    def close(self) -> None:
        """End a real Linux, which is another process."""
        with self.hold() as board:
            board.close()

    @contextmanager
    def hold(self) -> Iterator[LiveRenode]:
        """Lend the board. Raises CoreHeldError if the current slice does not end in time."""
        if not self._lock.acquire(timeout=_PATIENCE_S):
            raise CoreHeldError("the debugger holds the core", "`continue` it in the debugger")
        try:
            yield self._board
        finally:
            self._lock.release()

    def serve_gdb(self, port: int) -> None:
        """Raises ToolBrokeError if Renode cannot open the port, MissingToolError if the port would
        be open to the network and `listens_everywhere` does not allow that."""
        if not (self.listens_everywhere or confined()):
            raise MissingToolError(
                "Renode would open the port to the whole network; limiting it to this machine "
                "needs a C compiler, and none was found",
                "`pip install ziglang` installs one; `--listen-everywhere` opens the port to all",
            )
        with self.hold() as board:
            board.machine.execute(f"machine StartGdbServer {port} false")
            self._debugged = True

    def _keep_pace(self, board: LiveRenode, keep: bool) -> None:
        """Let Renode itself keep real time. A debugger's Ctrl-C has no effect on a core that waits
        between two slices, so no time may pass there."""
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
            except Exception as error:  # this thread has no caller; the shell prints it
                self.error = as_error(error)
                self._runs.clear()
            spent_s = time.monotonic() - began_s
            time.sleep(max(0.001, _SLICE_US / 1e6 - spent_s))
