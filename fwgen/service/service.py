"""The service: the tty's session in one thread, each sink in its own, the local socket in another.

Samples go from the session to the sinks; what all required sinks have made durable is acknowledged
to the firmware. Until then it stays in the firmware's log.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.peer.errnos import TtyError
from fwgen.peer.events import (
    Event,
    LatencyNotHeld,
    Lost,
    NewLog,
    NumberingRestarted,
    Online,
    Samples,
    SpecMismatch,
    Started,
    StatusReceived,
    StreamFound,
    TtyDisturbed,
)
from fwgen.peer.latency import CPU_DMA_LATENCY
from fwgen.peer.session import Known, Session
from fwgen.peer.started import started_words
from fwgen.peer.tty import TtyPeer
from fwgen.service.clock import Clock
from fwgen.service.dating import LastDated
from fwgen.service.delivery import Delivery
from fwgen.service.find_tty import BoardSystem
from fwgen.service.items import Item, Mark, Numbering, Run, SleepNote, StartNote
from fwgen.service.link import Link
from fwgen.service.power.sleeping import Sleep, Sleeping, Suspender
from fwgen.service.recent import Recent, main_column
from fwgen.service.sensors import columns_of, described
from fwgen.service.settings import Settings
from fwgen.service.sinks.base import Sink
from fwgen.service.sinks.lines import documents
from fwgen.service.state import State, sleep_document
from fwgen.service.system_clock import utc_us
from fwgen.service.workers import Workers
from fwgen.wire.block import Block
from fwgen.wire.messages import Message
from fwgen.words import count

STOP_PATIENCE_S: Final = 5.0
_SIGNAL_S: Final = 1.0
"""The main thread alone runs the handlers of signals. If the kernel gives one to another thread,
as after SIGSTOP, the main thread's wait goes on; it sees the signal after this time."""
_TTY_PAUSE_S: Final = (1.0, 30.0)
"""First and longest pause after the tty could not be used."""


