"""Runs in the real kernel in the place of its application: the service, with the database beside
this file. Only who gives the orders differs from the board."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path
from typing import Any

from fwgen.backends.kernel.inside import power
from fwgen.backends.kernel.journal import EVENT, SESSION, UP
from fwgen.peer.events import Event, Samples, StatusReceived
from fwgen.peer.session import Known, Session
from fwgen.service.power.sleeping import Outcome
from fwgen.service.power.sysfs import Slept, suspended_s
from fwgen.service.service import Service
from fwgen.service.settings import Settings
from fwgen.service.sinks.sqlite import SqliteSink

DATABASE = Path(__file__).with_name("samples.sqlite")
LOG = Path(__file__).with_name("told.txt")


class Noted(Service):
    """Writes the session's events into the journal, which the other side reads."""

    board: Board

    def _session(self, known: Known | None) -> Session:
        self.board.tell(SESSION, None)
        return super()._session(known)

    def _handle(self, event: Event) -> None:
        if isinstance(event, Samples | StatusReceived):
            self.board.journal.write(EVENT, event)
        else:
            self.board.tell(EVENT, event)
        super()._handle(event)


class Board:
    """The orders of the scenario, and the suspend as a board does it."""

    def __init__(
        self, settings: Any, tell: Any, journal: Any, orders: int, number: int, known: Any
    ) -> None:
        self.tell = tell
        self.journal = journal
        self.peer = self
        self._settings = settings
        self._orders = orders
        self._called_off = False
        sink = SqliteSink(DATABASE)
        sink.open()
        recorded, last = sink.recorded(), sink.last_dated()
        sink.close()
        self.service = Noted(
            Settings(hold_latency=False),
            {"sqlite": SqliteSink(DATABASE)},
            suspender=self,
            recorder="sqlite",
            recorded=recorded,
            last=last,
            tell=self._note,
        )
        self.service.board = self

    def run(self) -> None:
        threading.Thread(target=self._obey, daemon=True).start()
        self.service.run()

    def suspend(self) -> Slept:
        """Called in the session's thread when the firmware has agreed."""
        time.sleep(self._settings.suspend_us / 1e6)
        if self._called_off:
            return Slept(error="called off", errno=errno.EBUSY)
        before_s = suspended_s()
        power.suspend()
        time.sleep(self._settings.resume_us / 1e6)
        self.tell(UP, None)
        return Slept(suspended_s() - before_s)

    def _obey(self) -> None:
        while orders := os.read(self._orders, 4096):
            for order in orders.decode().splitlines():
                self._called_off = order == "resume"
                if order == "suspend":
                    self.service.sleeping.request("command", Outcome())

    def _note(self, text: str) -> None:
        with LOG.open("a") as file:
            file.write(f"{text}\n")


def change(usual: type) -> type:
    return Board
