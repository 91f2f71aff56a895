"""The true time of each sample lies within the stated uncertainty."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fwgen.service.dating import MOST_DELAY_US, Basis, Dating, LastDated
from fwgen.service.items import Dated
from fwgen.wire.block import Block
from fwgen.wire.log_format import FORMAT
from fwgen.wire.messages import Hello, PeerHello, Status, Wake
from tests.wire.made import made_block

LOG, SPEC = 0xA11CE, bytes(8)
PERIOD_US = 60_000
OFFSET_US = 1_764_149_000_000_000.0
HOUR_US = 3_600_000_000
WANDER = 30e-6
"""As docs/SPEC.md allows."""


class World:
    """Linux's clock is right; the firmware's runs `ppm` faster, and wanders by `wander`."""

    def __init__(self, ppm: float, wander: float = 0.0, seed: int = 0) -> None:
        self.rate, self.wander = 1 + ppm * 1e-6, wander
        self.chance = random.Random(seed)
        self.now = 5_000_000.0
        """Linux's clock."""
        self.started = 1_000_000.0
        self.boot = 1
        self.offset = OFFSET_US
        self.dating = Dating()
        self.wake_id = 0

    def device(self, linux_us: float) -> int:
        since = linux_us - self.started
        swing = self.wander * 1e9 * math.sin(since / 1e9)
        return round(since * self.rate + swing)

    def greet(self, session: int = 7) -> None:
        self.dating.watch(PeerHello(FORMAT, None, session, None, None, 1), True, round(self.now))
        self.now += self.chance.uniform(500, 20_000)
        device = self.device(self.now)
        hello = Hello(FORMAT, SPEC, self.boot, session, 0, 0, device, PERIOD_US, LOG)
        self.receive(hello)

    def status(self) -> None:
        self.receive(Status(self.device(self.now), *[0] * 13))

    def receive(self, message: Hello | Status) -> None:
        self.now += self.chance.uniform(300, 0.8 * MOST_DELAY_US)
        self.dating.watch(message, False, round(self.now))

    def awake(self, for_us: float) -> None:
        end = self.now + for_us
        while self.now < end:
            self.now += 5_000_000
            self.status()

    def asleep(self, for_us: float) -> None:
        self.now += for_us
        self.wake_id += 1
        self.dating.watch(Wake(self.wake_id, 0), True, round(self.now))
        self.now += self.chance.uniform(500, 20_000)
        self.status()

    def block(self, linux_us: float, count: int, boot: int | None = None) -> Block:
        """Samples from that instant on."""
        start = self.device(linux_us)
        return made_block(0, PERIOD_US, start, boot or self.boot, SPEC[:4], [1000] * count)

    def date(self, block: Block, log: int = LOG) -> Dated:
        dated = self.dating.date(log, block, 0, self.offset)
        assert dated is not None
        return dated

    def true_us(self, device_us: float) -> float:
        """UTC of an instant of the firmware's clock."""
        low, high = self.started, self.started + 2 * device_us + 1e9
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if self.device(middle) < device_us else (low, middle)
        return low + self.offset

    def check(self, linux_us: float, count: int = 100) -> Dated:
        block = self.block(linux_us, count)
        dated = self.date(block)
        for index in (0, count // 3, count - 1):
            true = self.true_us(block.start_us + index * PERIOD_US)
            assert abs(dated.utc_us + index * dated.step_us - true) <= dated.within_us + 1
        return dated


@pytest.mark.parametrize("ppm", [-100, 0, 100])
def test_awake_the_uncertainty_is_a_message_s_delay(ppm: float) -> None:
    world = World(ppm)
    world.greet()
    for _ in range(200):
        world.awake(10_000_000)
        dated = world.check(world.now - 8_000_000)
        assert dated.basis == Basis.PAIR
        assert dated.within_us < 60_000


@pytest.mark.parametrize("ppm", [-100, 0, 100])
def test_a_night_asleep_is_bridged(ppm: float) -> None:
    world = World(ppm, wander=WANDER / 4)
    world.greet()
    world.awake(60_000_000)
    asleep = world.now
    world.asleep(8 * HOUR_US)
    for part in range(1, 20):
        dated = world.check(asleep + part / 20 * 8 * HOUR_US)
        assert dated.basis == Basis.BETWEEN
        assert dated.within_us < 500_000, "without bridging it would be 3 s"


class Bent(World):
    """The clock's rate changes by twice WANDER in the middle of the sleep."""

    asleep_from: float = math.inf

    def device(self, linux_us: float) -> int:
        part = min(linux_us - self.asleep_from, self.asleep_from + 8 * HOUR_US - linux_us)
        return super().device(linux_us) + round(WANDER * max(0.0, part))


def test_a_rate_that_changes_in_the_night_is_within_the_uncertainty() -> None:
    world = Bent(20)
    world.greet()
    world.awake(60_000_000)
    world.asleep_from = asleep = world.now
    world.asleep(8 * HOUR_US)
    for part in (0.1, 0.5, 0.9):
        world.check(asleep + part * 8 * HOUR_US)


def test_the_block_in_which_linux_fell_asleep_is_dated(ppm: float = 100) -> None:
    world = World(ppm)
    world.greet()
    world.awake(60_000_000)
    asleep = world.now
    world.asleep(HOUR_US)
    world.check(asleep - 3_000_000, count=3000)


def test_a_leap_of_the_system_clock_moves_no_pair() -> None:
    """The clock was an hour slow until it was set; samples taken before are dated right."""
    world = World(100)
    world.greet()
    world.awake(60_000_000)
    before = world.now
    world.offset += HOUR_US
    world.awake(60_000_000)
    for at in (before - 20_000_000, before, world.now - 10_000_000):
        assert world.check(at).within_us < 60_000


def test_a_late_message_moves_no_pair() -> None:
    """Linux was too busy to read for 700 ms."""
    world = World(100)
    world.greet()
    world.awake(60_000_000)
    device = world.device(world.now)
    world.now += 700_000
    world.dating.watch(Status(device, *[0] * 13), False, round(world.now))
    assert world.check(world.now - 200_000, count=1).within_us < 60_000
    world.awake(30_000_000)
    assert world.check(world.now - 10_000_000).within_us < 60_000


def test_a_linux_clock_that_jumps_across_a_sleep_is_not_taken_for_drift() -> None:
    """After a short sleep Linux's clock is off by up to its RTC's second. Which of the two sides
    is right cannot be known: both are within the uncertainty."""
    world = World(0)
    world.greet()
    world.awake(60_000_000)
    asleep = world.now
    world.started += 700_000  # Linux's clock gained this during the sleep
    world.asleep(10_000_000)
    block = world.block(asleep + 5_000_000 + 700_000, 10)
    dated = world.date(block)
    new = world.true_us(block.start_us)
    for true in (new, new - 700_000):
        assert abs(dated.utc_us - true) <= dated.within_us
    assert dated.within_us < 500_000


def test_a_life_that_nobody_saw_is_dated_by_its_bounds() -> None:
    world = World(0)
    world.greet()
    world.awake(10_000_000)
    world.check(world.now - 5_000_000, count=10)
    asleep = world.now
    world.started, world.boot = asleep + HOUR_US, 2
    unseen = world.block(asleep + HOUR_US + 60_000_000, 100)
    true = world.true_us(unseen.start_us)
    world.started, world.boot = asleep + 3 * HOUR_US, 3
    world.now = asleep + 8 * HOUR_US
    world.greet()
    dated = world.date(unseen)
    assert dated.basis == Basis.BOUNDS
    assert abs(dated.utc_us - true) <= dated.within_us
    assert dated.within_us < 2 * HOUR_US, "it began after Linux fell asleep and ended before boot 3"
    assert dated.step_us == PERIOD_US
    world.check(world.now - 5_000_000, count=10)


def test_blocks_of_two_sensors_come_in_turns_from_lives_that_nobody_saw() -> None:
    world = World(0)
    world.greet()
    world.awake(10_000_000)
    world.check(world.now - 5_000_000, count=10)
    asleep = world.now
    unseen = []
    for boot, hours in ((2, 0), (3, 3)):
        world.started, world.boot = asleep + hours * HOUR_US, boot
        for stream in (0, 1):
            block = world.block(world.started + 60_000_000, 100)
            unseen.append((stream, replace(block, stream=stream), world.true_us(block.start_us)))
    world.started, world.boot = asleep + 4 * HOUR_US, 4
    world.now = asleep + 8 * HOUR_US
    world.greet()
    for _, block, true in sorted(unseen, key=lambda each: each[0]):
        dated = world.date(block)
        assert dated.basis == Basis.BOUNDS
        assert abs(dated.utc_us - true) <= dated.within_us, (block.boot, block.stream)


def test_a_log_that_nobody_knows_has_no_time() -> None:
    world = World(0)
    world.greet()
    assert world.dating.date(LOG + 1, world.block(world.now, 3), 0, 0.0) is None
    assert world.dating.date(LOG, world.block(world.now, 3, boot=9), 0, 0.0) is None


def test_after_a_restart_of_linux_the_last_sample_is_a_pair() -> None:
    world = World(100)
    world.greet()
    world.awake(60_000_000)
    last = world.check(world.now - 10_000_000, count=1)
    device = world.block(world.now - 10_000_000, 1).start_us
    asleep = world.now
    known = LastDated(LOG, world.boot, device, round(last.utc_us), last.within_us)
    rebooted = 7 * HOUR_US + 123
    world.dating = Dating(known, world.offset + rebooted)
    world.started -= rebooted  # Linux's clock began again
    world.now = asleep + 8 * HOUR_US - rebooted
    world.offset += rebooted
    world.greet(session=8)
    dated = world.check(asleep + 4 * HOUR_US - rebooted)
    assert dated.basis == Basis.BETWEEN
    assert dated.within_us < 600_000


def test_answers_to_an_earlier_session_say_nothing() -> None:
    dating = Dating()
    dating.watch(PeerHello(FORMAT, None, 8, None, None, 1), True, 1_000_000)
    dating.watch(Hello(FORMAT, SPEC, 1, 7, 0, 0, 1, PERIOD_US, LOG), False, 1_010_000)
    dating.watch(Status(5, *[0] * 13), False, 1_020_000)
    assert dating.date(LOG, World(0).block(1_000_000, 1), 0, 0.0) is None


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-100, 100),
    st.lists(
        st.one_of(
            st.tuples(st.just("awake"), st.floats(1e6, 3e8)),
            st.tuples(st.just("asleep"), st.floats(1e6, 3e10)),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 1 << 30),
)
def test_the_true_time_is_within_what_is_stated(
    ppm: float, steps: list[tuple[str, float]], seed: int
) -> None:
    world = World(ppm, wander=WANDER / 4, seed=seed)
    world.greet()
    for kind, for_us in steps:
        since = world.now
        (world.awake if kind == "awake" else world.asleep)(for_us)
        for part in (0.1, 0.5, 0.95):
            world.check(since + part * (world.now - since), count=20)
