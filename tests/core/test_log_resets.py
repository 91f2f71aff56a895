"""A reset between any two stores.

After each store of the log a new boot starts with a copy of its memory. The samples of the log must
be there, and the numbers must continue.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.core.clog import (
    KEEP_NEWEST,
    KEEP_OLDEST,
    SLOT_BYTES,
    WAKE,
    Config,
    Log,
    Memory,
    after_every_store,
    decode,
)
from tests.core.log_model import LogModel
from tests.core.plain_block import PlainBlock
from tests.core.samples import Full, samples
from tests.second_reader.reader import read_record

WRAP = 2**32
Numbered = list[tuple[int, Full]]


def recovered(log: Log) -> Numbered:
    """Return all samples that a log hands out, with their numbers."""
    found: Numbered = []
    for view in log.drain():
        if view.data:
            block = decode(view.data)
            assert block
            numbers = ((view.first_seq + i) % WRAP for i in range(view.count))
            found += zip(numbers, block.samples, strict=True)
    return found


def numbered(blocks: list[PlainBlock]) -> Numbered:
    return [
        ((block.first_seq + i) % WRAP, sample)
        for block in blocks
        for i, sample in enumerate(block.samples)
    ]


class Bench:
    """A log and its model."""

    def __init__(self, slots: int, config: Config) -> None:
        self.memory = Memory(slots)
        self.config = config
        self.log = Log(self.memory, config)
        self.model = LogModel(slots, config)
        self.allowed: list[tuple[int, Numbered]] = []
        self.stores = 0

    def look(self) -> None:
        """Boot with a copy of the current memory."""
        self.stores += 1
        log = Log(self.memory.copy(), self.config)
        assert (log.next_seq, recovered(log)) in self.allowed

    def do(self, operation: Callable[[Log | LogModel], object], watched: bool) -> None:
        """Run the operation. After each store it must be complete, absent, or partly freed.

        Partly freed means that blocks are gone one by one from the oldest on.
        """
        if not watched:
            operation(self.model)
            operation(self.log)
            return
        next_seq = self.model.next_seq % WRAP
        blocks = [*self.model.blocks]
        states = [(next_seq, numbered(blocks[freed:])) for freed in range(len(blocks) + 1)]
        operation(self.model)
        freed = sum(block not in self.model.blocks for block in blocks)
        after = (self.model.next_seq % WRAP, numbered(self.model.blocks))
        self.allowed = [*states[: freed + 1], after]
        with after_every_store(self.look):
            operation(self.log)

    def append(self, count: int, kind: str, watch_every: int) -> None:
        run = samples(kind, count, Random(count))
        for i, (word, late) in enumerate(run):
            time_us = 1_000_000 + self.model.next_seq * self.config.period_us
            # What is rare is watched always: a block is about to end, or has just begun.
            blocks = self.model.blocks
            near = not blocks or len(blocks[-1].bits) > 3600 or len(blocks[-1].samples) < 4

            def append(log: Log | LogModel, word: int = word, late: int = late) -> None:
                log.append(time_us, word, late)  # noqa: B023 - called at once

            self.do(append, near or i % watch_every == 0)


@pytest.mark.parametrize("policy", [WAKE, KEEP_NEWEST, KEEP_OLDEST])
@pytest.mark.parametrize("kind", ["any", "late", "walk"])
def test_reset_while_appending(policy: int, kind: str) -> None:
    bench = Bench(2, Config(when_full=policy, initial_seq=WRAP - 100))
    bench.append(1800 if kind == "walk" else 700, kind, watch_every=16)
    assert bench.model.dropped
    assert bench.stores > 100


def test_reset_while_the_beat_changes() -> None:
    """Every sample begins a block, because the schedule times are not one period apart."""
    bench = Bench(3, Config(when_full=KEEP_NEWEST))
    for i in range(12):
        bench.do(lambda log, i=i: log.append(i * i, i, 0), watched=True)  # type: ignore[misc]
    assert bench.stores == 12 * 11 + 9


@pytest.mark.parametrize("blocks", range(5))
def test_reset_while_releasing(blocks: int) -> None:
    bench = Bench(4, Config(initial_seq=WRAP - 3))
    for i in range(4):
        bench.do(lambda log, i=i: log.append(i * i, i, 0), watched=False)  # type: ignore[misc]
    while view := bench.log.peek():
        assert bench.model.peek(True) == view
        bench.model.sent(view)
        bench.log.sent()
    upto = WRAP - 3 + blocks
    bench.do(lambda log: log.release(upto % WRAP if isinstance(log, Log) else upto), watched=True)
    assert bench.log.next_seq == 1
    bench.append(3, "still", watch_every=1)


def test_a_superblock_record_is_void_until_its_last_store() -> None:
    """No half-written record may pass its check, even by chance; the other one stays valid."""
    memory = Memory(1)
    Log(memory, Config())
    whole = []

    def look() -> None:
        records = (memory.content[-64:-32], memory.content[-32:])
        whole.append([read_record(record) is not None for record in records])

    with after_every_store(look):
        Log(memory, Config())
    stores = whole[:9]  # its check cleared, seven words, the check
    assert stores == [[False, True]] * 8 + [[True, True]]


def test_reset_while_recovering() -> None:
    """With blocks to keep, blocks to skip and garbage: a reset at any store changes only the boot
    number."""
    config = Config(initial_seq=77)
    memory = Memory(8)
    log = Log(memory, config)
    for i, (word, late) in enumerate(samples("any", 700, Random(3))):
        log.append(i * config.period_us, word, late)
    slots = [memory.content[i * SLOT_BYTES : (i + 1) * SLOT_BYTES] for i in range(8)]
    used = [i for i, slot in enumerate(slots) if slot[:4] == b"FWB3"]
    free = [i for i, slot in enumerate(slots) if slot[:4] != b"FWB3"]
    memory.poke(free[0] * SLOT_BYTES, slots[used[0]])  # the same block twice
    memory.poke(free[1] * SLOT_BYTES, b"FWB3" + Random(1).randbytes(SLOT_BYTES - 4))
    memory.poke(used[-1] * SLOT_BYTES + 100, b"\xff\x00\xff")
    found = memory.copy()
    log = Log(found, config)
    expected = (log.next_seq, recovered(log))
    boots = set()

    def look() -> None:
        again = Log(memory.copy(), config)
        boots.add(again.boot)
        assert (again.next_seq, recovered(again)) == expected

    with after_every_store(look):
        Log(memory, config)
    assert boots == {2, 3}
