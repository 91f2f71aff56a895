"""A session opposite a firmware that says what the test wants."""

from __future__ import annotations

import itertools

from fwgen.handshake import machine
from fwgen.peer.events import Event
from fwgen.peer.session import Known, Pace, Session
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import (
    Data,
    Hello,
    Message,
    PeerHello,
    Sleep,
    SleepAck,
    Wake,
    decode,
    encode,
)
from fwgen.wire.stream import StreamReader
from tests.core.plain_block import PlainBlock

SPEC_HASH = bytes(range(8))
PERIOD_US = 60_000
SESSION_ID = 0x1000
LOG = 0xA11CE
"""Of the firmware that speaks here, unless the test says another."""
TIMERS = machine("peer").timers_us


def block(
    first_seq: int, count: int, boot: int = 1, spec: bytes = SPEC_HASH, stream: int = 0
) -> Data:
    """Return samples of 1000 mm and more, a different distance for each number."""
    start_us, word = first_seq * PERIOD_US, 1000 + first_seq % 1000
    made = PlainBlock(first_seq, PERIOD_US, start_us, boot, word, 0, spec[:4], stream=stream)
    for number in range(first_seq + 1, first_seq + count):
        made.append(1000 + number % 1000, 0)
    return Data(made.data())


class Talk:
    """The test advances `now`; the session's messages and events are collected until taken."""

    def __init__(
        self,
        known: Known | None = None,
        automatic: bool = True,
        spec_hash: bytes | None = SPEC_HASH,
        pace: Pace | None = None,
    ) -> None:
        self.now = 1_000_000
        self.session = Session(
            session_id=SESSION_ID,
            new_log=itertools.count(1).__next__,
            spec_hash=spec_hash,
            known=known,
            automatic=automatic,
            pace=pace,
        )
        self._reader = StreamReader(decode)

    def start(self) -> list[Message]:
        self.session.start(self.now)
        return self.sent()

    def online(self, next_seq: int = 0, boot: int = 1) -> Talk:
        """Started and answered; events and bytes of that are taken."""
        self.start()
        self.say(self.hello(next_seq=next_seq, boot=boot))
        self.session.take_events()
        self.sent()
        assert self.session.state == "online"
        return self

    def suspended(self) -> Talk:
        """As permitted as can be; what was said and sent is taken."""
        self.online()
        self.session.suspend(self.now)
        self.answer_sleep()
        self.wait(TIMERS["guard"])
        self.session.take_events()
        assert self.session.state == "suspended"
        return self

    def say(self, *messages: Message) -> None:
        """The firmware sends these messages at once."""
        self.session.receive(b"".join(map(encode, messages)), self.now)

    def wait(self, for_us: int) -> None:
        """Let time pass, polling at each instant that the session asks for."""
        end = self.now + for_us
        while (due := self.session.next_due_us()) is not None and due <= end:
            self.now = max(self.now, due)
            self.session.poll(self.now)
        self.now = end

    def sent(self) -> list[Message]:
        return self._reader.feed(self.session.take_bytes())

    def events(self) -> list[Event]:
        return self.session.take_events()

    def last_sleep_id(self) -> int:
        return [message.id for message in self.sent() if isinstance(message, Sleep)][-1]

    def last_wake(self) -> Wake:
        return [message for message in self.sent() if isinstance(message, Wake)][-1]

    def answer_sleep(self) -> None:
        self.say(SleepAck(self.last_sleep_id()))

    def hello(
        self,
        session: int = SESSION_ID,
        oldest: int = 0,
        next_seq: int = 0,
        boot: int = 1,
        spec_hash: bytes = SPEC_HASH,
        log: int = LOG,
    ) -> Hello:
        return Hello(FORMAT, spec_hash, boot, session, oldest, next_seq, 5_000_000, PERIOD_US, log)


def said_hello(messages: list[Message]) -> PeerHello:
    assert len(messages) == 1
    assert isinstance(messages[0], PeerHello)
    return messages[0]
