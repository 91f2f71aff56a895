"""Every wish to suspend ends in exactly one SuspendReady or SuspendRefused, and in time."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fwgen.peer.session import Known, Session
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Hello, Message, Sleep, SleepAck, Wake, WakeAck, decode, encode
from fwgen.wire.stream import StreamReader
from tests.peer.talk import LOG, PERIOD_US, SPEC_HASH, TIMERS, block
from tests.peer.wish import Wish


class SessionWishes(RuleBasedStateMachine):
    """A session opposite a firmware that answers, is silent, restarts, or has another spec; the
    transport comes and goes, and so do sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000
        self.wish = Wish()
        self.numbers = 0
        self.known: Known | None = None
        self.asked: list[Message] = []
        self.boot = 1
        self.begin()

    def begin(self) -> None:
        self.numbers += 1
        self.session = Session(session_id=self.numbers, spec_hash=SPEC_HASH, known=self.known)
        self.reader = StreamReader(decode)

    def follow(self) -> None:
        for event in self.session.take_events():
            self.wish.told(event, self.now)
        self.asked += self.reader.feed(self.session.take_bytes())

    def say(self, message: Message) -> None:
        self.session.receive(encode(message), self.now)
        self.follow()

    @rule()
    def wants_to_suspend(self) -> None:
        self.wish.made(self.now)
        self.session.suspend(self.now)
        self.follow()

    @rule(ago_us=st.integers(0, 2 * TIMERS["patience"]))
    def wanted_to_suspend(self, ago_us: int) -> None:
        """Known only now: its patience began before."""
        if self.wish.since_us is not None:
            return
        since_us = self.now - min(ago_us, TIMERS["patience"])
        self.wish.made(since_us)
        self.session.suspend(self.now, since_us)
        self.follow()

    @rule()
    def is_back(self) -> None:
        self.session.resume(self.now)
        self.follow()

    @rule()
    def transport_comes(self) -> None:
        self.session.start(self.now)
        self.follow()

    @rule()
    def transport_goes(self) -> None:
        self.session.stop(self.now)
        self.follow()
        self.asked.clear()

    @rule()
    def another_session(self) -> None:
        self.transport_goes()
        self.known = self.session.known
        self.begin()

    @rule(spec_hash=st.sampled_from([SPEC_HASH, bytes(8)]), form=st.sampled_from([FORMAT, 9]))
    def firmware_answers_hello(self, spec_hash: bytes, form: int) -> None:
        self.say(Hello(form, spec_hash, self.boot, self.numbers, 0, 100, self.now, PERIOD_US, LOG))

    @rule()
    def firmware_answers(self) -> None:
        """The last SLEEP or WAKE."""
        asked = [message for message in self.asked if isinstance(message, Sleep | Wake)]
        if asked:
            last = asked[-1]
            self.say(SleepAck(last.id) if isinstance(last, Sleep) else WakeAck(last.id, 0))

    @rule()
    def firmware_answers_an_old_sleep(self) -> None:
        self.say(SleepAck(next((m.id for m in self.asked if isinstance(m, Sleep)), 4711)))

    @rule()
    def firmware_was_restarted(self) -> None:
        self.boot += 1
        self.say(Hello(FORMAT, SPEC_HASH, self.boot, 0, 0, 100, self.now, PERIOD_US, LOG))

    @rule(first=st.integers(0, 90))
    def firmware_sends_samples(self, first: int) -> None:
        self.say(block(first, 10, self.boot))

    @rule(for_us=st.sampled_from([1000, 40_000, 60_000, 250_000, 1_900_000, 20_000_000]))
    def time_passes(self, for_us: int) -> None:
        end, polls = self.now + for_us, 0
        while (due := self.session.next_due_us()) is not None and due <= end:
            self.now, polls = max(self.now, due), polls + 1
            assert polls < 1000, "it is due again and again"
            self.session.poll(self.now)
            self.follow()
        self.now = end

    @rule()
    def all_goes_well(self) -> None:
        """As far as one step leads: a rule for what chance seldom puts together."""
        self.transport_comes()
        self.firmware_answers_hello(SPEC_HASH, FORMAT)
        self.wants_to_suspend()
        self.firmware_answers()

    @invariant()
    def it_is_answered_in_time(self) -> None:
        self.wish.check(self.now)


TestSessionWishes = SessionWishes.TestCase
TestSessionWishes.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
