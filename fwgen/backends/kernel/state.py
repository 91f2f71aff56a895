"""What is true of the real Linux now, beyond what linux/base.py knows of any Linux: its
process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fwgen.backends.kernel.calendar import LONG_AGO_US, ZERO_NS, Calendar
from fwgen.backends.kernel.control import Control
from fwgen.backends.kernel.inside.application import Settings
from fwgen.backends.kernel.journal import JournalReader
from fwgen.backends.kernel.m33 import M33
from fwgen.backends.kernel.place import Place
from fwgen.backends.kernel.sockets import GoneError, Sockets
from fwgen.backends.kernel.tap import Tap
from fwgen.backends.kernel.uml import Uml
from fwgen.backends.kernel.vhost import Device
from fwgen.backends.ledger import Ledger
from fwgen.backends.linux.base import LinuxBase
from fwgen.backends.linux.pace import Pace
from fwgen.peer.session import Known
from fwgen.record import AWAKE
from fwgen.wire.messages import Hello

_EPOCH_S: Final = 1_800_000_000


class KernelState(LinuxBase):
    """Times are microseconds of scenario time."""

    def __init__(
        self,
        m33: M33,
        ledger: Ledger,
        spec_hash: bytes,
        kernel: Path,
        entries: int,
        pace: Pace,
        application: Path | None = None,
        alarm_s: int = 0,
    ) -> None:
        super().__init__(ledger)
        self.relayed: Callable[[int, bytes], None] = lambda number, data: None
        """Gets what the service inside sends to a client outside."""
        self.release = ""
        self._m33 = m33
        self._pace = pace
        place = self._place = Place()
        self._sockets = Sockets()
        self.calendar = Calendar(self._sockets, place.clock, _EPOCH_S)
        self.device = Device(
            self._sockets,
            place.device,
            self._kicked,
            on_rings=self._rings_started,
            on_unbound=self._unbound,
            before_interrupt=self.calendar.pass_granted,
        )
        self._control = Control(
            self._sockets, place.control, self._read_journal, self.calendar.stop_soon
        )
        self._control.device.before_interrupt = self.calendar.pass_granted
        self._control.device.on_stop = self._devices_stopped
        self._control.on_resume = self._devices_started
        self._journal = JournalReader(place.journal)
        self._tap = Tap(self.device, ledger.wire)
        changed = str(application.absolute()) if application else ""
        settings = Settings(spec_hash.hex(), pace.suspend_us, pace.resume_us, changed, alarm_s)
        self._uml = Uml(kernel, place, settings, entries)
        self._sockets.peer_lives = lambda: self._uml.alive
        self._alive = False
        self.output = ""
        """What the shell for a person has printed."""
        self._offset_ns = 0  # from Linux's clock to the calendar
        self._going_down = False  # Linux has stopped its devices to suspend
        self._fresh = False  # the rings are new, and Linux has not rung yet
        self._cause = "timer"
        self._called = False  # interrupted; it has not run since
        self._starts = 0  # of the application
        self._starts_us = LONG_AGO_US
        self._online = False
        self._stalled = False
        self._known: Known | None = None
        self._hello: Hello | None = None  # the firmware's last one

    def _kicked(self, ring: int) -> None:
        """Linux has rung."""
        raise NotImplementedError

    def _rings_started(self, new: bool) -> None:
        """Linux has started the rings of the firmware's device."""
        raise NotImplementedError

    def _unbound(self) -> None:
        """Linux has reset the firmware's device."""
        raise NotImplementedError

    def _devices_stopped(self) -> None:
        """Linux has stopped the control channel."""
        raise NotImplementedError

    def _devices_started(self) -> None:
        """Linux has started it again."""
        raise NotImplementedError

    def _read_journal(self, rang: bool = True) -> None:
        """Take what `inside` has written; `rang`: its last record is of the present time."""
        raise NotImplementedError

    def close(self) -> None:
        self._uml.end()
        self.calendar.drop()
        self.device.drop()
        self._control.drop()
        self._sockets.close()
        self._journal.close()
        self._place.remove()

    def calendar_ns(self) -> int:
        return self.calendar.now_ns

    @property
    def now_us(self) -> int:
        return (self.calendar.now_ns - ZERO_NS) // 1000

    @contextmanager
    def _must_live(self) -> Iterator[None]:
        """Report a Linux that ends by itself."""
        try:
            yield
        except (GoneError, ConnectionError) as error:
            raise self._uml.broke() from error

    # --------------------------------------------------------------------------------------- states

    @property
    def _rebooting(self) -> bool:
        return super()._rebooting or not self.release

    def _is_online(self) -> bool:
        return self._online

    def _begin_sleep(self, asked_us: int) -> None:
        super()._begin_sleep(asked_us)
        self._cause = "timer"

    def _set_ddr(self, closed: bool) -> None:
        self._m33.set_ddr(closed)

    def _note_stream(self, now_us: int) -> None:
        steady = not self._stalled and now_us >= self._steady_us
        runs = self.state == AWAKE and self._online and steady
        self.ledger.stream(runs, now_us)
