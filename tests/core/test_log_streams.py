"""Logs with two streams, and with several channels: resets at any store, damage, full memory.

What a log says is compared with what was taken, and with the second reader.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.clog import (
    KEEP_NEWEST,
    KEEP_OLDEST,
    SLOT_BYTES,
    SUPERBLOCK_BYTES,
    WAKE,
    Config,
    Log,
    Memory,
    after_every_store,
    decode,
)
from tests.core.samples import Full, wide
from tests.second_reader.reader import recover

WRAP = 2**32
ONE, THREE, FOUR = (13,), (12, 12, 12), (15, 10, 24, 1)
OTHER_US = 170_000
Block = tuple[int, list[Full]]
"""First number and samples."""
State = tuple[int, int, list[Block]]
"""Of a stream: oldest number, next number, blocks."""


def config_of(widths: tuple[int, ...], other: tuple[int, ...] | None, policy: int = WAKE) -> Config:
    second = None if other is None else (OTHER_US, other, 70)
    return Config(when_full=policy, initial_seq=WRAP - 100, widths=widths, other=second)


def streams_of(config: Config) -> range:
    return range(1 if config.other is None else 2)


def found(log: Log) -> list[State]:
    """Return what a log that has just started hands out."""
    numbers = [log.numbers(stream) for stream in streams_of(log.config)]
    for stream, (oldest, _) in enumerate(numbers):
        log.rewind(oldest, stream)
    blocks: list[list[Block]] = [[] for _ in numbers]
    at = [oldest for oldest, _ in numbers]
    for view in log.drain():
        assert view.first_seq == at[view.stream]
        at[view.stream] = (view.first_seq + view.count) % WRAP
        if view.data:
            block = decode(view.data)
            assert block and block.stream == view.stream
            blocks[view.stream].append((view.first_seq, block.samples))
    assert at == [following for _, following in numbers]
    return [(*pair, held) for pair, held in zip(numbers, blocks, strict=True)]


def by_the_second_reader(memory: Memory, config: Config) -> tuple[list[State], int, int]:
    """Return the streams, the boot and the log's identity."""
    first_1 = config.other[2] if config.other else 0
    told = recover(memory.content, config.initial_seq, len(streams_of(config)), first_1)
    states = []
    for stream in (told, told.other)[: len(streams_of(config))]:
        blocks = [
            (block[0].seq, [(s.status, s.values, s.lateness) for s in block])
            for block in stream.blocks
        ]
        states.append((stream.oldest_seq, stream.next_seq, blocks))
    return states, told.boot, told.log


class Bench:
    """A log whose memory is looked at after each store."""

    def __init__(self, slots: int, config: Config, seed: int = 1) -> None:
        self.memory, self.config, self.random = Memory(slots), config, Random(seed)
        self.log = Log(self.memory, config)
        for stream in streams_of(config):
            self.log.rewind(self.log.numbers(stream)[0], stream)
        self.taken: list[list[Full]] = [[] for _ in streams_of(config)]
        self.first = [self.log.numbers(stream)[1] for stream in streams_of(config)]
        self.widths = [config.widths, *([config.other[1]] if config.other else [])]
        self.periods = [config.period_us, OTHER_US]
        self.before: list[State] = []
        self.operation: tuple[int, Full] | None = None
        self.stores = 0

    def look(self) -> None:
        self.stores += 1
        copy = self.memory.copy()
        log = Log(copy, self.config)
        states = found(log)
        for stream, (_, following, blocks) in enumerate(states):
            _, next_before, blocks_before = self.before[stream]
            held, held_before = flat(blocks), flat(blocks_before)
            if held_before[len(held_before) - len(held) :] == held and following == next_before:
                continue  # as before, or freed from the oldest block on
            assert self.operation and self.operation[0] == stream
            assert following == (next_before + 1) % WRAP
            after = [*held_before, self.operation[1]]
            dropped = held == held_before and self.config.when_full != KEEP_NEWEST
            assert dropped or (held and held == after[-len(held) :])
        if self.stores % 16 == 0:
            copy = self.memory.copy()
            told, boot, identity = by_the_second_reader(copy, self.config)
            log = Log(copy, self.config)
            assert (found(log), log.boot, log.id) == (told, boot, identity)

    def do(self, operation: Callable[[], object], watched: bool = True) -> None:
        if watched:
            self.before = found(Log(self.memory.copy(), self.config))
            with after_every_store(self.look):
                operation()
        else:
            operation()

    def append(self, stream: int, sample: Full, watched: bool) -> None:
        due_us = 1_000_000 + len(self.taken[stream]) * self.periods[stream]
        self.operation = stream, sample
        self.taken[stream].append(sample)
        self.do(lambda: self.log.add(due_us, sample, stream), watched)
        self.operation = None

    def fill(self, counts: list[int], watch_every: int, kind: str = "wild") -> None:
        """Append to all streams at random."""
        left = [
            wide(kind, widths, count, self.random)
            for widths, count in zip(self.widths, counts, strict=True)
        ]
        while any(left):
            stream = self.random.choice([s for s, run in enumerate(left) if run])
            rare = self.log.used_slots == self.log.slots and self.random.random() < 0.05
            self.append(stream, left[stream].pop(), rare or self.random.random() < 1 / watch_every)

    def assert_the_newest_are_held(self) -> None:
        for stream, (_, following, blocks) in enumerate(found(Log(self.memory, self.config))):
            taken, held = self.taken[stream], flat(blocks)
            assert following == (self.first[stream] + len(taken)) % WRAP
            assert held == taken[len(taken) - len(held) :]


