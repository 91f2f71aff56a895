"""The session over the real board's tty: /dev/ttyRPMSG0, one thread, Linux only.

Linux may suspend only while no process sends to the firmware. What this module does for that, and
what it cannot do:

- The process that asks the firmware for sleep is the one that suspends Linux.
- It locks the tty (flock on the node itself). This keeps out a second peer and every program that
  locks the same way, also root's. It sets TIOCEXCL, which keeps out all users but root.
- Neither stops root's `cat`, `echo` or getty, which take no lock, nor a process that had the tty
  open before. Root can always send between the permission and the suspend.
- Another process can change the tty's modes (stty, a getty). With echo on, the kernel sends the
  firmware's messages back to it, and that doorbell can open its door after the permission. So the
  module checks and restores the modes before SLEEP, and again before it passes on the permission.
  It does not see a change that is undone between two checks.

It also holds /dev/cpu_dma_latency while it has the tty open: see latency.py.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.handshake import machine
from fwgen.peer.errnos import AgainError, GoneError, TtyError, attempt, describe
from fwgen.peer.events import (
    Event,
    LatencyNotHeld,
    Lost,
    NumberingRestarted,
    Samples,
    SuspendFailed,
    SuspendReady,
    SuspendRefused,
    TtyDisturbed,
)
from fwgen.peer.latency import CPU_DMA_LATENCY
from fwgen.peer.modes import wrong_modes
from fwgen.peer.outbox import Outbox, Pause
from fwgen.peer.requests import Requests
from fwgen.peer.session import Known, Session
from fwgen.peer.system import System, boot_time_us, make_raw, open_raw, suspend_to_ram
from fwgen.wire.messages import Start

__all__ = ["System", "TtyError", "TtyPeer", "boot_time_us", "open_raw", "suspend_to_ram"]

_LOOK_AGAIN_US: Final = 200_000
"""Interval between attempts to open a tty that does not exist: remoteproc creates it when the
firmware attaches."""
_LOOK_SELDOM_US: Final = 5_000_000
"""The same, after ttys that disappeared repeatedly without sending a byte."""
_TROUBLE_PATIENCE_US: Final = 1_000_000
"""The tty may be busy for this long when it is opened or checked; then TtyError is raised."""
_CHECK_US: Final = 1_000_000
"""Interval between two checks of the tty's modes."""
_PATIENCE_US: Final = machine("peer").timers_us["patience"]
"""A request to suspend waits for this long: for the tty, then for the firmware."""


