"""A slow application: messages in flight are not sent repeatedly."""

from __future__ import annotations

import pytest

from fwgen.peer.events import Samples
from fwgen.peer.session import Session
from fwgen.wire.block import decode_block
from fwgen.wire.messages import Data, decode
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode

SLOTS = 100
BACKLOG = 10_000
SECOND_US = 1_000_000


class Slow:
    """Node and session wired together, a turn a period. What comes is acknowledged `hold_us` after
    the first of it; `frozen`: its thread does nothing else meanwhile, not even read."""

    def __init__(self, hold_us: int, frozen: bool) -> None:
        self.node = CNode(slots=SLOTS)
        self.session = Session(session_id=9, spec_hash=SPEC_HASH, automatic=False)
        self.hold_us, self.frozen = hold_us, frozen
        self.now = 0
        self.due_us: int | None = None
        self.end = self.log = 0
        self.unread: list[bytes] = []
        self.times_sent: dict[int, int] = {}
        for _ in range(BACKLOG):
            self.sample()
        self.node.link(True, self.now)
        self.session.start(self.now)

    def sample(self) -> None:
        self.node.sample(self.now, 1500 + self.now % 7)
        self.now += PERIOD_US

    def turn(self) -> None:
        self.sample()
        if self.due_us is not None and self.now >= self.due_us:
            self.due_us = None
            self.session.acknowledge(self.end, self.now, self.log)
        if not self.frozen or self.due_us is None:
            self.peer_turn()
        self.node.poll(self.now)
        for message in self.node.sent:
            decoded = decode(message)
            if isinstance(decoded, Data):
                first = decode_block(decoded.block).first_seq
                self.times_sent[first] = self.times_sent.get(first, 0) + 1
        self.unread += self.node.sent
        self.node.sent.clear()

    def peer_turn(self) -> None:
        for message in self.unread:
            self.session.receive(message, self.now)
        self.unread.clear()
        self.session.poll(self.now)
        out = self.session.take_bytes()
        if out:
            self.node.doorbell(self.now)
            self.node.receive(out, self.now)
        for event in self.session.take_events():
            if isinstance(event, Samples):
                self.end, self.log = event.block.first_seq + event.block.count, event.log
                if self.due_us is None:
                    self.due_us = self.now + self.hold_us

    def run(self, for_us: int) -> None:
        for _ in range(for_us // PERIOD_US):
            self.turn()


@pytest.mark.parametrize("hold_s", [1.0, 1.9, 2.5, 5.0, 30.0])
def test_nothing_is_sent_again_however_slow_the_application_is(hold_s: float) -> None:
    slow = Slow(int(hold_s * SECOND_US), frozen=False)
    slow.run(300 * SECOND_US)
    assert slow.end > 1000
    assert slow.session.duplicates == 0
    assert slow.node.counter("asks") == 0
    assert set(slow.times_sent.values()) == {1}


@pytest.mark.parametrize("hold_s", [2.5, 30.0])
def test_a_frozen_application_gets_samples_at_most_twice(hold_s: float) -> None:
    slow = Slow(int(hold_s * SECOND_US), frozen=True)
    slow.run(300 * SECOND_US)
    assert slow.end > 1000
    assert max(slow.times_sent.values()) <= 2
