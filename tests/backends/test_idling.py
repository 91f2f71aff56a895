"""When the cluster of an idle Linux closes DDR, and when it opens it again."""

from __future__ import annotations

from fwgen.backends.idling import NEVER, IdlePace, Idling

PACE = IdlePace(entry_us=300, exit_us=600, residency_us=2_000, wakes_every_us=100_000)
OPEN, CLOSING, STOPPED = (False, True), (True, True), (True, False)


class World:
    def __init__(self) -> None:
        self.now_us = 0
        self.changes: list[tuple[int, tuple[bool, bool]]] = []
        self.idling = Idling(self._changed, PACE)

    def _changed(self, ddr_closed: bool, a35_runs: bool) -> None:
        self.changes.append((self.now_us, (ddr_closed, a35_runs)))

    def until(self, at_us: int, may_close: bool = True) -> None:
        while self.idling.due_us <= at_us:
            self.now_us = self.idling.due_us
            self.idling.poll(self.now_us, may_close)
        self.now_us = at_us


def test_without_an_idle_time_nothing_is_due() -> None:
    world = World()
    assert world.idling.due_us == NEVER
    world.idling.act(5)
    world.idling.interrupt(6)
    assert (world.idling.due_us, world.changes) == (NEVER, [])


def test_ddr_closes_after_the_residency_and_a_timer_opens_it() -> None:
    world = World()
    world.idling.begin(0, 150_000)
    world.until(105_000)
    assert world.changes == [
        (2_000, CLOSING),
        (2_300, STOPPED),
        (102_300, CLOSING),
        (102_900, OPEN),
        (104_900, CLOSING),
    ]
    assert world.idling.count == 2


def test_a_doorbell_opens_it_after_the_exit_time() -> None:
    world = World()
    world.idling.begin(0, 1_000_000)
    world.until(50_000)
    assert world.idling.closed
    world.idling.interrupt(50_000)
    assert world.idling.wakes
    world.until(50_600)
    assert not world.idling.closed
    assert world.changes[-2:] == [(50_000, CLOSING), (50_600, OPEN)]


def test_each_action_of_linux_postpones_it() -> None:
    world = World()
    world.idling.begin(0, 1_000_000)
    for at_us in range(1_000, 20_000, 1_000):
        world.until(at_us)
        world.idling.act(at_us)
    assert world.changes == []


def test_a_hold_keeps_it_open() -> None:
    world = World()
    world.idling.begin(0, 1_000_000)
    world.until(2_000_000, may_close=False)
    assert world.changes == []
    assert (world.idling.lasts, world.idling.count) == (False, 0)


def test_at_the_end_it_is_open() -> None:
    for end_us in (2_100, 50_000, 102_400):
        world = World()
        world.idling.begin(0, end_us)
        world.until(400_000)
        assert world.changes[-1][1] == OPEN, end_us
        assert not world.idling.lasts
    world = World()
    world.idling.begin(0, 1_000_000)
    world.until(50_000)
    world.idling.end()
    assert world.changes[-1] == (50_000, OPEN)
    assert world.idling.due_us == NEVER