class TtyPeer:
    """A session over a tty that may disappear and come back.

    `make_session` is called each time the tty is opened, with what the last session had processed
    (None: nothing is known). `handle` gets all events, in `run`'s thread. `suspend`, `acknowledge`
    and `stop` may be called from any thread, and by `handle`.

    An exception of `handle` or `make_session` ends `run` and is raised from it, whatever its type.
    Samples for which `handle` did not return are handed out again in the next `run`.
    """

    def __init__(
        self,
        path: Path,
        make_session: Callable[[Known | None], Session],
        handle: Callable[[Event], None],
        *,
        known: Known | None = None,
        clock_us: Callable[[], int] = boot_time_us,
        suspend_linux: Callable[[], None] | None = None,
        system: System | None = None,
        latency: Path | None = CPU_DMA_LATENCY,
    ) -> None:
        """`suspend_linux` returns when Linux is up again; raises OSError if it did not suspend.
        `latency`: the file to hold while the tty is open; None: none, for rings outside DDR."""
        self._path = path
        self._make_session = make_session
        self._handle = handle
        self._known = known
        self._clock_us = clock_us
        self._suspend_linux = suspend_linux or suspend_to_ram
        self._system = system or System()
        self._latency = latency
        self._latency_handle: int | None = None
        self._tty: int | None = None
        self._session: Session | None = None
        self._events: deque[Event] = deque()  # not handled yet
        self._outbox = Outbox()
        self._reading = Pause(1_000, 100_000)
        self._again = Pause(1_000, 100_000)
        self._again_since_us: int | None = None
        self._looking = Pause(_LOOK_AGAIN_US, _LOOK_SELDOM_US)
        self._check_due_us = 0
        self._requests = Requests(clock_us)
        self._taken_us: int | None = None  # when the request was made whose end is not reported
        self._in_handler = False
        self._stopping = False

    # ------------------------------------------------------------------- any thread may call these

    @property
    def state(self) -> str:
        """State of the session, of table.toml's machine "peer"; "offline" while there is no tty."""
        session = self._session
        return "offline" if session is None else session.state

    def suspend(self) -> None:
        """Ask the firmware, then suspend Linux.

        Ends in exactly one event. SuspendReady comes just before Linux is suspended; SuspendFailed
        follows it if the suspend failed. SuspendRefused comes at the latest after the handshake's
        patience. While there is no tty, the request waits for it in this time; if the tty
        disappears, the next session asks again. Calls before that event share it.
        """
        self._requests.suspend()

    def acknowledge(self, next_seq: int, log: int, stream: int = 0) -> None:
        """For a session that is not `automatic`: all samples of the stream of `log` before
        `next_seq` are processed. `log` and `stream` are those of the event (Samples or Lost).

        An acknowledgement for a log that no longer exists is ignored. So is a number that the
        present session has not handed out yet: those samples are handed out again.
        """
        self._requests.acknowledge(next_seq, log, stream)

    def acknowledge_crashes(self, start: Start) -> None:
        """For a session that is not `automatic`: the crashes in `start` (event Started) are
        stored."""
        self._requests.acknowledge_crashes(start)

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        self._requests.ring()

    def close(self) -> None:
        """Close the pipe; call it after the last `run`."""
        self._requests.close()

    # --------------------------------------------------------------------------- the one thread

    def run(self) -> None:
        """Serve the tty until `stop`; wait for it while it does not exist. Raises TtyError."""
        self._in_handler = False
        try:
            while not self._stopping:
                self.turn()
        finally:
            self._end()

    def turn(self) -> None:
        """One round of `run`: do what is due, then wait."""
        self._in_handler = False
        try:
            self._tell_all()
            if self._session is None:
                self._look()
            else:
                self._serve(self._session)
        except AgainError as error:
            self._put_off(str(error), self._clock_us())
            self._wait([], self._again.until_us)
        except GoneError as error:
            self._lose(str(error))

    def _look(self) -> None:
        """No tty is open: try to open it."""
        now_us = self._clock_us()
        why = f"{self._path} does not exist"
        if self._looking.over(now_us) and self._again.over(now_us):
            try:
                self._tty = self._system.open_tty(self._path)
            except GoneError:
                self._looking.until_us = now_us + _LOOK_AGAIN_US
                self._end_trouble()
            except AgainError as error:
                why = str(error)
                self._put_off(why, now_us)
            else:
                self._begin(now_us)
                return
        times = (self._looking.until_us, self._again.until_us)
        until_us = max((at for at in times if at is not None), default=now_us)
        wished_us = self._requests.wished_us
        if wished_us is not None and now_us >= wished_us + _PATIENCE_US:
            self._take_wish()
            self._tell(SuspendRefused(why))
        elif wished_us is not None:
            until_us = min(until_us, wished_us + _PATIENCE_US)
        self._wait([], until_us)

    def _put_off(self, why: str, now_us: int) -> None:
        """Postpone opening the tty or checking its modes. Raises TtyError after
        _TROUBLE_PATIENCE_US."""
        if self._again_since_us is None:
            self._again_since_us = now_us
        if now_us >= self._again_since_us + _TROUBLE_PATIENCE_US:
            raise TtyError(f"cannot use {self._path}: {why}")
        self._again.grow(now_us)

    def _end_trouble(self) -> None:
        self._again.reset()
        self._again_since_us = None

    def _begin(self, now_us: int) -> None:
        self._end_trouble()
        self._looking.until_us = None
        self._reading.reset()
        self._outbox = Outbox()
        self._requests.take_processed()  # of an earlier session
        self._hold_latency()
        self._session = self._make_session(self._known)
        self._session.start(now_us)

    def _hold_latency(self) -> None:
        if self._latency is None:
            return
        try:
            self._latency_handle = self._system.hold_latency(self._latency)
        except OSError as error:
            reason = describe("latency", error)
            self._events.append(LatencyNotHeld(error.errno or 0, reason))

    def _serve(self, session: Session) -> None:
        """One round of a session."""
        now_us = self._clock_us()
        asks = self._requests.wished_us is not None or session.state == "asking"
        if asks or now_us >= self._check_due_us:
            self._restore_modes(now_us)
            self._end_trouble()
        wished_us = self._take_wish() if asks else None
        if wished_us is not None:
            session.suspend(now_us, wished_us)
        self._pass_on_processed(session, now_us)
        self._collect(session)
        self._tell_all()
        self._write(session)
        self._collect(session)
        if self._events or self._stopping:
            return
        self._read(session)
        session.poll(self._clock_us())
        self._collect(session)

    def _write(self, session: Session) -> None:
        tty = self._tty
        assert tty is not None
        self._outbox.add(session.take_bytes())
        self._outbox.write(
            lambda data: attempt("write", self._path, lambda: self._system.write(tty, data)),
            self._clock_us(),
        )

    def _read(self, session: Session) -> None:
        """Wait until there is something to read or to do, and read it."""
        tty = self._tty
        assert tty is not None
        now_us = self._clock_us()
        listens = self._reading.over(now_us)
        times = [session.next_due_us(), self._outbox.pause.until_us if self._outbox else None]
        times.append(None if listens else self._reading.until_us)
        due_us = min((at for at in times if at is not None), default=None)
        if tty not in self._wait([tty] if listens else [], due_us):
            return
        try:
            data = attempt("read", self._path, lambda: self._system.read(tty))
        except AgainError:
            self._reading.grow(now_us)
            return
        if not data:
            raise GoneError("read: the tty was hung up")
        self._reading.reset()
        self._looking.reset()
        session.receive(data, self._clock_us())

    def _lose(self, why: str) -> None:
        """The tty has disappeared: end the session."""
        session, self._session = self._session, None
        self._close()
        if session is not None:
            session.stop(self._clock_us())
            self._collect(session)
            self._note_known(session)
        self._looking.grow(self._clock_us())
        self._keep_wish()
        self._tell_all()
        if self._taken_us is not None:
            self._tell(SuspendRefused(why))

    def _keep_wish(self) -> None:
        """The session has ended: the next one passes on its request to suspend, if there is time
        left for that."""
        if self._taken_us is None or self._clock_us() >= self._taken_us + _PATIENCE_US:
            return
        self._events = deque(
            event for event in self._events if not isinstance(event, SuspendReady | SuspendRefused)
        )
        self._requests.keep_wish(self._taken_us)
        self._taken_us = None

    def _end(self) -> None:
        """`run` ends, for whatever reason."""
        session, self._session = self._session, None
        if session is not None:
            now_us = self._clock_us()
            if any(isinstance(event, Samples | Lost) for event in self._events):
                session.take_bytes()  # these bytes may acknowledge what was not handled
            else:
                session.resume(now_us)  # wakes the firmware now, not at the next hello
            self._outbox.pause.reset()
            with contextlib.suppress(GoneError, TtyError):
                self._write(session)
            session.stop(now_us)
            self._collect(session)
            self._note_known(session)
        self._close()
        self._drop_what_comes_again()
        self._take_wish()
        ends = any(isinstance(event, SuspendReady | SuspendRefused) for event in self._events)
        if self._taken_us is not None and not ends:
            self._events.append(SuspendRefused("the peer was stopped"))
        if not self._in_handler:  # else the handler failed: it gets them in the next run
            self._tell_all()

    def _close(self) -> None:
        tty, self._tty = self._tty, None
        if tty is not None:
            self._system.close(tty)
        latency, self._latency_handle = self._latency_handle, None
        if latency is not None:
            self._system.release_latency(latency)

    # ------------------------------------------------------------------------------------- events

    def _collect(self, session: Session) -> None:
        self._events += session.take_events()

    def _tell_all(self) -> None:
        while self._events:
            event = self._events[0]
            if isinstance(event, Samples | Lost):
                self._tell(event)
                self._events.popleft()  # only now, after it was handled
                continue
            self._events.popleft()
            if isinstance(event, SuspendReady):
                self._go_down(event)
            else:
                self._tell(event)

    def _tell(self, event: Event) -> None:
        if isinstance(event, SuspendReady | SuspendRefused):
            self._take_wish()  # requests made until now share this result
            self._taken_us = None
        self._in_handler = True
        self._handle(event)
        self._in_handler = False
        if isinstance(event, NumberingRestarted):
            self._requests.take_processed()  # numbers that no longer mean the same samples

    def _go_down(self, ready: SuspendReady) -> None:
        """The firmware no longer accesses DDR: suspend Linux, unless something forbids it."""
        session = self._session
        if session is None:
            self._tell(SuspendRefused(f"{self._path} no longer exists"))
            return
        against = "the peer was stopped" if self._stopping else self._against_sleep()
        if against:
            self._tell(SuspendRefused(against))
        else:
            self._tell(ready)
            if not self._stopping:
                self._suspend()
        session.resume(self._clock_us())

    def _against_sleep(self) -> str:
        """Return why Linux must not suspend though the firmware agreed; "": it may."""
        try:
            wrong = self._restore_modes(self._clock_us())
        except AgainError as error:
            return str(error)
        if wrong:
            return f"another process changed the tty's modes: {' '.join(wrong)}"
        return ""

    def _suspend(self) -> None:
        try:
            self._suspend_linux()
        except OSError as error:
            self._tell(SuspendFailed(error.errno or 0, describe("suspend", error)))

    def _restore_modes(self, now_us: int) -> tuple[str, ...]:
        """Restore the tty's modes; return those that another process had changed."""
        tty = self._tty
        assert tty is not None
        self._check_due_us = now_us + _CHECK_US
        modes = attempt("ioctl", self._path, lambda: self._system.get_modes(tty))
        wrong = wrong_modes(modes)
        if wrong:
            make_raw(tty, self._path, self._system)
            self._tell(TtyDisturbed(wrong))
        return wrong

    # ------------------------------------------------------------------ requests from other threads

    def _take_wish(self) -> int | None:
        """Return when a new request to suspend was made; None: there is no new one."""
        wished_us = self._requests.take_wish()
        if self._taken_us is None:
            self._taken_us = wished_us
        return wished_us

    def _pass_on_processed(self, session: Session, now_us: int) -> None:
        start = self._requests.take_start()
        if start is not None:
            session.acknowledge_crashes(start, now_us)
        for (log, stream), next_seq in self._requests.take_processed().items():
            with contextlib.suppress(ValueError):  # an earlier session's: handed out again
                session.acknowledge(next_seq, now_us, log, stream)

    def _note_known(self, session: Session) -> None:
        """Note where the next session continues: before the first event that is not handled."""
        known = session.known or self._known
        for event in reversed(self._events):
            if known is None:
                break
            if isinstance(event, Samples):
                first_seq = (event.block.first_seq + event.skip) & 0xFFFF_FFFF
                known = known.back_to(first_seq, event.block.stream)
            elif isinstance(event, Lost):
                known = known.back_to(event.first_seq, event.stream)
        self._known = known

    def _drop_what_comes_again(self) -> None:
        """Keep only the result of a request to suspend; a permission becomes a refusal."""
        left = [event for event in self._events if isinstance(event, SuspendReady | SuspendRefused)]
        self._events.clear()
        for event in left:
            refused = isinstance(event, SuspendReady)
            self._events.append(SuspendRefused("the peer was stopped") if refused else event)

    def _wait(self, handles: list[int], until_us: int | None) -> list[int]:
        """Return the handles that can be read."""
        wait_s = None if until_us is None else max(0, until_us - self._clock_us()) / 1e6
        ready = self._system.wait([*handles, self._requests.bell], wait_s)
        if self._requests.bell in ready:
            self._requests.hear()
        return ready
