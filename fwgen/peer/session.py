"""The Linux side of the protocol, without I/O: bytes and time in, bytes and events out.

    session = Session(session_id=secrets.randbits(32) | 1, spec_hash=spec.spec_hash)
    session.start(now_us)                    # the transport is open
    loop:
        transport.write(session.take_bytes())
        for event in session.take_events(): ...
        wait for bytes, or until session.next_due_us()
        session.receive(data, now_us)  or  session.poll(now_us)

Every call may produce bytes to send and events to take. Times are microseconds of any monotonic
clock; it may run or stand still during a suspend.

The handshake is table.toml's machine "peer". Its rule for a sleep: from SLEEP until WAKE the
session sends nothing but SLEEP, each with a new id. Only the acknowledgement of the last SLEEP
counts. Linux may suspend one guard time after it (event SuspendReady).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from fwgen.handshake import machine
from fwgen.peer.events import (
    Called,
    Event,
    NumberingRestarted,
    Resumed,
    SpecMismatch,
    Started,
    StatusReceived,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.incoming import Incoming
from fwgen.peer.known import Counts, Known
from fwgen.peer.pacing import Pace, Pacing
from fwgen.peer.receiver import Receiver
from fwgen.peer.stepping import Stepping
from fwgen.peer.streams import Streams
from fwgen.wire.block import Block
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import (
    Call,
    Gap,
    Hello,
    Message,
    OtherHello,
    OtherPeerHello,
    PeerHello,
    Sleep,
    SleepAck,
    Start,
    StartAck,
    Status,
    StreamGap,
    StreamInfo,
    Wake,
    WakeAck,
    encode,
)

__all__ = ["Counts", "Known", "Pace", "Session"]

_U32: Final = 0xFFFF_FFFF
_PATIENCE_US: Final = machine("peer").timers_us["patience"]
TO_OTHER_EVERY: Final = 4
"""After this many unanswered hellos the session sends one that every format understands."""

_DATA: Final = (Block, Gap, StreamGap)
_HELLOS: Final = (Hello, OtherHello)

_REASONS: Final = {
    "offline": "no transport to the firmware is open",
    "greeting": "the firmware does not answer hello",
    "waking": "the firmware does not answer WAKE",
}


def _random_id() -> int:
    return secrets.randbits(64) or 1


class Session:
    """`automatic`: samples count as processed when they are handed out. Otherwise the application
    calls `acknowledge`, and the firmware keeps the rest.

    `new_log` returns a new random number, 1 .. 2^64 - 1: the identity for a log that has none. The
    firmware has no reliable source of random numbers.

    `watch` is called with each message, whether it is sent (True) or received, and the time. Tools
    that examine a run use it.
    """

    def __init__(
        self,
        *,
        session_id: int,
        spec_hash: bytes | None = None,
        known: Known | None = None,
        automatic: bool = True,
        pace: Pace | None = None,
        new_log: Callable[[], int] = _random_id,
        watch: Callable[[Message | Block, bool, int], None] | None = None,
    ) -> None:
        if not 0 < session_id <= _U32:
            raise ValueError(f"a session id is 1 .. 2^32 - 1, not {session_id}")
        self._steps = Stepping()
        self._session_id = session_id
        self._spec_hash = spec_hash
        self._automatic = automatic
        self._pacing = Pacing(pace or Pace(), machine("peer").timers_us["alive"])
        self._new_log = new_log
        self._watch = watch
        self._streams = Streams(known)
        self._hellos = 0  # unanswered
        self._incoming = Incoming()
        self._next_id = session_id
        self._sleep_id: int | None = None
        self._wake_id: int | None = None
        self._wish_us: int | None = None  # since when Linux wants to suspend
        self._asked_us = 0
        self._acknowledged_us = 0
        self._hello: Hello | OtherHello | None = None
        self._start: Start | None = None  # the last one reported
        self._refuses = False  # the firmware has another spec
        self._now_us = 0
        self._out = bytearray()
        self._events: list[Event] = []
        self.counts = Counts()
        self._actions: dict[str, Callable[[], None]] = {
            name: getattr(self, f"_do_{name}") for name in machine("peer").actions
        }

    # ------------------------------------------------------------------ what the application sees

    @property
    def state(self) -> str:
        """State of table.toml's machine "peer"."""
        return self._steps.state

    @property
    def known(self) -> Known | None:
        """What the next session needs to continue after the processed samples."""
        return self._streams.known

    @property
    def stream_errors(self) -> int:
        return self._incoming.errors

    @property
    def duplicates(self) -> int:
        """Samples that were received more than once."""
        return self._streams.duplicates

    def start(self, now_us: int) -> None:
        """The transport is open."""
        self._now_us = now_us
        self._fire("start")

    def stop(self, now_us: int) -> None:
        """The transport is closed. Bytes not yet taken are dropped."""
        self._now_us = now_us
        self._fire("stop")

    def receive(self, data: bytes, now_us: int) -> None:
        self._now_us = now_us
        self._abandon_stale()
        self._handle(self._incoming.feed(data, now_us))
        self._pace_acks()

    def poll(self, now_us: int) -> None:
        """Do what is due by now: give up, repeat, acknowledge."""
        self._now_us = now_us
        self._abandon_stale()
        wish_due_us = self._wish_due_us
        if wish_due_us is not None and now_us >= wish_due_us:
            self._fire("gave_up")
        due_us = self._steps.due_us
        if due_us is not None and now_us >= due_us:
            self._steps.due_us = None
            self._fire("timeout")
        self._pace_acks()

    def next_due_us(self) -> int | None:
        """Return when `poll` must be called; None: no timer runs."""
        due = _sooner(self._steps.due_us, self._incoming.stale_us)
        if self._wish_us is not None:
            due = _sooner(due, self._wish_due_us)
        if (ack_us := self._pacing.next_us()) is not None and self._may_ack:
            due = _sooner(due, ack_us)
        return due

    def take_bytes(self) -> bytes:
        """Return the whole messages to write to the transport."""
        taken = bytes(self._out)
        self._out.clear()
        return taken

    def take_events(self) -> list[Event]:
        taken, self._events = self._events, []
        return taken

    def acknowledge(self, next_seq: int, now_us: int, log: int, stream: int = 0) -> None:
        """All samples of the stream of `log` before `next_seq` are processed: the firmware may free
        them.

        `log` is that of the event (Samples or Lost). The firmware may have a new log by now
        (NewLog) that uses the same numbers; then the call does nothing.
        Raises ValueError if the samples were not all handed out.
        """
        self._now_us = now_us
        receiver = self._streams.both[stream]
        if log == receiver.log and receiver.acknowledge(next_seq):
            self._pacing.note_processed(now_us)
            self._pace_acks()

    def acknowledge_crashes(self, start: Start, now_us: int) -> None:
        """The crashes in `start` (event Started) are stored: the firmware need not report them
        again.

        Has no effect after a new start of the firmware, or while Linux suspends: then the firmware
        reports them again after the next hello.
        """
        self._now_us = now_us
        current = self._start is not None and self._start.boot == start.boot
        if start.untold and current and self.state == "online":
            self._send(StartAck(start.boot, start.crashes))

    def suspend(self, now_us: int, wished_us: int | None = None) -> None:
        """Linux wants to suspend, since `wished_us` (None: since now).

        Always ends in exactly one SuspendReady or SuspendRefused, at the latest the timers
        `patience` plus `guard` after `wished_us` (if `poll` is called on time). A call before that
        joins the open request and shares its result.
        """
        self._now_us = now_us
        if self._wish_us is None:
            self._wish_us = now_us if wished_us is None else wished_us
            if now_us >= self._wish_us + _PATIENCE_US:
                self._refuse("the request waited too long: the firmware could not be asked in time")
                return
        self._fire("suspend")

    def resume(self, now_us: int) -> None:
        """Linux is up again, or no longer wants to suspend. Ends in Resumed or Online. An open
        request to suspend ends in SuspendRefused."""
        self._now_us = now_us
        if self._wish_us is not None:
            self._refuse("called off")
        self._fire("resume")

    # ------------------------------------------------------------------------------- the machine

    @property
    def _wish_due_us(self) -> int | None:
        """When the request to suspend expires; None: none is open, or the firmware has agreed."""
        if self._wish_us is None or not self._steps.link_open:
            return None
        return self._wish_us + _PATIENCE_US

    @property
    def _may_ack(self) -> bool:
        """With two sensors not while a block of either is missing: acknowledgements of the other
        would keep the firmware from asking and sending it again."""
        return self._steps.state == "online" and not self._refuses and not self._streams.lack

    def _fire(self, event: str) -> None:
        before = self._steps.state
        action = self._steps.take(event, self._now_us)
        entered = self._steps.state != before
        self._actions[action]()
        if entered and self.state == "online" and self._wish_us is not None:
            self._fire("suspend")

    def _do_none(self) -> None:
        pass

    def _do_send_hello(self) -> None:
        self.counts.hellos += 1
        self._hellos += 1
        expected = self._streams.first.processed
        log = None if expected is None else self._streams.log
        spec, session_id = self._spec_hash, self._session_id
        self._send(PeerHello(FORMAT, spec, session_id, expected, log, self._new_log()))
        if self._hellos % TO_OTHER_EVERY == 0:
            self._send(OtherPeerHello(FORMAT, spec, session_id))

    def _do_adopt(self) -> None:
        hello = self._hello
        assert hello is not None
        self._hellos = 0
        self._refuses = isinstance(hello, OtherHello) or (
            self._spec_hash is not None and hello.spec_hash != self._spec_hash
        )
        if self._refuses or isinstance(hello, OtherHello):  # what is known does not change
            self._events.append(SpecMismatch(hello))
            return
        self._events += self._streams.adopt(hello)

    def _do_deliver(self) -> None:
        pass  # _take_data does this for each message

    def _do_send_sleep(self) -> None:
        self._do_remember()
        if self._pacing.due_us is not None and not self._refuses and not self._steps.repeats:
            self._send_ack()
        self.counts.sleeps += 1
        self._sleep_id = self._new_id()
        self._send(Sleep(self._sleep_id))

    def _do_remember(self) -> None:
        if self._wish_us is not None:
            self._asked_us = self._wish_us

    def _do_refuse(self) -> None:
        self._refuse(_REASONS[self.state])

    def _do_refuse_and_wake(self) -> None:
        self._refuse("the firmware did not acknowledge SLEEP")
        self._do_send_wake()

    def _refuse(self, reason: str) -> None:
        self._wish_us = None
        self._events.append(SuspendRefused(reason))

    def _do_hold_still(self) -> None:
        self._acknowledged_us = self._now_us

    def _do_permit(self) -> None:
        self._wish_us = None
        self._events.append(SuspendReady(self._asked_us, self._acknowledged_us))

    def _do_send_wake(self) -> None:
        if self._wake_id is None or not self._steps.repeats:
            self._wake_id = self._new_id()
        self.counts.wakes += 1
        self._send(Wake(self._wake_id, self._goes_on_at))

    @property
    def _goes_on_at(self) -> int:
        """Number of the first sample that the firmware must send."""
        if self._refuses and self._hello is not None:
            return self._hello.oldest_seq
        return self._streams.first.processed or 0

    def _do_come_back(self) -> None:
        self._wake_id = None
        self._streams.note_new_beginning()
        if self._may_ack:
            self._send_ack()  # WAKE freed nothing

    def _do_leave(self) -> None:
        if self._wish_us is not None:
            self._refuse("the transport to the firmware is gone")
        self._out.clear()
        self._pacing.keep_alive(False, self._now_us)
        self._pacing.sent(self._now_us)
        self._sleep_id = self._wake_id = None

    # ------------------------------------------------------------------------------ what arrives

    def _abandon_stale(self) -> None:
        if messages := self._incoming.abandon_stale(self._now_us):
            self._handle(messages)

    def _handle(self, messages: list[Message | Block]) -> None:
        if messages and self._steps.state == "online":
            self._steps.start_timer(self._now_us)
        for message in messages:
            if self._watch is not None:
                self._watch(message, False, self._now_us)
            if isinstance(message, _DATA):
                self._take_data(message)
            elif isinstance(message, _HELLOS):
                self._take_hello(message)
            elif isinstance(message, SleepAck):
                last = message.id == self._sleep_id
                self._fire("rx_sleep_ack" if last else "rx_old_sleep_ack")
            elif isinstance(message, WakeAck) and message.id == self._wake_id:
                if self.state == "waking":
                    self._events.append(Resumed(message.backlog))
                self._fire("rx_wake_ack")
            elif isinstance(message, Status) and self.state != "greeting":
                self._events.append(StatusReceived(message))
            elif isinstance(message, Start) and self.state != "greeting":
                self._take_start(message)
            elif isinstance(message, Call) and self.state != "greeting":
                self._events.append(Called(message))
            elif isinstance(message, StreamInfo) and self._may_ack:
                self._take_stream(message)
            else:
                self.counts.stale += 1

    def _take_stream(self, info: StreamInfo) -> None:
        self._events += self._streams.find_second(info)
        self._send(self._streams.second_ack())

    def _take_data(self, message: Block | Gap | StreamGap) -> None:
        delivers = self._steps.delivers
        self._fire("rx_data")
        stream = 0 if isinstance(message, Gap) else message.stream
        if not delivers or self._refuses or (stream > 0 and not self._streams.has_second):
            self.counts.stale += 1
            return
        receiver = self._streams.both[stream]
        if isinstance(message, Block):
            if self._steps.link_open and receiver.uses_numbers_again(message):
                self._request_everything(message, receiver)
                return
            news = receiver.take_block(message)
            self._pacing.note_received()
        else:
            news = receiver.take_gap(message)
        self._events += news
        if self._automatic and receiver.expected is not None:
            receiver.processed = receiver.expected
            self._pacing.note_processed(self._now_us)
        elif not news and not receiver.lacks:
            self._pacing.want(self._now_us)  # a repetition: the acknowledgement was lost

    def _request_everything(self, block: Block, receiver: Receiver) -> None:
        """Request everything again: new samples use numbers that the session already knows."""
        expected = receiver.expected or 0
        self._events.append(NumberingRestarted(expected, block.first_seq, receiver.stream))
        receiver.begin(None)
        self._fire("rx_ask")

    def _take_hello(self, hello: Hello | OtherHello) -> None:
        if hello.session == 0:
            self._fire("rx_ask")
        elif hello.session == self._session_id:
            self._hello = hello
            self._fire("rx_new_log" if self._tells_of_new_log(hello) else "rx_hello")
            if self._streams.has_gone_back:  # it goes on at a number of a log that no longer exists
                self._streams.has_gone_back = False
                self._fire("rx_ask")
        else:
            self.counts.stale += 1

    def _take_start(self, start: Start) -> None:
        if start != self._start:
            log = self._hello.log if isinstance(self._hello, Hello) else 0
            self._events.append(Started(start, log))
        self._start = start
        if self._automatic:
            self.acknowledge_crashes(start, self._now_us)

    def _tells_of_new_log(self, hello: Hello | OtherHello) -> bool:
        """Whether the following samples belong to another log than the last answer announced."""
        answered = self.state not in ("offline", "greeting")
        if self._refuses or not answered or not isinstance(hello, Hello):
            return False
        return hello.log != self._streams.log

    # -------------------------------------------------------------------------------- what leaves

    def _pace_acks(self) -> None:
        """Send acknowledgements that are due.

        Without them the firmware would take a slow application for a dead one and send everything
        again. That is right only if a block was lost on the way.
        """
        self._pacing.keep_alive(self._streams.in_work, self._now_us)
        if self._pacing.is_due(self._now_us) and self._may_ack:
            self._send_ack()

    def _send_ack(self) -> None:
        self._pacing.sent(self._now_us)
        self.counts.acks += 1
        self._send(self._streams.ack())
        if self._streams.has_second:
            self._send(self._streams.second_ack())

    def _new_id(self) -> int:
        self._next_id = (self._next_id + 1) & _U32
        return self._next_id

    def _send(self, message: Message) -> None:
        if self._watch is not None:
            self._watch(message, True, self._now_us)
        self._out += encode(message)


def _sooner(one: int | None, other: int | None) -> int | None:
    if one is None or (other is not None and other < one):
        return other
    return one
