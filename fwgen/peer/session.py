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
    NewLog,
    NumberingRestarted,
    Online,
    Resumed,
    SpecMismatch,
    Started,
    StatusReceived,
    StreamFound,
    SuspendReady,
    SuspendRefused,
)
from fwgen.peer.incoming import boot_distance, decode_incoming
from fwgen.peer.known import Counts, Known
from fwgen.peer.pacing import Pace, Pacing
from fwgen.peer.receiver import Receiver
from fwgen.wire.block import Block
from fwgen.wire.log_format import BLOCK_SPEC_BYTES, FORMAT
from fwgen.wire.messages import (
    Ack,
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
    StreamAck,
    StreamGap,
    StreamInfo,
    Wake,
    WakeAck,
    encode,
    seq_distance,
)
from fwgen.wire.stream import StreamReader

__all__ = ["Counts", "Known", "Pace", "Session"]

_U32: Final = 0xFFFF_FFFF
STALE_PART_US: Final = 100_000
"""The beginning of a message is dropped if its rest does not arrive within this time."""
TO_OTHER_EVERY: Final = 4
"""After this many unanswered hellos the session sends one that every format understands."""

_REASONS: Final = {
    "offline": "no transport to the firmware is open",
    "greeting": "the firmware does not answer hello",
    "waking": "the firmware does not answer WAKE",
}


def _random_id() -> int:
    return secrets.randbits(64) or 1


