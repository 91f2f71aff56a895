"""The Linux side of the protocol without input and output: bytes and time in, bytes and events out.

    session = Session(session_id=secrets.randbits(32) | 1, spec_hash=spec.spec_hash)
    session.start(now_us)                    # the transport is there
    loop:
        transport.write(session.take_bytes())
        for event in session.take_events(): ...
        wait for bytes, or until session.next_due_us()
        session.receive(data, now_us)  or  session.poll(now_us)

Every call may leave bytes to send and events to take. Times are microseconds of any clock that
never goes back and runs through a suspend or stands still in it.

The handshake is table.toml's machine "peer". Its rule for the sleep: from SLEEP until WAKE nothing
but SLEEP is sent, each with a new id; only the acknowledgement of the last one counts; Linux may
suspend one guard time after it (event SuspendReady).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from fwgen.handshake import machine
from fwgen.peer.events import (
    Event,
    NewLog,
    NumberingRestarted,
    Online,
    Resumed,
    SpecMismatch,
    StatusReceived,
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
    Gap,
    Hello,
    Message,
    OtherHello,
    OtherPeerHello,
    PeerHello,
    Sleep,
    SleepAck,
    Status,
    Wake,
    WakeAck,
    encode,
    seq_distance,
)
from fwgen.wire.stream import StreamReader

__all__ = ["Counts", "Known", "Pace", "Session"]

_U32: Final = 0xFFFF_FFFF
STALE_PART_US: Final = 100_000
"""A message's beginning whose rest does not come for so long is dropped."""
TO_OTHER_EVERY: Final = 4
"""After so many hellos without an answer one is said that each format understands."""

_REASONS: Final = {
    "offline": "there is no transport to the firmware",
    "greeting": "the firmware does not answer hello",
    "waking": "the firmware does not answer WAKE",
}


def _random_id() -> int:
    return secrets.randbits(64) or 1