class Service:
    """`sinks`: opened by their own threads. `recorded`: what `recorder` has recorded; `last`: the
    last sample that it has dated. `suspender` suspends Linux.

    `tell` gets one line for people; any thread may call it.
    """

    def __init__(
        self,
        settings: Settings,
        sinks: dict[str, Sink],
        *,
        suspender: Suspender,
        recorder: str = "",
        recorded: Mark | None = None,
        last: LastDated | None = None,
        tell: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._tell = tell
        self._records = bool(recorder)
        self.publish: Callable[[dict[str, object]], None] = lambda document: None
        """Called with a JSON document for viewers, from any thread. Set it before `run`."""
        self._order = threading.Lock()  # items reach the sinks in the order of their marks
        self._unknown: set[int] = set()  # streams that the settings do not describe
        self._clock = Clock(last, tell)
        self._state = State()
        self._recent = {name: Recent(name) for name in columns_of(settings.sensors)}
        self._recent_lock = threading.Lock()
        self._over = threading.Event()
        self._asked = threading.Event()  # ends a pause
        self._failure: BaseException | None = None
        required = {sink.kind: sink.required for sink in settings.sinks}
        keeps_all = required.get(recorder, True)
        self._numbering = Numbering(recorded, settings.sensors, required=keeps_all)
        self._delivery = Delivery({name: required[name] for name in sinks}, recorder, recorded)
        self._workers = Workers(
            sinks, self._delivery, self._acknowledge, self._report, self._report_crash
        )
        known = recorded and Known(
            recorded.log.identity,
            recorded.next_seq,
            recorded.boot,
            recorded.other and recorded.other.next_seq,
        )
        self._system = BoardSystem(settings.channel, settings.tty)
        path = settings.tty or Path(f"the tty of the channel {settings.channel}")
        self.sleeping = Sleeping(
            suspender, self._ask, self._note_sleep, settings.sleep.unacknowledged
        )
        self.sleeping.enter = self._enter
        self._peer = TtyPeer(
            path,
            self._session,
            self._handle,
            known=known,
            system=self._system,
            suspend_linux=self.sleeping.suspend_linux,
            latency=CPU_DMA_LATENCY if settings.hold_latency else None,
        )
        self._link = Link(lambda: self._peer.state, self._system)
        self._thread = threading.Thread(target=self._serve_tty, name="tty", daemon=True)

    def run(self) -> None:
        """Serve until `stop` or an error, which is raised. Called in the main thread."""
        self._workers.start()
        self._thread.start()
        try:
            while not self._over.wait(_SIGNAL_S):
                self.sleeping.report_late()
                trouble = self._link.trouble()
                if trouble is not None:
                    silent = self._link.answers
                    what = "samples wait" if silent else "check `channel` and `tty` in the settings"
                    self._report("tty", trouble, what, quiet=not trouble)
        finally:
            self.stop()
            self._peer.stop()
            self._thread.join(STOP_PATIENCE_S)
            self.sleeping.report_late(0)
            self._workers.stop(STOP_PATIENCE_S)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let `run` return. Any thread may call this."""
        self._over.set()
        self._asked.set()

    def status(self) -> dict[str, object]:
        """Return the status as a JSON document. Any thread may call this."""
        return {
            **self._state.document(
                self._system.opened, self._workers.waiting(), answers=self._link.answers
            ),
            "channels": described(self._settings.sensors),
            "missed": self._workers.missed(),
        }

    def recent(self, channel: str = "") -> dict[str, Any] | None:
        """Return the last minutes of a channel as a JSON document; None: there is no such channel.
        Without a name: of the one that viewers show first. Any thread may call this."""
        name = channel or main_column(described(self._settings.sensors))
        with self._recent_lock:
            return self._recent[name].document() if name in self._recent else None

    # ------------------------------------------------------------------------ in the tty's thread

    def _serve_tty(self) -> None:
        pause_s = _TTY_PAUSE_S[0]
        try:
            while not self._over.is_set():
                try:
                    self._peer.run()
                except TtyError as error:
                    self._link.has_error = True
                    self._report("tty", str(error), "trying again")
                    self._wait(pause_s)
                    self._link.has_error = False
                    pause_s = min(2 * pause_s, _TTY_PAUSE_S[1])
        except BaseException as error:
            self._report_crash(error)

    def _wait(self, pause_s: float) -> None:
        """Wait; a request to suspend ends it: the tty is tried again, and the request answered."""
        self._asked.clear()
        if not self._over.is_set():
            self._asked.wait(pause_s)

    def _session(self, known: Known | None) -> Session:
        return Session(
            session_id=secrets.randbits(32) or 1,
            spec_hash=self._settings.spec,
            known=known,
            automatic=False,
            watch=self._watch,
        )

    def _watch(self, message: Message | Block, is_sent: bool, now_us: int) -> None:
        if not is_sent:
            self._link.note_message()
        self._clock.dating.watch(message, is_sent, now_us)

    def _handle(self, event: Event) -> None:
        self._state.note(event)
        self.sleeping.handle(event)
        if isinstance(event, Samples | Lost | NewLog | NumberingRestarted):
            dated = self._clock.date(event) if isinstance(event, Samples) else None
            with self._order:
                item = self._numbering.item(event, dated)
                self._workers.add(item)
            self._note_item(item)
        elif isinstance(event, Online):
            self._note_online(event)
        elif isinstance(event, StreamFound):
            self._numbering.note_stream(event.info)
        elif isinstance(event, SpecMismatch):
            found = event.hello.spec_hash.hex()
            self._tell(
                f"the firmware has another spec ({found}) or format: its samples wait; "
                "`fwgen-peer doctor` says how to fix it"
            )
            self._publish_status()
        elif isinstance(event, LatencyNotHeld):
            self._tell(
                f"{event.reason}: while Linux idles, DDR may enter self-refresh with the rings in "
                "it (no matter with `rings: sram2`: then set hold_latency = false)"
            )
        elif isinstance(event, Started):
            self._note_start(event)
        elif isinstance(event, TtyDisturbed):
            self._tell(f"another program changed the tty's modes: {' '.join(event.modes)}")
        elif isinstance(event, StatusReceived):
            self._numbering.note_dropped(event.status.dropped)
            self._clock.check()
            redate = self._clock.redate(self._numbering.mark)
            if redate is not None:
                self._workers.add(redate)
            self._publish_status()

    def _note_online(self, event: Online) -> None:
        self._numbering.note_hello(event.hello)
        hello = event.hello
        self._report("tty", "", quiet=True)
        waiting = (hello.next_seq - hello.oldest_seq) & 0xFFFF_FFFF
        self._tell(
            f"online: log {hello.log:016x}, boot {hello.boot}, {count(waiting, 'sample')} waiting"
        )
        self._publish_status()

    def _note_start(self, event: Started) -> None:
        """The firmware keeps its crashes until the database has them."""
        lines = started_words(event.start)
        for line in lines:
            self._tell(line)
        mark = self._numbering.mark

        def acknowledge() -> None:
            self._peer.acknowledge_crashes(event.start)

        if self._records and mark is not None:
            said = "\n".join(lines)
            self._workers.add(StartNote(mark, event.start.boot, utc_us(), said, acknowledge))
        else:
            acknowledge()

    def _note_item(self, item: Item) -> None:
        self._state.note_item(item)
        if isinstance(item, Run):
            self._note_unknown(item)
            rows = list(documents(item))
            times_us = [each.utc_us for each in item.samples()]
            with self._recent_lock:
                for recent in self._recent.values():
                    recent.add(rows, times_us, utc_us())
            self.publish({"samples": rows})

    def _note_unknown(self, run: Run) -> None:
        """Say once that the meaning of a sensor's numbers is not known."""
        stream, settings = run.block.stream, self._settings
        known = stream < len(settings.sensors) and run.sensor == settings.sensors[stream]
        if not known and stream not in self._unknown:
            self._unknown.add(stream)
            self._tell(
                f"the settings do not describe the channels of sensor {stream}, of "
                f"{', '.join(map(str, run.block.widths))} bits: their raw numbers are kept; "
                "take [[sensors]] from fragments/fwgen-peer.toml"
            )

    def _note_sleep(self, sleep: Sleep) -> None:
        self._tell(sleep.text)
        self._state.note_sleep(sleep)
        document = sleep_document(sleep)
        with self._order:
            mark = self._numbering.mark
            if mark is not None:
                self._workers.add(SleepNote(mark, sleep.asked_us, sleep.ended_us, document))
        self.publish({"sleep": document})

    # ------------------------------------------------------------------------------ in any thread

    def _enter(self, phase: str) -> None:
        self._state.note_linux(phase)
        self._publish_status()

    def _publish_status(self) -> None:
        self.publish({"status": self.status()})

    def _ask(self) -> None:
        self._peer.suspend()
        self._asked.set()

    def _acknowledge(self, mark: Mark) -> None:
        self._peer.acknowledge(mark.next_seq, mark.log.identity)
        if mark.other is not None:
            self._peer.acknowledge(mark.other.next_seq, mark.other.log.identity, stream=1)

    def _report(
        self, name: str, trouble: str, what: str = "samples wait", *, quiet: bool = False
    ) -> None:
        """Note what is wrong with the tty or a sink; "": nothing is any more. Print each once."""
        changed = self._state.note_trouble(name, trouble)
        if changed and not quiet:
            self._tell(f"{name}: {trouble}; {what}" if trouble else f"{name}: stores again")
        if changed:
            self._publish_status()

    def _report_crash(self, error: BaseException) -> None:
        self._failure = error
        self._over.set()
