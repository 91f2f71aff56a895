"""What is true of the emulated Linux now, beyond what base.py knows of any Linux."""

from __future__ import annotations

from fwgen.backends.application import Application
from fwgen.backends.idling import Idling
from fwgen.backends.ledger import Ledger
from fwgen.backends.linux.base import LinuxBase
from fwgen.backends.linux.effects import Effects
from fwgen.backends.linux.pace import Pace
from fwgen.backends.linux.port import LinuxPort
from fwgen.peer.events import SuspendReady, SuspendRefused
from fwgen.record import ASKING, AWAKE


class LinuxState(LinuxBase):
    """Times are microseconds of scenario time."""

    def __init__(
        self,
        port: LinuxPort,
        ledger: Ledger,
        spec_hash: bytes,
        pace: Pace | None = None,
        holds_latency: bool = True,
    ) -> None:
        """`holds_latency`: while the application runs, it holds /dev/cpu_dma_latency, so that an
        idle Linux does not close DDR."""
        super().__init__(ledger)
        self.port = port
        self.pace = pace or Pace()
        self.holds_latency = holds_latency
        self._app = Application(
            ledger,
            spec_hash,
            self.pace,
            self._write,
            self._on_power,
            self._on_moment,
            self._on_rest,
        )
        self._idling = Idling(self.port.set_idle, self.pace.idle)
        self._latency_held = False
        self._tty = b""  # received; the application has not read it yet
        self._app_alive = True
        self._silent = False  # the firmware does not run
        self._loads = False  # the next link loads the firmware and starts the M33
        self._recovery_us = self.pace.recovery_us
        self._crashes_when = ""  # the next of application.MOMENTS at which the application dies
        self._most_bytes = 0  # that the tty takes at once, while writes are short
        self._short_us = 0  # since when
        self._cuts = False  # the tty takes half of the next write, then the application hangs
        self._stolen = False  # another program got the last bytes of the tty
        self._effects = Effects(ledger)

    def _write(self, data: bytes) -> int:
        """Write what the application has for the tty; return the number of bytes accepted."""
        raise NotImplementedError

    def _on_power(self, event: SuspendReady | SuspendRefused, now_us: int) -> None:
        """The firmware has answered SLEEP."""
        raise NotImplementedError

    def _on_moment(self, moment: str, now_us: int) -> None:
        """The application has reached one of application.MOMENTS."""
        raise NotImplementedError

    def _on_rest(self, now_us: int) -> None:
        """The tty has not taken everything that the application wrote."""
        raise NotImplementedError

    @property
    def _app_runs(self) -> bool:
        return self.state in (AWAKE, ASKING) and not self._hangs

    def _is_online(self) -> bool:
        return self._app.online

    def _notice(self, now_us: int) -> None:
        self._idling.act(now_us)

    def _note_stream(self, now_us: int) -> None:
        runs = (
            self.state == AWAKE
            and self._app.online
            and not self._alarms.keys() & {"stall", "refuse", "hang"}
            and now_us >= self._steady_us
        )
        takes = not self._silent and self._app.spec == "own"
        self.ledger.stream(runs and takes, now_us)

    def _forget_alarms(self) -> None:
        self._effects.end_all()
        self._cuts = False
        super()._forget_alarms()
