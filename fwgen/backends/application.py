"""Linux's application: owns the session, stores what it receives, and can crash at any time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, Protocol

from fwgen.backends.ledger import Ledger
from fwgen.backends.notes import note_event, note_lost, note_samples
from fwgen.peer.events import (
    Lost,
    Samples,
    SpecMismatch,
    Started,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.outbox import Outbox
from fwgen.peer.session import Known, Session
from fwgen.service.items import Dated
from fwgen.wire.block import Block
from fwgen.wire.messages import Message, Sleep

_SEQ_MASK: Final = 0xFFFF_FFFF
_NEVER: Final = 1 << 62
_SAMPLES: Final = (Samples, Lost)
_POWER: Final = (SuspendReady, SuspendRefused)
ASKED, RECEIVED, STORED = "asking", "received", "stored"
MOMENTS: Final = {
    ASKED: "it has sent SLEEP, and the firmware has not answered",
    RECEIVED: "it has received samples and not stored them",
    STORED: "it has stored samples and not acknowledged them",
}
"""At which a scenario may let the application crash, and what they are."""
_SEED: Final = 0xF6E4
"""Seed of the identities that the session gives to logs: the same in each run."""


class ApplicationPace(Protocol):
    """The part of linux.Pace that the application uses."""

    @property
    def process_us(self) -> int: ...

    @property
    def decode_ns_per_sample(self) -> int: ...


class Application:
    """Processes received samples some time later: stores them in the ledger, then acknowledges
    them. Samples that are not processed are lost when it crashes. It does one thing at a time:
    until `busy_us` it decodes what it has read last.

    `write` writes to the tty and returns the number of bytes accepted; `on_rest` is called if it
    has not accepted everything; `on_power` with SuspendReady and SuspendRefused; `on_moment` with
    one of MOMENTS.
    """

    def __init__(
        self,
        ledger: Ledger,
        spec_hash: bytes,
        pace: ApplicationPace,
        write: Callable[[bytes], int],
        on_power: Callable[[SuspendReady | SuspendRefused, int], None],
        on_moment: Callable[[str, int], None] = lambda moment, now_us: None,
        on_rest: Callable[[int], None] = lambda now_us: None,
    ) -> None:
        self._ledger = ledger
        self._spec_hash = spec_hash
        self._pace = pace
        self._tty_write = write
        self._on_power = on_power
        self._on_moment = on_moment
        self._on_rest = on_rest
        self._asked = False  # SLEEP is to be written
        self._session: Session | None = None
        self._session_due_us = _NEVER  # when the session must be polled, as of the last _follow
        self._sessions = 0
        self._random = random.Random(_SEED)
        self._known: Known | None = None
        self._unprocessed: list[tuple[Samples | Lost, int, Dated | None]] = []
        self._process_due_us = _NEVER
        self._outbox = Outbox()
        self._suspend_due_us = _NEVER
        self._now_us = 0
        self.busy_us = 0
        self._refused = False  # the firmware has answered that it has another spec
        self.spec = "own"
        """`other`: the application was made for another spec, and takes no samples."""

    @property
    def online(self) -> bool:
        """Whether the application runs and has the tty open."""
        return self._session is not None

    @property
    def processed_seq(self) -> int | None:
        """Number of the first sample that is not processed (32 bits); None: not known."""
        return self.processed(0)

    def processed(self, stream: int) -> int | None:
        """Return the same of a sensor's stream."""
        known = self._session.known if self._session is not None else self._known
        if known is None:
            return None
        return known.next_seq_1 if stream else known.next_seq

    def start(self, now_us: int) -> None:
        """Start again, after the processed samples."""
        self.die()
        self._refused = False
        own = self.spec == "own"
        spec_hash = self._spec_hash if own else bytes(255 - byte for byte in self._spec_hash)
        self._sessions += 1
        self._session = Session(
            session_id=self._sessions << 16,
            new_log=lambda: self._random.getrandbits(64) | 1,
            spec_hash=spec_hash,
            known=self._known,
            automatic=False,
            watch=self._watch,
        )
        if self._ledger.dater is not None:
            self._ledger.dater.start()
        self._session.start(self._on_linux(now_us))
        self._follow(now_us)

    def die(self) -> None:
        """Crash: drop the samples that are received and not processed."""
        self._unprocessed.clear()
        self._process_due_us = self._suspend_due_us = _NEVER
        self._outbox = Outbox()
        self.busy_us = 0
        if self._session is not None:
            self._known = self._session.known or self._known
            self._session = None

    def suspend(self, now_us: int) -> None:
        if now_us < self.busy_us:
            self._suspend_due_us = self.busy_us
        elif self._session is not None:
            self._suspend_due_us = _NEVER
            self.process(now_us)
            self._session.suspend(self._on_linux(now_us))
            self._follow(now_us)

    def resume(self, now_us: int) -> None:
        self._suspend_due_us = _NEVER
        if self._session is not None:
            self._session.resume(self._on_linux(now_us))
            self._follow(now_us)

    def receive(self, data: bytes, now_us: int) -> None:
        if self._session is not None:
            self.process(now_us)
            self._session.receive(data, self._on_linux(now_us))
            self._follow(now_us)

    def next_due_us(self) -> int:
        """Return when `poll` must be called."""
        if self._session is None:
            return _NEVER
        due_us = self._session_due_us
        if self._process_due_us < due_us:
            due_us = self._process_due_us
        if self._suspend_due_us < due_us:
            due_us = self._suspend_due_us
        return due_us if due_us > self.busy_us else self.busy_us

    def poll(self, now_us: int) -> None:
        session = self._session
        if session is None or now_us < self.busy_us:
            return
        acts = bool(self._unprocessed or self._outbox)
        if self._unprocessed:
            self.process(now_us)
        if self._suspend_due_us <= now_us:
            self.suspend(now_us)
            return
        if self._session_due_us <= now_us:
            session.poll(self._on_linux(now_us))
            acts = True
        if acts:
            self._follow(now_us)

    def process(self, now_us: int) -> None:
        """Store the received samples, then acknowledge them."""
        if not self._unprocessed or self._session is None:
            return
        ends: dict[int, tuple[int, int]] = {}  # by stream: the log, the number after the last
        for item, arrival_us, dated in self._unprocessed:
            if isinstance(item, Samples):
                note_samples(self._ledger, item, arrival_us, dated)
                block = item.block
                ends[block.stream] = item.log, block.first_seq + block.count
            else:
                note_lost(self._ledger, item, arrival_us)
                ends[item.stream] = item.log, item.first_seq + item.count
        self._unprocessed.clear()
        self._process_due_us = _NEVER
        self._on_moment(STORED, now_us)
        for stream, (log, next_seq) in sorted(ends.items()):
            self._session.acknowledge(next_seq & _SEQ_MASK, self._on_linux(now_us), log, stream)

    def write(self, data: bytes, now_us: int) -> None:
        """Write to the tty as soon as it accepts the bytes. What waits for long is replaced by
        later messages, as in the real peer."""
        self._outbox.add(data)
        if self._outbox:
            self._outbox.pause.reset()  # it tries again at each call
            self._outbox.write(self._write_some, 0)
            if self._outbox:
                self._on_rest(now_us)

    def _write_some(self, data: bytes) -> int:
        taken = self._tty_write(data)
        if taken:
            self._ledger.wire.written()
        return taken

    def _follow(self, now_us: int) -> None:
        """Handle the session's events and write its bytes."""
        session = self._session
        if session is None:
            return
        for event in session.take_events():
            if isinstance(event, _SAMPLES):
                self._take(event, now_us)
            elif isinstance(event, _POWER):
                self._on_power(event, now_us)
            else:
                self._refused = self._refused or isinstance(event, SpecMismatch)
                note_event(self._ledger, event, now_us)
                if isinstance(event, Started):
                    session.acknowledge_crashes(event.start, self._on_linux(now_us))
        if session is self._session:
            if (data := session.take_bytes()) or self._outbox:
                self.write(data, now_us)
            if self._asked:
                self._asked = False
                self._on_moment(ASKED, now_us)
            self._session_due_us = self._due_us(session)

    def _due_us(self, session: Session) -> int:
        """Return when the session must be polled."""
        due_us = session.next_due_us()
        if due_us is None:
            return _NEVER
        dater = self._ledger.dater
        return due_us if dater is None else dater.at_us(due_us)

    def _on_linux(self, now_us: int) -> int:
        """Return Linux's time, which the session counts in."""
        self._now_us = now_us
        dater = self._ledger.dater
        return now_us if dater is None else dater.linux_us(now_us)

    def _watch(self, message: Message | Block, leaves: bool, linux_us: int) -> None:
        at_us = self._now_us
        if self._ledger.dater is not None:
            self._ledger.dater.watch(message, leaves, at_us)
        if leaves and not isinstance(message, Block):
            self._ledger.wire.went(message, at_us)
            self._asked = self._asked or isinstance(message, Sleep)
        else:
            self._ledger.wire.came(message, at_us)
            if self._refused and isinstance(message, Block):
                self._ledger.misdirected(message.first_seq, message.count, at_us)

    def _take(self, event: Samples | Lost, now_us: int) -> None:
        self.busy_us = max(self.busy_us, now_us)
        if isinstance(event, Samples):
            self.busy_us += self._pace.decode_ns_per_sample * event.block.count // 1000
        dater = self._ledger.dater
        dated = dater.date(event) if dater and isinstance(event, Samples) else None
        self._unprocessed.append((event, self.busy_us, dated))
        self._process_due_us = min(self._process_due_us, self.busy_us + self._pace.process_us)
        self._on_moment(RECEIVED, now_us)
