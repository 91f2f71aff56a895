"""The C node and the session over a log that loses its memory: nothing of one life is taken for the
other's, and of the last life nothing is missing."""

from __future__ import annotations

from random import Random

import pytest

from fwgen.peer.events import Event, Lost, NewLog, Samples
from fwgen.peer.session import Known, Session
from tests.core.cnode import PERIOD_US, SPEC_HASH, CNode

TURN_US = 20_000


class Bench:
    """The samples of each life have a different distance: 1000 in the first, 1001 in the second."""

    def __init__(self, seed: int, known: Known | None = None) -> None:
        self.random = Random(seed)
        self.now = 0
        self.life = 0
        self.to_node: list[bytes] = []
        self.to_peer: list[bytes] = []
        self.got: dict[tuple[int, int], int] = {}
        self.declared: set[tuple[int, int]] = set()
        self.events: list[Event] = []
        self.sessions = 0
        self.stored = (0, 0)
        self.start_cold()
        self.start_application(known)

    def start_cold(self) -> None:
        self.life += 1
        self.taken = 0
        self.node = CNode(slots=40, now_us=self.now)
        self._attach()

    def start_warm(self) -> None:
        self.node = CNode(self.node.region, now_us=self.now)
        self._attach()

    def _attach(self) -> None:
        """Over the rings that are there: what is under way stays so."""
        self.due_us = self.now + PERIOD_US
        self.node.link(True, self.now)

    def start_application(self, known: Known | None) -> None:
        self.sessions += 1
        self.session = Session(
            session_id=self.sessions, spec_hash=SPEC_HASH, known=known, automatic=False
        )
        self.session.start(self.now)

    def turn(self, reads: bool = True) -> None:
        """A fiftieth of a second; `reads`: whether messages get across, and are stored."""
        self.now += TURN_US
        while self.due_us <= self.now:
            self.node.sample(self.due_us, 999 + self.life)
            self.taken += 1
            # every 40th begins a block, so that much can be freed by mistake
            self.due_us += PERIOD_US + (self.taken % 40 == 0)
        if reads and self.to_node and self.node.door_open:
            self.node.doorbell(self.now)
            self.node.receive(b"".join(self.to_node), self.now)
            self.to_node.clear()
        self.node.poll(self.now)
        self.to_peer += self.node.sent
        self.node.sent.clear()
        if reads:
            self.session.receive(b"".join(self.to_peer), self.now)
            self.to_peer.clear()
            self._store()
        self.session.poll(self.now)
        self.to_node.append(self.session.take_bytes())

    def _store(self) -> None:
        told = self.session.take_events()
        self.events += told
        for event in told:
            if isinstance(event, Lost):
                numbers = range(event.first_seq, event.first_seq + event.count)
                self.declared |= {(event.log, number) for number in numbers}
                self._acknowledge(numbers.stop, event.log)
            elif isinstance(event, Samples):
                for index in range(event.skip, event.block.count):
                    number = event.block.first_seq + index
                    life = event.block.words[index] - 999
                    # again after another application began, since not all was processed
                    assert self.got.setdefault((event.log, number), life) == life
                self._acknowledge(event.block.first_seq + event.block.count, event.log)

    def _acknowledge(self, end: int, log: int) -> None:
        self.stored = (end, log)
        if self.random.random() < 0.7:
            self.acknowledge_all()

    def acknowledge_all(self) -> None:
        end, log = self.stored
        self.session.acknowledge(end, self.now, log)

    def lives(self) -> dict[int, set[int]]:
        """Of each log, which lives its samples are from."""
        found: dict[int, set[int]] = {}
        for (log, _), life in self.got.items():
            found.setdefault(log, set()).add(life)
        return found

    def accounted(self) -> int:
        """Samples of the present life that arrived or were declared."""
        log = self.node.log_id
        numbers = {number for (of, number) in [*self.got, *self.declared] if of == log}
        return len(numbers)


def test_a_cold_start_loses_no_sample_of_the_new_log() -> None:
    """The application knows an earlier life's numbers: 1000 processed; the new ones begin at 0."""
    bench = Bench(1)
    while bench.taken < 1000:
        bench.turn()
    known = bench.session.known
    assert known and known.next_seq > 900
    bench = Bench(2, known)
    while bench.taken < 2000:
        bench.turn(reads=bench.taken > 1500)
    assert isinstance(bench.events[0], NewLog) and bench.events[0].known == known
    assert sum(len(lives) for lives in bench.lives().values()) == 1
    assert 2000 - bench.accounted() < 20


@pytest.mark.parametrize("seed", range(25))
def test_no_life_of_the_firmware_is_mistaken_for_another(seed: int) -> None:
    bench = Bench(seed)
    random = bench.random
    for _ in range(1500):
        chance = random.random()
        if chance < 0.01:
            bench.start_cold()
        elif chance < 0.02:
            bench.start_warm()
        elif chance < 0.03:
            bench.start_application(bench.session.known)
        bench.turn(reads=random.random() < 0.6)
    for _ in range(800):
        bench.turn()
        bench.acknowledge_all()
    assert all(len(lives) == 1 for lives in bench.lives().values()), bench.lives()
    assert bench.taken - bench.accounted() < 20