def flat(blocks: list[Block]) -> list[Full]:
    return [sample for _, samples in blocks for sample in samples]


SHAPES = [(ONE, THREE), (FOUR, ONE), (THREE, None), (FOUR, None)]


@pytest.mark.parametrize("policy", [WAKE, KEEP_NEWEST, KEEP_OLDEST])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_reset_while_appending(
    shape: tuple[tuple[int, ...], tuple[int, ...] | None], policy: int
) -> None:
    bench = Bench(3, config_of(*shape, policy))
    bench.fill([600, 500][: len(bench.taken)], watch_every=60)
    assert bench.log.dropped_total and bench.stores > 60
    if policy == KEEP_NEWEST:
        bench.assert_the_newest_are_held()


def test_a_reset_while_releasing() -> None:
    bench = Bench(8, config_of(ONE, THREE))
    bench.fill([250, 180], watch_every=10_000)
    bench.log.drain()
    for stream in (1, 0, 1, 0):
        oldest, following = bench.log.numbers(stream)
        upto = (oldest + (following - oldest) % WRAP * 2 // 3) % WRAP
        bench.do(lambda upto=upto, stream=stream: bench.log.release(upto, stream))  # type: ignore[misc]
    for stream in (0, 1):
        bench.do(lambda stream=stream: bench.log.release(bench.log.numbers(stream)[1], stream))  # type: ignore[misc]
    assert bench.log.used_slots == 0
    again = Log(bench.memory, bench.config)
    assert [again.numbers(stream)[1] for stream in (0, 1)] == [150, 250]


def test_a_reset_while_recovering() -> None:
    config = config_of(ONE, THREE)
    bench = Bench(8, config)
    bench.fill([250, 180], watch_every=10_000)
    memory = bench.memory
    used = [i for i in range(8) if memory.slot(i)[:4] == b"FWB3"]
    free = [i for i in range(8) if i not in used]
    memory.put_slot(free[0], memory.slot(used[0]))  # the same block twice
    memory.poke(memory.slot_at(used[1]) + 100, b"\xff\x00\xff")
    memory.poke(memory.slot_at(used[-1]) + 100, b"\xff\x00\xff")
    expected = found(Log(memory.copy(), config))

    def look() -> None:
        assert found(Log(memory.copy(), config)) == expected

    with after_every_store(look):
        Log(memory, config)


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_a_full_log_drops_what_is_oldest_of_both_streams(slots: int) -> None:
    """An open block stays as long as there is a closed one: a slow sensor keeps its newest."""
    bench = Bench(slots, config_of(ONE, THREE, KEEP_NEWEST))
    bench.fill([900, 900], watch_every=10_000)
    bench.assert_the_newest_are_held()
    if slots > 1:
        held = [len(flat(blocks)) for _, _, blocks in found(Log(bench.memory, bench.config))]
        assert all(held)


def test_the_slow_stream_of_a_full_log_is_not_dropped_while_its_block_grows() -> None:
    bench = Bench(3, config_of(ONE, THREE, KEEP_NEWEST))
    for i in range(3000):
        bench.append(0, (0, (3000 * (i % 2),), 0), watched=False)
        if i % 100 == 0:
            bench.append(1, (0, (1, 2, i % 4096), 0), watched=False)
    states = found(Log(bench.memory, bench.config))
    assert len(flat(states[1][2])) == 30
    assert states[0][0] != bench.first[0]


def test_a_held_stream_waits_for_the_peer() -> None:
    bench = Bench(6, config_of(ONE, THREE))
    bench.fill([20, 30], watch_every=10_000)
    log = Log(bench.memory, bench.config)  # held from the start on
    assert [view.stream for view in log.drain()] == [0]
    assert log.unacked_blocks == 1
    assert log.rewind(80, 1)
    (view,) = log.drain()
    assert (view.stream, view.first_seq) == (1, 70)
    log.hold(1)
    assert (log.drain(), log.unacked_blocks) == ([], 1)


class TestOtherSensors:
    """A firmware with another number of sensors than the one that wrote the log."""

    def test_one_sensor_keeps_its_own_and_the_other_numbers(self) -> None:
        bench = Bench(8, config_of(ONE, THREE))
        bench.fill([250, 180], watch_every=10_000)
        one = config_of(ONE, None)
        log = Log(bench.memory, one)
        (state,) = found(log)
        assert flat(state[2]) == bench.taken[0] and state[1] == 150
        assert (
            log.found[2] == bench.log.used_slots - log.used_slots > 0
        )  # the other's blocks are lost
        log.add(10**9, (0, (5,), 0))
        states = found(Log(bench.memory, bench.config))
        assert [following for _, following, _ in states] == [151, 250]
        assert states[1][2] == []

    def test_a_second_sensor_begins_with_its_first_number(self) -> None:
        bench = Bench(8, config_of(ONE, None))
        bench.fill([250], watch_every=10_000)
        log = Log(bench.memory, config_of(ONE, THREE))
        states = found(log)
        assert flat(states[0][2]) == bench.taken[0]
        assert states[1] == (0, 0, [])  # word 6 of the superblock was 0


@given(
    st.integers(0, 2**32),
    st.sampled_from(SHAPES),
    st.sampled_from(("nothing", "bits", "superblock", "slots", "claim", "other sensors")),
)
@settings(max_examples=150, deadline=None)
def test_whatever_lies_there_the_second_reader_makes_the_same_of_it(
    seed: int, shape: tuple[tuple[int, ...], tuple[int, ...] | None], damage: str
) -> None:
    random = Random(seed)
    config = config_of(*shape)
    slots = random.randrange(1, 8)
    bench = Bench(slots, config, seed)
    memory = bench.memory
    for _ in range(random.randrange(1, 4)):
        bench.fill([random.randrange(300) for _ in bench.taken], watch_every=10**9)
        if random.random() < 0.4:
            bench.log.drain()
            for stream in streams_of(config):
                oldest, following = bench.log.numbers(stream)
                count = (following - oldest) % WRAP
                bench.log.release((oldest + random.randrange(count + 1)) % WRAP, stream)
    if damage == "superblock" or random.random() < 0.2:
        memory.poke(memory.size - SUPERBLOCK_BYTES, bytes(SUPERBLOCK_BYTES))
    if damage == "bits":
        for _ in range(random.randrange(1, 6)):
            at = random.randrange(memory.size)
            memory.poke(at, bytes([memory.content[at] ^ 1 << random.randrange(8)]))
    if damage == "slots":
        memory.put_slot(random.randrange(slots), memory.slot(random.randrange(slots)))
    if damage == "claim":
        for _ in range(random.randrange(1, 4)):
            first_seq = (random.choice((0, 70)) + random.randrange(-70_000, 90_000)) % WRAP
            magic = random.choice((b"FWB0", b"FWB1", b"FWB2", b"FWB3", b"FWC2"))
            claim = struct.pack("<4sII", magic, random.randrange(1 << 12), first_seq)
            claim += bytes(20) + bytes([random.choice((0x10, 0x11, 0x31, 0x12, 0xF1))])
            memory.put_slot(random.randrange(slots), claim + bytes(SLOT_BYTES - len(claim)))
    if damage == "other sensors":
        config = config_of(config.widths, None if config.other else THREE)
    told, boot, identity = by_the_second_reader(memory, config)
    log = Log(memory, config)
    assert (found(log), log.boot, log.id) == (told, boot, identity)
