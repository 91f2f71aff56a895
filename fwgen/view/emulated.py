"""The service's socket for the emulated Linux: what its application hears, as fwgen-peer says it.

Numbers, texts and documents are made by the service's own code; times are exact, because one clock
drives both sides.
"""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from typing import Final

from fwgen.backends.host.feed import FIRST_SAMPLE_US
from fwgen.backends.ledger import Ledger
from fwgen.peer.called import CALL_SOURCES
from fwgen.peer.events import (
    Event,
    Lost,
    NewLog,
    NumberingRestarted,
    Online,
    Samples,
    StatusReceived,
)
from fwgen.record import ASKING, ASLEEP, AWAKE, RESUMING, SUSPENDING
from fwgen.service.hub import Client, Document, Hub
from fwgen.service.items import Dated, Numbering, Run
from fwgen.service.power import sleeping
from fwgen.service.power.sysfs import ALARM, Slept
from fwgen.service.recent import Recent
from fwgen.service.sinks.lines import documents
from fwgen.service.state import State, sleep_document

_TTY: Final = Path("/dev/ttyRPMSG0")
_PHASES: Final = {
    ASKING: sleeping.ASKING,
    SUSPENDING: sleeping.ASLEEP,
    ASLEEP: sleeping.ASLEEP,
    RESUMING: sleeping.ASLEEP,
    AWAKE: sleeping.AWAKE,
}
_CAUSES: Final = {
    "timer": ALARM,
    "user": "button",
    **CALL_SOURCES,
}


class EmulatedService:
    """Follows the ledger of a run (Observer). `epoch_us`: UTC at scenario time 0. `now_us`: the
    scenario time, kept by who runs the backend. `wishes`: clients that want Linux to sleep.

    Like Linux's processes it does nothing while Linux sleeps. The hub's thread calls `_answer`.
    """

    def __init__(self, ledger: Ledger, path: Path, epoch_us: int) -> None:
        self.wishes: deque[Client] = deque()
        self.now_us = 0
        self._ledger = ledger
        self._epoch_us = epoch_us
        self._numbering = Numbering(None)
        self._state = State(lambda: epoch_us + self.now_us)
        self._recent = Recent()
        self._lock = threading.Lock()
        self._asleep = False
        self._unanswered: list[tuple[Client, Document]] = []
        self._asked: list[Client] = []
        self._began_us: int | None = None  # the request to sleep that has not ended
        self._hub = Hub(path, self._answer)
        self._hub.start()
        ledger.observer = self

    def close(self) -> None:
        self._hub.stop()

    # ---------------------------------------------------------------------- what the run does

    def heard(self, event: Event, at_us: int) -> None:
        self._advance(at_us)
        self._state.note(event)
        if isinstance(event, Online):
            self._numbering.note_hello(event.hello)
            self._publish_status()
        elif isinstance(event, Samples | Lost | NewLog | NumberingRestarted):
            item = self._numbering.item(event, self._dated(event))
            self._state.note_item(item)
            if isinstance(item, Run):
                rows = list(documents(item))
                times_us = [sample.utc_us for sample in item.samples()]
                with self._lock:
                    self._recent.add(rows, times_us, self._epoch_us + at_us)
                self._hub.publish({"samples": rows})
        elif isinstance(event, StatusReceived):
            self._publish_status()

    def entered(self, state: str, at_us: int) -> None:
        self._advance(at_us)
        phase = _PHASES.get(state, sleeping.AWAKE)
        self._state.note_linux(phase)
        if phase == sleeping.ASKING:
            self._began_us = at_us
        self._publish_status()
        if phase == sleeping.AWAKE and self._began_us is not None:
            self._note_sleep(self._began_us, at_us)
            self._began_us = None
        with self._lock:
            self._asleep = phase == sleeping.ASLEEP
            waiting = [] if self._asleep else self._unanswered
            self._unanswered = self._unanswered if self._asleep else []
        for client, request in waiting:
            self._answer(client, request)

    def _advance(self, at_us: int) -> None:
        self.now_us = max(self.now_us, at_us)

    def _dated(self, event: Event) -> Dated | None:
        """The firmware starts once, with the run."""
        if not isinstance(event, Samples):
            return None
        block = event.block
        first_us = block.start_us + event.skip * block.period_us
        return Dated(self._epoch_us - FIRST_SAMPLE_US + first_us, block.period_us, 0, "pair")

    def _note_sleep(self, began_us: int, ended_us: int) -> None:
        found = self._ledger.sleeps[-1]
        slept, refused = Slept(), found.cause
        if found.closed_us is not None and found.opened_us is not None:
            cause = _CAUSES.get(found.cause, found.cause.replace("condition:", "condition: ", 1))
            slept_s = (found.opened_us - found.closed_us) / 1e6
            slept, refused = Slept(round(slept_s, 3), (cause,)), ""
        asked_us, up_us = self._epoch_us + began_us, self._epoch_us + ended_us
        sleep = sleeping.Sleep("command", asked_us, up_us, not refused, slept, refused)
        self._state.note_sleep(sleep)
        document = {"sleep": sleep_document(sleep)}
        self._hub.publish(document)
        with self._lock:
            asked, self._asked = self._asked, []
        for client in asked:
            client.send(document)

    def _publish_status(self) -> None:
        self._hub.publish({"status": self._status()})

    # ---------------------------------------------------------------------------- in any thread

    def _status(self) -> Document:
        return self._state.document(_TTY, {}, answers=True)

    def _answer(self, client: Client, request: Document) -> None:
        with self._lock:
            if self._asleep:
                self._unanswered.append((client, request))
                return
            recent = self._recent.document() if request.get("do") == "recent" else {}
        do = request.get("do")
        if do in ("status", "watch"):
            client.send({"status": self._status()})
            client.watches = client.watches or do == "watch"
        elif do == "recent":
            client.send(recent)
        elif do == "suspend":
            with self._lock:
                self._asked.append(client)
            self.wishes.append(client)
        else:
            client.send({"error": f"unknown request: {do!r}"})
