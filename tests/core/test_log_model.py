"""Compare the C log with the model under random schedules.

There are samples of all kinds, sends and acks, a peer that forgets, resets, each policy, numbers
that wrap. No sample may be lost silently.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.core.clog import Config, Log, Memory, View, decode
from tests.core.log_model import LogModel
from tests.core.samples import KINDS, Sample, samples

WRAP = 2**32


class LogMachine(RuleBasedStateMachine):
    @initialize(
        slots=st.integers(1, 4),
        policy=st.integers(0, 2),
        initial_seq=st.sampled_from((0, 1, WRAP // 2 - 300, WRAP - 1, WRAP - 200, WRAP - 900)),
        start_us=st.sampled_from((0, 2**32 - 10_000_000, 2**63)),
    )
    def start(self, slots: int, policy: int, initial_seq: int, start_us: int) -> None:
        config = Config(when_full=policy, initial_seq=initial_seq, reserve_slots=1)
        self.memory = Memory(slots)
        self.log = Log(self.memory, config)
        self.model = LogModel(slots, config)
        self.due_us = start_us
        self.taken: dict[int, Sample] = {}
        self.first = self.expected = self.processed = initial_seq
        self.delivered: dict[int, Sample] = {}
        self.gaps: set[int] = set()

    @rule(
        kind=st.sampled_from(KINDS),
        count=st.sampled_from((600, 200, 50, 5, 1)),
        seed=st.integers(0, 99),
    )
    def append(self, kind: str, count: int, seed: int) -> None:
        for word, late in samples(kind, count, Random(seed)):
            self.taken[self.model.next_seq] = (word, late)
            self.log.append(self.due_us, word, late)
            self.model.append(self.due_us, word, late)
            self.due_us += self.model.config.period_us

    @rule(us=st.integers(1, 200_000))
    def lose_the_beat(self, us: int) -> None:
        self.due_us += us

    @rule(close_open=st.booleans())
    def peek_only(self, close_open: bool) -> None:
        assert self.log.peek(close_open) == self.model.peek(close_open)

    @rule(close_open=st.booleans(), most=st.integers(1, 4))
    def send(self, close_open: bool, most: int) -> None:
        for _ in range(most):
            view = self.model.peek(close_open)
            assert self.log.peek(close_open) == view
            if view is None:
                break
            self.receive(view)
            self.log.sent()
            self.model.sent(view)

    def receive(self, view: View) -> None:
        """The peer skips samples that it has; missing ones must have been reported as a gap."""
        first = self.expected + (view.first_seq - self.expected + WRAP // 2) % WRAP - WRAP // 2
        assert first <= self.expected, "samples skipped in silence"
        new = range(self.expected, first + view.count)
        if view.data is None:
            self.gaps.update(new)
        else:
            block = decode(view.data)
            assert block and len(block.words) == view.count
            for seq in new:
                self.delivered[seq] = (block.words[seq - first], block.late[seq - first])
        self.expected = max(self.expected, first + view.count)

    @rule(share=st.floats(0, 1))
    def acknowledge(self, share: float) -> None:
        self.processed += round(share * (self.expected - self.processed))
        if self.processed <= self.model.cursor:
            assert self.log.release(self.processed % WRAP)
            self.model.release(self.processed)
        else:
            assert not self.log.release(self.processed % WRAP)

    @rule()
    def peer_asks_again(self) -> None:
        """The peer loses the samples that it has not processed."""
        self.expected = self.processed
        assert self.log.rewind(self.processed % WRAP)
        self.model.rewind(self.processed)

    @rule(period_us=st.sampled_from((60_000, 60_000, 50_000)), policy=st.integers(0, 2))
    def reset(self, period_us: int, policy: int) -> None:
        config = Config(period_us=period_us, when_full=policy, reserve_slots=1)
        self.log = Log(self.memory, config)
        self.model.reset(config)
        self.due_us = 1_000_000
        # The hello of the new boot: the peer says what it has.
        self.peer_asks_again()

    @precondition(lambda self: self.model.next_seq > self.first)
    @rule(beyond=st.integers(1, 2**30))
    def absurd_requests(self, beyond: int) -> None:
        absurd = (self.model.next_seq + beyond) % WRAP
        assert not self.log.release(absurd)
        assert not self.log.rewind(absurd)
        self.model.rewind(self.model.oldest_seq)
        self.peer_asks_again()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "log"):
            return
        log, model = self.log, self.model
        assert log.oldest_seq == model.oldest_seq % WRAP
        assert log.next_seq == model.next_seq % WRAP
        assert log.boot == model.boot
        assert log.backlog == len(model.samples)
        assert log.open_samples == (len(model.open.samples) if model.open else 0)
        assert log.dropped_total == model.dropped
        assert log.unacked_blocks == model.unacked_blocks
        assert log.used_slots == len(model.blocks) == log.slots - log.free_slots
        assert log.peak_slots == model.peak
        assert log.high_water == (log.free_slots <= 1)

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        self.peer_asks_again()
        for view in self.log.drain():
            self.receive(view)
        assert self.expected == self.model.next_seq
        accounted = self.gaps | self.delivered.keys()
        assert accounted == set(range(self.first, self.model.next_seq))
        assert all(self.taken[seq] == sample for seq, sample in self.delivered.items())


TestLogModel = LogMachine.TestCase
TestLogModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", range(12))
def test_long_schedules(seed: int) -> None:
    """The same steps, but enough of them to wrap the log many times."""
    random = Random(seed)
    machine = LogMachine()
    machine.start(random.randint(1, 5), seed % 3, random.choice((7, WRAP - 5000)), 0)
    steps: dict[Callable[[], object], int] = {
        lambda: machine.append(random.choice(KINDS), random.choice((1, 40, 400)), seed): 8,
        lambda: machine.lose_the_beat(500): 2,
        lambda: machine.peek_only(random.random() < 0.5): 2,
        lambda: machine.send(random.random() < 0.5, 3): 6,
        lambda: machine.acknowledge(random.random()): 5,
        machine.peer_asks_again: 2,
        lambda: machine.absurd_requests(random.randint(1, 2**30)): 1,
        lambda: machine.reset(60_000, random.randrange(3)): 1,
    }
    for step in random.choices([*steps], [*steps.values()], k=150):
        step()
        machine.agrees()
    machine.teardown()


def test_a_peer_that_knows_more_than_it_was_sent() -> None:
    """The peer acknowledges samples of the open block; later ones are still sent."""
    log = Log(Memory(2), Config())
    for i in range(3):
        log.append(i * 60_000, 1500)
    assert log.rewind(3)
    log.append(180_000, 1500)
    (view,) = log.drain()
    assert (view.first_seq, view.count) == (3, 1)
    assert view.data
    assert log.release(4)
    assert log.backlog == 0