_REPEATED_SLOWLY: Final = ("greeting", "waking")
_REPEATED_AT_ONCE: Final = 2
_LONGEST_PAUSE_US: Final = 1_000_000


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
        self._machine = machine("peer")
        self._state = self._machine.start
        self._due_us: int | None = None  # when the state's timer ends
        self._session_id = session_id
        self._spec_hash = spec_hash
        self._automatic = automatic
        self._pacing = Pacing(pace or Pace(), self._machine.timers_us["alive"])
        self._new_log = new_log
        self._watch = watch
        self._boot = known.boot if known else None
        self._receiver = Receiver(known.next_seq if known else None)
        self._receiver.log = known.log if known else 0
        self._second = Receiver(known.next_seq_1 if known else None, stream=1)
        self._second.log = self._receiver.log
        self._has_second = False  # the firmware has said so since its last answer
        self._second_is_void = False  # its log has lost the numbers that are known
        self._hellos = 0  # unanswered
        self._reader: StreamReader[Message | Block] = StreamReader(decode_incoming)
        self._heard_us = 0
        self._next_id = session_id
        self._sleep_id: int | None = None
        self._wake_id: int | None = None
        self._wish_us: int | None = None  # since when Linux wants to suspend
        self._asked_us = 0
        self._acknowledged_us = 0
        self._hello: Hello | OtherHello | None = None
        self._start: Start | None = None  # the last one reported
        self._restate = False  # hello must be sent again, with another number
        self._repeats = False  # the action repeats an earlier message
        self._repetitions = 0  # in this state
        self._refuses = False  # the firmware has another spec
        self._now_us = 0
        self._out = bytearray()
        self._events: list[Event] = []
        self.counts = Counts()
        self._actions: dict[str, Callable[[], None]] = {
            name: getattr(self, f"_do_{name}") for name in self._machine.actions
        }

    # ------------------------------------------------------------------ what the application sees

    @property
    def state(self) -> str:
        """State of table.toml's machine "peer"."""
        return self._state

    @property
    def known(self) -> Known | None:
        """What the next session needs to continue after the processed samples."""
        if self._receiver.processed is None or self._boot is None:
            return None
        return Known(
            self._receiver.log, self._receiver.processed, self._boot, self._second.processed
        )

    @property
    def stream_errors(self) -> int:
        return self._reader.errors

    @property
    def duplicates(self) -> int:
        """Samples that were received more than once."""
        return self._receiver.duplicates + self._second.duplicates

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
        self._abandon_stale_part()
        self._heard_us = now_us
        self._handle(self._reader.feed(data))
        self._pace_acks()

    def poll(self, now_us: int) -> None:
        """Do what is due by now: give up, repeat, acknowledge."""
        self._now_us = now_us
        self._abandon_stale_part()
        wish_due_us = self._wish_due_us
        if wish_due_us is not None and now_us >= wish_due_us:
            self._fire("gave_up")
        if self._due_us is not None and now_us >= self._due_us:
            self._due_us = None
            self._fire("timeout")
        self._pace_acks()

    def next_due_us(self) -> int | None:
        """Return when `poll` must be called; None: no timer runs."""
        due = self._due_us
        if self._wish_us is not None:
            due = _sooner(due, self._wish_due_us)
        if self._may_ack:
            due = _sooner(due, self._pacing.next_us())
        if self._reader.partial:
            due = _sooner(due, self._heard_us + STALE_PART_US)
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
        receiver = self._receivers[stream]
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
        if start.untold and current and self._state == "online":
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
            if now_us >= self._wish_us + self._patience_us:
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
    def _patience_us(self) -> int:
        return self._machine.timers_us["patience"]

    @property
    def _wish_due_us(self) -> int | None:
        """When the request to suspend expires; None: none is open, or the firmware has agreed."""
        if self._wish_us is None or not self._machine.states[self._state].link_open:
            return None
        return self._wish_us + self._patience_us

    @property
    def _receivers(self) -> tuple[Receiver, Receiver]:
        return self._receiver, self._second

    @property
    def _may_ack(self) -> bool:
        """With two sensors not while a block of either is missing: acknowledgements of the other
        would keep the firmware from asking and sending it again."""
        lacks = self._has_second and any(receiver.lacks for receiver in self._receivers)
        return self._state == "online" and not self._refuses and not lacks

    def _fire(self, event: str) -> None:
        row = self._machine.step(self._state, event)
        entered = row.next != self._state
        self._state = row.next
        self._repeats = event == "timeout"
        self._repetitions = self._repetitions + 1 if self._repeats and not entered else 0
        if entered or event == "timeout" or row.action == "send_hello":
            self._start_timer()
        self._actions[row.action]()
        if entered and self._state == "online" and self._wish_us is not None:
            self._fire("suspend")

    def _start_timer(self) -> None:
        """Start the state's timer. WAKE and hello are repeated at growing intervals: a firmware
        that misses all their doorbells takes no message out of the ring, and into a full ring no
        other message goes, so that no other doorbell rings."""
        timeout_us = self._machine.timeout_us(self._state)
        if timeout_us is not None and self._state in _REPEATED_SLOWLY:
            doublings = max(0, self._repetitions - _REPEATED_AT_ONCE)
            timeout_us = max(timeout_us, min(timeout_us << min(doublings, 8), _LONGEST_PAUSE_US))
        self._due_us = None if timeout_us is None else self._now_us + timeout_us

    def _do_none(self) -> None:
        pass

    def _do_send_hello(self) -> None:
        self.counts.hellos += 1
        self._hellos += 1
        expected = self._receiver.processed
        log = None if expected is None else self._receiver.log
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
        known, self._boot = self.known, hello.boot
        self._has_second = False
        for receiver in self._receivers:
            receiver.spec = hello.spec_hash[:BLOCK_SPEC_BYTES]
        if known is not None and known.log == hello.log:
            self._go_on(hello, known)
        else:
            self._receiver.log = self._second.log = hello.log
            self._receiver.begin(hello.oldest_seq)
            self._second.begin(None)
            self._second_is_void = False
            if known is not None:
                self._events.append(NewLog(known, hello.log, hello.oldest_seq))
        restarted = known is not None and (known.log, known.boot) != (hello.log, hello.boot)
        self._events.append(Online(hello, restarted))

    def _go_on(self, hello: Hello, known: Known) -> None:
        """Continue in the known log, unless it has lost samples that the session knows."""
        backwards = boot_distance(hello.boot, known.boot) < 0
        self._restate = backwards
        self._second_is_void |= backwards
        if backwards or seq_distance(hello.next_seq, known.next_seq) < 0:
            self._receiver.begin(hello.oldest_seq)
            self._events.append(NumberingRestarted(known.next_seq, hello.oldest_seq))
        else:
            self._receiver.note_new_beginning()

    def _do_deliver(self) -> None:
        pass  # _take_data does this for each message

    def _do_send_sleep(self) -> None:
        self._do_remember()
        if self._pacing.due_us is not None and not self._refuses and not self._repeats:
            self._send_ack()
        self.counts.sleeps += 1
        self._sleep_id = self._new_id()
        self._send(Sleep(self._sleep_id))

    def _do_remember(self) -> None:
        if self._wish_us is not None:
            self._asked_us = self._wish_us

    def _do_refuse(self) -> None:
        self._refuse(_REASONS[self._state])

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
        if self._wake_id is None or not self._repeats:
            self._wake_id = self._new_id()
        self.counts.wakes += 1
        self._send(Wake(self._wake_id, self._goes_on_at))

    @property
    def _goes_on_at(self) -> int:
        """Number of the first sample that the firmware must send."""
        if self._refuses and self._hello is not None:
            return self._hello.oldest_seq
        return self._receiver.processed or 0

    def _do_come_back(self) -> None:
        self._wake_id = None
        for receiver in self._receivers:
            receiver.note_new_beginning()
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

    def _abandon_stale_part(self) -> None:
        if self._reader.partial and self._now_us >= self._heard_us + STALE_PART_US:
            self._heard_us = self._now_us
            self._handle(self._reader.abandon())

    def _handle(self, messages: list[Message | Block]) -> None:
        if messages and self._state == "online":
            self._start_timer()
        for message in messages:
            if self._watch is not None:
                self._watch(message, False, self._now_us)
            if isinstance(message, Block | Gap | StreamGap):
                self._take_data(message)
            elif isinstance(message, Hello | OtherHello):
                self._take_hello(message)
            elif isinstance(message, SleepAck):
                last = message.id == self._sleep_id
                self._fire("rx_sleep_ack" if last else "rx_old_sleep_ack")
            elif isinstance(message, WakeAck) and message.id == self._wake_id:
                if self._state == "waking":
                    self._events.append(Resumed(message.backlog))
                self._fire("rx_wake_ack")
            elif isinstance(message, Status) and self._state != "greeting":
                self._events.append(StatusReceived(message))
            elif isinstance(message, Start) and self._state != "greeting":
                self._take_start(message)
            elif isinstance(message, Call) and self._state != "greeting":
                self._events.append(Called(message))
            elif isinstance(message, StreamInfo) and self._may_ack:
                self._take_stream(message)
            else:
                self.counts.stale += 1

    def _take_stream(self, info: StreamInfo) -> None:
        """The firmware sends this stream after the answer, and from the number in it on."""
        second = self._second
        if not self._has_second:
            self._has_second = True
            expected = second.processed
            if self._second_is_void:
                second.begin(info.oldest_seq)
            else:
                expected = second.go_on(info.oldest_seq, info.next_seq)
            self._second_is_void = False
            if expected is not None:
                self._events.append(NumberingRestarted(expected, info.oldest_seq, stream=1))
            self._events.append(StreamFound(info))
        self._send(StreamAck(1, second.processed or 0, second.log))

    def _take_data(self, message: Block | Gap | StreamGap) -> None:
        delivers = self._machine.step(self._state, "rx_data").action == "deliver"
        self._fire("rx_data")
        stream = 0 if isinstance(message, Gap) else message.stream
        if not delivers or self._refuses or (stream > 0 and not self._has_second):
            self.counts.stale += 1
            return
        receiver = self._receivers[stream]
        if isinstance(message, Block):
            if self._machine.states[self._state].link_open and receiver.uses_numbers_again(message):
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
            if self._restate:  # it continues at a number of a log that no longer exists
                self._restate = False
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
        answered = self._state not in ("offline", "greeting")
        if self._refuses or not answered or not isinstance(hello, Hello):
            return False
        return hello.log != self._receiver.log

    # -------------------------------------------------------------------------------- what leaves

    def _pace_acks(self) -> None:
        """Send acknowledgements that are due.

        Without them the firmware would take a slow application for a dead one and send everything
        again. That is right only if a block was lost on the way.
        """
        in_work = any(receiver.in_work for receiver in self._receivers)
        self._pacing.keep_alive(in_work, self._now_us)
        if self._may_ack and self._pacing.is_due(self._now_us):
            self._send_ack()

    def _send_ack(self) -> None:
        self._pacing.sent(self._now_us)
        self.counts.acks += 1
        self._send(Ack(self._receiver.processed or 0, self._receiver.log))
        if self._has_second:
            self._send(StreamAck(1, self._second.processed or 0, self._second.log))

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
