"""Every `suspend()` of a TtyPeer ends in exactly one SuspendReady or SuspendRefused, and in time,
whatever the tty, the firmware, the system and the application do meanwhile."""

from __future__ import annotations

import errno

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fwgen.peer.errnos import TABLE, TtyError
from fwgen.peer.events import Event
from tests.core.cnode import SPEC_HASH
from tests.peer.fake_system import COOKED, Bench
from tests.peer.wish import Wish

CALLS = sorted(set(TABLE) - {"suspend"})
ERRNOS = sorted({number for call in CALLS for number in TABLE[call]} | {errno.EXDEV})


class StoringFailedError(Exception):
    pass


class TtyWishes(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.bench.react = self.react
        self.system = self.bench.system
        self.wish = Wish()
        self.fails = False

    def react(self, event: Event) -> None:
        self.wish.told(event, self.system.now)
        if self.fails:
            self.fails = False
            raise StoringFailedError

    def turn(self) -> None:
        """As in `run`, and `run` again whatever ended it."""
        try:
            self.bench.peer.turn()
        except (TtyError, StoringFailedError) as error:
            try:
                self.bench.peer._end()
            except StoringFailedError:
                self.bench.peer._end()
            if isinstance(error, TtyError):
                self.system.now += 10_000

    @rule()
    def wants_to_suspend(self) -> None:
        self.wish.made(self.system.now)
        self.bench.peer.suspend()

    @rule(count=st.integers(1, 5))
    def some_turns(self, count: int) -> None:
        for _ in range(count):
            self.turn()

    @rule(for_us=st.sampled_from([100_000, 1_000_000, 3_000_000]))
    def time_passes(self, for_us: int) -> None:
        end = self.system.now + for_us
        while self.system.now < end:
            self.turn()

    @rule()
    def tty_comes(self) -> None:
        if not self.system.there:
            self.system.come_back()

    @rule()
    def tty_goes(self) -> None:
        self.system.hang_up()

    @rule()
    def firmware_is_restarted(self) -> None:
        self.system.restart_firmware()

    @rule()
    def firmware_falls_silent_or_speaks_again(self) -> None:
        self.system.silent = not self.system.silent

    @rule(spec_hash=st.sampled_from([SPEC_HASH, bytes(8)]))
    def the_next_session_has_this_spec(self, spec_hash: bytes) -> None:
        self.bench.spec_hash = spec_hash

    @rule(call=st.sampled_from(CALLS), number=st.sampled_from(ERRNOS), times=st.integers(1, 3))
    def a_call_fails(self, call: str, number: int, times: int) -> None:
        self.system.errors[call] = [number] * times

    @rule(call=st.sampled_from(CALLS), number=st.sampled_from(ERRNOS))
    def a_call_fails_for_long(self, call: str, number: int) -> None:
        self.system.lasting[call] = number

    @rule()
    def calls_work_again(self) -> None:
        self.system.errors.clear()
        self.system.lasting.clear()

    @rule(number=st.sampled_from([None, errno.EBUSY, errno.EACCES]))
    def suspending_works_or_not(self, number: int | None) -> None:
        self.bench.suspend_error = OSError(number, "no") if number else None

    @rule()
    def somebody_cooks_the_tty(self) -> None:
        self.system.modes = COOKED

    @rule()
    def the_application_fails_at_the_next_event(self) -> None:
        self.fails = True

    @invariant()
    def it_is_answered_in_time(self) -> None:
        self.wish.check(self.system.now)

    def teardown(self) -> None:
        self.fails = False
        self.bench.peer.stop()
        self.bench.peer.run()
        assert self.wish.since_us is None, "run has ended without an answer"
        self.bench.peer.close()


TestTtyWishes = TtyWishes.TestCase
TestTtyWishes.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