class Session:
    """`automatic`: what was handed out counts as processed. Else the application says so with
    `acknowledge`, and the firmware keeps the rest.

    `new_log`: gives a number at random, 1 .. 2^64 - 1, each time another: the identity of a log
    that has none. The firmware has no source of chance that it may rely on.

    `watch` is told of each message, whether it leaves, and when: for those who examine a run.
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
        self._due_us: int | None = None  # of the state's timer
        self._session_id = session_id
        self._spec_hash = spec_hash
        self._automatic = automatic
        self._pacing = Pacing(pace or Pace(), self._machine.timers_us["alive"])
        self._new_log = new_log
        self._watch = watch
        self._boot = known.boot if known else None
        self._receiver = Receiver(known.next_seq if known else None)
        self._receiver.log = known.log if known else 0
        self._hellos = 0  # without an answer
        self._reader: StreamReader[Message | Block] = StreamReader(decode_incoming)
        self._heard_us = 0
        self._next_id = session_id
        self._sleep_id: int | None = None
        self._wake_id: int | None = None
        self._wish_us: int | None = None  # since when Linux wants to suspend
        self._asked_us = 0
        self._acknowledged_us = 0
        self._hello: Hello | OtherHello | None = None
        self._restate = False  # hello must be said again, with another number
        self._repeats = False  # the action repeats what was sent before
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
        """Of the table's machine "peer"."""
        return self._state

    @property
    def known(self) -> Known | None:
        """What the next session needs to go on behind what has been processed."""
        if self._receiver.processed is None or self._boot is None:
            return None
        return Known(self._receiver.log, self._receiver.processed, self._boot)

    @property
    def stream_errors(self) -> int:
        return self._reader.errors

    @property
    def duplicates(self) -> int:
        """Samples that came again."""
        return self._receiver.duplicates

    def start(self, now_us: int) -> None:
        """The transport is there."""
        self._now_us = now_us
        self._fire("start")

    def stop(self, now_us: int) -> None:
        """The transport is gone. Bytes not yet taken are dropped."""
        self._now_us = now_us
        self._fire("stop")

    def receive(self, data: bytes, now_us: int) -> None:
        self._now_us = now_us
        self._abandon_stale_part()
        self._heard_us = now_us
        self._handle(self._reader.feed(data))
        self._pace_acks()

    def poll(self, now_us: int) -> None:
        """What is due by now."""
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
        """When `poll` is to be called; None: no time is due."""
        due = _sooner(self._due_us, self._wish_due_us)
        if self._may_ack:
            due = _sooner(due, self._pacing.next_us())
        if self._reader.partial:
            due = _sooner(due, self._heard_us + STALE_PART_US)
        return due

    def take_bytes(self) -> bytes:
        """What is to be written to the transport, in whole messages."""
        taken = bytes(self._out)
        self._out.clear()
        return taken

    def take_events(self) -> list[Event]:
        taken, self._events = self._events, []
        return taken

    def acknowledge(self, next_seq: int, now_us: int, log: int | None = None) -> None:
        """All samples before `next_seq` are processed: the firmware may forget them.

        `log`: which log's, as Samples and Lost say; None: of the present one. Who keeps samples for
        a while must say it: the firmware may have another log by now (NewLog), with such numbers.
        Raises ValueError if they were not all handed out.
        """
        self._now_us = now_us
        if log in (None, self._receiver.log) and self._receiver.acknowledge(next_seq):
            self._pacing.note_processed(now_us)
            self._pace_acks()

    def suspend(self, now_us: int, wished_us: int | None = None) -> None:
        """Linux wants to suspend, and has since `wished_us` (None: since now).

        Ends in exactly one SuspendReady or SuspendRefused, whatever happens, at the latest the
        timers `patience` and `guard` after `wished_us` (if `poll` is called when due). A call
        before that end joins the wish that is open and shares its end.
        """
        self._now_us = now_us
        if self._wish_us is None:
            self._wish_us = now_us if wished_us is None else wished_us
            if now_us >= self._wish_us + self._patience_us:
                self._refuse("nobody could ask the firmware in time")
                return
        self._fire("suspend")

    def resume(self, now_us: int) -> None:
        """Linux is back, or does not want to suspend any more: ends in Resumed, or Online. A wish
        that is open ends in SuspendRefused."""
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
        """When the wish is too old; None: there is none, or the firmware has agreed to it."""
        if self._wish_us is None or not self._machine.states[self._state].link_open:
            return None
        return self._wish_us + self._patience_us

    @property
    def _may_ack(self) -> bool:
        return self._state == "online" and not self._refuses

    def _fire(self, event: str) -> None:
        row = self._machine.step(self._state, event)
        entered = row.next != self._state
        self._state = row.next
        self._repeats = event == "timeout"
        if entered or event == "timeout" or row.action == "send_hello":
            self._start_timer()
        self._actions[row.action]()
        if entered and self._state == "online" and self._wish_us is not None:
            self._fire("suspend")

    def _start_timer(self) -> None:
        timeout_us = self._machine.timeout_us(self._state)
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
        if self._refuses or isinstance(hello, OtherHello):  # what is known stays known
            self._events.append(SpecMismatch(hello))
            return
        known, self._boot = self.known, hello.boot
        self._receiver.spec = hello.spec_hash[:BLOCK_SPEC_BYTES]
        if known is not None and known.log == hello.log:
            self._go_on(hello, known)
        else:
            self._receiver.log = hello.log
            self._receiver.begin(hello.oldest_seq)
            if known is not None:
                self._events.append(NewLog(known, hello.log, hello.oldest_seq))
        restarted = known is not None and (known.log, known.boot) != (hello.log, hello.boot)
        self._events.append(Online(hello, restarted))

    def _go_on(self, hello: Hello, known: Known) -> None:
        """In the log that is known, unless it has lost what it knew."""
        backwards = boot_distance(hello.boot, known.boot) < 0
        self._restate = backwards
        if backwards or seq_distance(hello.next_seq, known.next_seq) < 0:
            self._receiver.begin(hello.oldest_seq)
            self._events.append(NumberingRestarted(known.next_seq, hello.oldest_seq))
        else:
            self._receiver.note_new_beginning()

    def _do_deliver(self) -> None:
        pass  # _take_data does it, message by message

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
        """The first sample that the firmware is to send."""
        if self._refuses and self._hello is not None:
            return self._hello.oldest_seq
        return self._receiver.processed or 0

    def _do_come_back(self) -> None:
        self._wake_id = None
        self._receiver.note_new_beginning()
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
            if isinstance(message, Block | Gap):
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
            else:
                self.counts.stale += 1

    def _take_data(self, message: Block | Gap) -> None:
        delivers = self._machine.step(self._state, "rx_data").action == "deliver"
        self._fire("rx_data")
        if not delivers or self._refuses:
            self.counts.stale += 1
            return
        receiver = self._receiver
        if isinstance(message, Block):
            if self._machine.states[self._state].link_open and receiver.uses_numbers_again(message):
                self._begin_anew(message)
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
            self._pacing.want(self._now_us)  # it came again: the acknowledgement was lost

    def _begin_anew(self, block: Block) -> None:
        """Have everything handed out once more: of what is known nothing can be told apart."""
        self._events.append(NumberingRestarted(self._receiver.expected or 0, block.first_seq))
        self._receiver.begin(None)
        self._fire("rx_ask")

    def _take_hello(self, hello: Hello | OtherHello) -> None:
        if hello.session == 0:
            self._fire("rx_ask")
        elif hello.session == self._session_id:
            self._hello = hello
            self._fire("rx_new_log" if self._tells_of_new_log(hello) else "rx_hello")
            if self._restate:  # it goes on from a number that belongs to a log that is gone
                self._restate = False
                self._fire("rx_ask")
        else:
            self.counts.stale += 1

    def _tells_of_new_log(self, hello: Hello | OtherHello) -> bool:
        """Whether what follows is of another log than what the last answer announced."""
        answered = self._state not in ("offline", "greeting")
        if self._refuses or not answered or not isinstance(hello, Hello):
            return False
        return hello.log != self._receiver.log

    # -------------------------------------------------------------------------------- what leaves

    def _pace_acks(self) -> None:
        """Without acknowledgements the firmware would take a slow application for a dead one, and
        begin anew; but if a block was lost on the way, that is what is needed."""
        self._pacing.keep_alive(self._receiver.in_work, self._now_us)
        if self._may_ack and self._pacing.is_due(self._now_us):
            self._send_ack()

    def _send_ack(self) -> None:
        self._pacing.sent(self._now_us)
        self.counts.acks += 1
        self._send(Ack(self._receiver.processed or 0, self._receiver.log))

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
