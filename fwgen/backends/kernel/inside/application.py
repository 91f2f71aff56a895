"""The application: the peer on the real tty, unchanged. It stores samples in the journal."""

from __future__ import annotations

import errno
import os
import random
import runpy
import select
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from fwgen.backends.kernel.inside import power
from fwgen.backends.kernel.journal import EVENT, SESSION, UP, JournalWriter
from fwgen.peer.events import Event, Samples, StatusReceived, SuspendFailed, SuspendRefused
from fwgen.peer.session import Known, Session
from fwgen.peer.system import System
from fwgen.peer.tty import TtyPeer
from fwgen.wire.messages import Wake, encode

_TTYS: Final = Path("/sys/class/tty")
_SEED: Final = 0xF6E4
_NO_ID: Final = 0xFFFF_FFFF


@dataclass(frozen=True)
class Settings:
    """`suspend_us`: from the permission until Linux begins to suspend, `resume_us`: from its end
    until the application runs again. On a board the kernel and the drivers take that long; here
    they take almost no time."""

    spec_hash: str  # hexadecimal
    suspend_us: int
    resume_us: int
    application: str = ""
    """A Python file whose function `change` returns another class of application."""
    alarm_s: int = 0
    """The RTC wakes Linux after this when a client of the service asked for the sleep."""


class _Calls(System):
    """The system's own calls. It finds the tty, and waits for commands as well."""

    def __init__(self, orders: int, obey: Callable[[str], None]) -> None:
        self._orders = orders
        self._obey = obey
        self.tty = -1

    def open_tty(self, path: Path) -> int:
        """The number of the firmware's tty depends on what was there before."""
        found = sorted(_TTYS.glob("ttyRPMSG*"))
        self.tty = super().open_tty(Path("/dev") / found[-1].name if found else path)
        return self.tty

    def wait(self, handles: list[int], wait_s: float | None) -> list[int]:
        ready = super().wait([*handles, self._orders], wait_s)
        if self._orders in ready:
            self.take_orders()
        return ready

    def take_orders(self) -> None:
        for order in os.read(self._orders, 4096).decode().splitlines():
            self._obey(order)

    def order_within(self, wait_s: float) -> bool:
        """Wait; return early if an order has come, which is obeyed."""
        poll = select.poll()
        poll.register(self._orders, select.POLLIN)
        if not poll.poll(wait_s * 1e3):
            return False
        self.take_orders()
        return True


class _Application:
    def __init__(
        self,
        settings: Settings,
        tell: Callable[[str, object], None],
        journal: JournalWriter,
        orders: int,
        number: int,
        known: Known | None,
    ) -> None:
        self._settings = settings
        self._tell = tell
        self._journal = journal
        self._random = random.Random(_SEED + number)
        self._sessions = number << 20
        self._called_off = False
        self._calls = _Calls(orders, self._obey)
        self.peer = TtyPeer(
            Path("/dev/ttyRPMSG0"),
            self._session,
            self._handle,
            known=known,
            suspend_linux=self._suspend,
            system=self._calls,
        )

    def _session(self, known: Known | None) -> Session:
        self._sessions += 1 << 16
        self._tell(SESSION, None)
        return Session(
            session_id=self._sessions,
            new_log=lambda: self._random.getrandbits(64) | 1,
            spec_hash=bytes.fromhex(self._settings.spec_hash),
            known=known,
        )

    def _handle(self, event: Event) -> None:
        """Store the event; the other side must see at once what is not a sample."""
        if isinstance(event, SuspendFailed | SuspendRefused):
            power.set_alarm(0)
        if isinstance(event, Samples | StatusReceived):
            self._journal.write(EVENT, event)
        else:
            self._tell(EVENT, event)

    def _obey(self, order: str) -> None:
        if order == "suspend":
            self._called_off = False
            self.peer.suspend()
        elif order == "resume":
            self._called_off = True
        else:  # send-wake NUMBER
            os.write(self._calls.tty, encode(Wake(_NO_ID, int(order.split()[1]))))

    def _suspend(self) -> None:
        """As the kernel does when something wakes it on its way down, a resume calls it off."""
        called_off = self._called_off or self._calls.order_within(self._settings.suspend_us / 1e6)
        if called_off and self._called_off:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        power.suspend()
        self._calls.order_within(self._settings.resume_us / 1e6)
        self._tell(UP, None)


def run(
    settings: Settings,
    tell: Callable[[str, object], None],
    journal: JournalWriter,
    orders: int,
    number: int,
    known: Known | None,
) -> NoReturn:
    """Run the application, start `number`, until it is killed. `orders`: a pipe with commands."""
    kind: Any = _Application
    if settings.application:
        kind = runpy.run_path(settings.application)["change"](kind)
    kind(settings, tell, journal, orders, number, known).peer.run()
    os._exit(0)
