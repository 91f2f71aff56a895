"""fwgen-peer's service in the place of the application: its own socket, its own suspend.

The journal gets the session's events too, so that a run's report knows what arrived.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.backends.kernel.inside.application import Settings as Own
from fwgen.backends.kernel.inside.relay import SOCKET
from fwgen.backends.kernel.journal import EVENT, SESSION, UP, JournalWriter
from fwgen.peer.events import Event, Samples, StatusReceived
from fwgen.peer.session import Known, Session
from fwgen.service.command.run import recorded_in
from fwgen.service.desk import Desk
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.power.sleeping import Outcome
from fwgen.service.power.sysfs import AS_USUAL, Slept, SysfsPower, Wanted
from fwgen.service.service import Service
from fwgen.service.settings import Settings, SinkSettings
from fwgen.service.sinks.make import make

_DATABASE: Final = Path("/run/fwgen-peer/samples.sqlite")
_SINK: Final = SinkSettings("sqlite", options={"file": _DATABASE, "keep": 3_600_000_000})


class _Journaled(Service):
    """Also writes the session's events into the journal, which the other side reads."""

    tell_journal: Callable[[str, object], None]
    journal: JournalWriter

    def _session(self, known: Known | None) -> Session:
        self.tell_journal(SESSION, None)
        return super()._session(known)

    def _handle(self, event: Event) -> None:
        if isinstance(event, Samples | StatusReceived):
            self.journal.write(EVENT, event)
        else:
            self.tell_journal(EVENT, event)
        super()._handle(event)


class ServiceApplication:
    """The orders of a run, and those of the socket's clients. A suspend is the kernel's."""

    def __init__(
        self,
        settings: Own,
        tell: Callable[[str, object], None],
        journal: JournalWriter,
        orders: int,
        number: int,
        known: Known | None,
    ) -> None:
        self.peer = self
        self._settings = settings
        self._tell = tell
        self._orders = orders
        self._called_off, self._wanted = False, AS_USUAL
        _DATABASE.parent.mkdir(parents=True, exist_ok=True)
        recorded, last = recorded_in(_DATABASE)
        chosen = Settings(
            spec=bytes.fromhex(settings.spec_hash), hold_latency=False, sinks=(_SINK,)
        )
        self._service = _Journaled(
            chosen,
            {"sqlite": make(_SINK, chosen.sensors)},
            suspender=self,
            recorder="sqlite",
            recorded=recorded,
            last=last,
            tell=lambda text: None,
        )
        self._service.tell_journal, self._service.journal = tell, journal
        self._desk = Desk(self._service, RemoteSuspender(), self._request, Path(SOCKET))

    def run(self) -> None:
        threading.Thread(target=self._obey, daemon=True).start()
        self._desk.start()
        self._service.run()

    def suspend(self) -> Slept:
        """Called in the session's thread when the firmware has agreed."""
        time.sleep(self._settings.suspend_us / 1e6)
        if self._called_off:
            return Slept(error="called off", errno=errno.EBUSY)
        usual = Wanted(alarm_s=self._settings.alarm_s or None)
        slept = SysfsPower().suspend(self._wanted.or_else(usual))
        time.sleep(self._settings.resume_us / 1e6)
        self._tell(UP, None)
        return slept

    def _request(self, by: str, outcome: Outcome, wanted: Wanted) -> None:
        self._called_off, self._wanted = False, wanted
        self._service.sleeping.request(by, outcome)

    def _obey(self) -> None:
        while orders := os.read(self._orders, 4096):
            for order in orders.decode().splitlines():
                self._called_off, self._wanted = order == "resume", AS_USUAL
                if order == "suspend":
                    self._service.sleeping.request("command", Outcome())


def change(usual: Any) -> type[ServiceApplication]:
    """Called by application.run with the usual application."""
    return ServiceApplication
