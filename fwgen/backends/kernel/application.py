"""The application in the real Linux: starts and kills it, and reads what `inside` reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fwgen.backends.kernel.calendar import ZERO_NS
from fwgen.backends.kernel.journal import (
    EVENT,
    FAILED,
    OUTPUT,
    READY,
    RELAYED,
    SESSION,
    UP,
)
from fwgen.backends.kernel.power import KernelWithPower
from fwgen.backends.notes import note_event, note_lost, note_samples
from fwgen.errors import ToolBrokeError
from fwgen.peer.events import (
    Event,
    Lost,
    Online,
    Samples,
    SuspendFailed,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.session import Known
from fwgen.record import ASKING, AWAKE, OFFLINE, SUSPENDING

_SEQ_MASK: Final = 0xFFFF_FFFF


class KernelWithApplication(KernelWithPower):
    """Times are microseconds of scenario time."""

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that the application has not processed (32 bits)."""
        return self.processed(0)

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream."""
        self._read_journal(rang=False)
        if self._known is None:
            return None
        return self._known.next_seq_1 if stream else self._known.next_seq

    def crash_app(self, now_us: int, when: str = "now") -> None:
        """`when`: always "now" (the step CrashApp)."""
        if not self._cannot("crash-app", now_us, self._app_alive):
            self._app_alive = self._online = False
            self._control.send("crash-app")
            self._enter(OFFLINE, self.now_us)

    def start_app(self, now_us: int, spec: str = "own") -> None:
        """`spec`: always "own" (the step StartApp)."""
        if self._asleep:
            self._when_up.append(self.start_app)
        elif not self._cannot("start-app", now_us, not self._app_alive):
            self._start_app(now_us)

    def _start_app(self, now_us: int) -> None:
        self._app_alive = True
        self._starts += 1
        self._read_journal(rang=False)
        known = self._known
        words = [] if known is None else [known.log, known.next_seq, known.boot]
        if known is not None and known.next_seq_1 is not None:
            words.append(known.next_seq_1)
        self._control.send(" ".join(["start-app", *map(str, [self._starts, *words])]))

    # --------------------------------------------------------------------------- what `inside` says

    def _read_journal(self, rang: bool = True) -> None:
        """Take what `inside` has written; `rang`: its last record is of the present time."""
        records = list(self._journal.read())
        if rang and records:
            self._offset_ns = self.calendar.now_ns - records[-1].at_ns
        for record in records:
            at_us = (record.at_ns + self._offset_ns - ZERO_NS) // 1000
            self._take(record.kind, record.value, at_us)

    def _take(self, kind: str, value: object, at_us: int) -> None:
        if kind == EVENT:
            self._take_event(value, at_us)  # type: ignore[arg-type]
        elif kind == READY:
            self.release = str(value)
            self._alarms["start"] = (max(self.now_us, self._starts_us), self._start_app)
        elif kind == SESSION:
            self._online = True
            if self.state == OFFLINE:
                self._enter(AWAKE, self.now_us)
            self._note_stream(self.now_us)
        elif kind == UP:
            if self.state == SUSPENDING and self._sleep is not None:  # no application: called off
                self._sleep.cause = self._called_off_by
            self._up()
        elif kind == RELAYED:
            self.relayed(*value)  # type: ignore[misc]
        elif kind == OUTPUT:
            self.output += str(value)
        elif kind == FAILED or value is not None:
            raise ToolBrokeError(f"in Linux: {value}")

    def _take_event(self, event: Event, at_us: int) -> None:
        if isinstance(event, Samples):
            note_samples(self.ledger, event, at_us)
            block = event.block
            self._note_processed(event.log, block.stream, block.first_seq + block.count)
        elif isinstance(event, Lost):
            note_lost(self.ledger, event, at_us)
            self._note_processed(event.log, event.stream, event.first_seq + event.count)
        elif isinstance(event, SuspendReady):
            if self.state == AWAKE:  # a client of the service inside has asked for it
                self._begin_sleep(at_us)
                self._enter(ASKING, self.now_us)
            if self.state == ASKING and self._sleep is not None:
                self._sleep.ack_ms = (event.acknowledged_us - event.asked_us) / 1e3
                self._enter(SUSPENDING, self.now_us)
        elif isinstance(event, SuspendRefused | SuspendFailed):
            self._call_off(event)
        else:
            if isinstance(event, Online):
                self._hello = event.hello
            note_event(self.ledger, event, at_us)

    def _note_processed(self, log: int, stream: int, next_seq: int) -> None:
        """The application has stored all samples of the stream before `next_seq`."""
        hello, known = self._hello, self._known
        assert hello is not None, "no samples come before the firmware's hello"
        if known is None or known.log != log:
            known = Known(log, hello.oldest_seq, hello.boot)
        next_seq &= _SEQ_MASK
        changed = {"next_seq_1" if stream else "next_seq": next_seq, "boot": hello.boot}
        self._known = replace(known, **changed)

    def _call_off(self, event: SuspendRefused | SuspendFailed) -> None:
        if self._sleep is None or self.state not in (ASKING, SUSPENDING):
            return
        if isinstance(event, SuspendFailed) or self._cause != "timer":  # a resume came first
            self._sleep.cause = self._called_off_by
        else:
            self._sleep.cause = "refused"
            self.ledger.event(f"suspend refused: {event.reason}", self.now_us)
        self._up()
