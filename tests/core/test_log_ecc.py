"""Memory with error correction: words that were never written, or lost, answer no read."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.clog import (
    SLOT_BYTES,
    SUPERBLOCK_BYTES,
    Config,
    Log,
    Memory,
    after_every_store,
    decode,
    unreadable,
)
from tests.core.samples import samples

SLOTS = 4
WORDS = (SUPERBLOCK_BYTES + SLOTS * SLOT_BYTES) // 4
SLOT_WORDS = SLOT_BYTES // 4
CONFIG = Config(spec=b"\x01\x02\x03\x04")
DAY_US = 86_400_000_000
KEPT, BLOCKS, NEW, BAD = range(4)
UNTIL_WRITTEN, BROKEN = 1, 2
Seen = tuple[int, int, int, list[int]]


def filled(blocks: int) -> Memory:
    """Return the memory of a log with this many blocks of ten samples, the first in slot 0."""
    memory = Memory(SLOTS)
    log = Log(memory, CONFIG)
    log.identify(0x1234)
    for block in range(blocks):
        for number in range(10):
            log.append(DAY_US + block * 10_000_000 + number * CONFIG.period_us, 1500 + number)
    return memory


def numbers(log: Log) -> list[int]:
    found: list[int] = []
    for view in log.drain():
        if view.data:
            block = decode(view.data)
            assert block
            found += range(view.first_seq, view.first_seq + view.count)
    return found


def started(memory: Memory, marks: bytearray) -> Log:
    with unreadable(memory, marks):
        return Log(memory, CONFIG)


def test_a_memory_that_was_never_written_is_written_once() -> None:
    memory = Memory(SLOTS)
    memory.poke(0, Random(1).randbytes(memory.size))
    marks = bytearray([UNTIL_WRITTEN] * WORDS)
    log = started(memory, marks)
    assert not any(marks)
    assert log.found == (NEW, SUPERBLOCK_BYTES // 4, 0)
    assert (log.boot, log.next_seq, log.id) == (1, 0, 0)
    assert memory.content[: SLOTS * SLOT_BYTES] == bytes(SLOTS * SLOT_BYTES)


def test_chance_makes_some_words_readable() -> None:
    """A third of all random words pass the check; the region is new all the same."""
    memory = Memory(SLOTS)
    memory.poke(0, Random(2).randbytes(memory.size))
    marks = bytearray(Random(3).choices([0, UNTIL_WRITTEN], [1, 2], k=WORDS))
    count = sum(marks)
    log = started(memory, marks)
    assert not any(marks)
    assert log.found == (NEW, count, 0)
    assert memory.content[: SLOTS * SLOT_BYTES] == bytes(SLOTS * SLOT_BYTES)


def test_nothing_is_written_over_after_a_warm_reset() -> None:
    memory = filled(2)
    slots = memory.content[: 2 * SLOT_BYTES]
    log = started(memory, bytearray(WORDS))
    assert memory.content[: 2 * SLOT_BYTES] == slots
    assert log.found == (KEPT, 0, 0)


@pytest.mark.parametrize("word", range(SLOT_WORDS))
def test_a_lost_word_costs_its_block_and_no_other(word: int) -> None:
    memory = filled(3)
    used = -(-decode_len(memory, 1) // 4)
    marks = bytearray(WORDS)
    marks[SLOT_WORDS + word] = UNTIL_WRITTEN
    log = started(memory, marks)
    lost = word < used
    assert numbers(log) == [*range(10), *(() if lost else range(10, 20)), *range(20, 30)]
    assert log.found == (KEPT, 1, int(lost))
    assert (log.next_seq, log.id) == (30, 0x1234)


def decode_len(memory: Memory, slot: int) -> int:
    log = Log(memory.copy(), CONFIG)
    view = [view for view in log.drain() if view.data][slot]
    assert view.data
    return len(view.data)


@pytest.mark.parametrize("word", range(SLOT_WORDS))
def test_a_word_lost_in_the_newest_block_does_not_free_its_numbers(word: int) -> None:
    """Unless the word has the number itself, or the count."""
    memory = filled(3)
    marks = bytearray(WORDS)
    marks[2 * SLOT_WORDS + word] = UNTIL_WRITTEN
    log = started(memory, marks)
    assert log.next_seq == (30 if word not in (1, 2) else 20)


@pytest.mark.parametrize("word", range(SUPERBLOCK_BYTES // 4))
def test_a_word_lost_in_the_superblock_costs_nothing(word: int) -> None:
    memory = filled(3)
    memory_again = Log(memory, CONFIG)  # both records are whole
    assert memory_again.boot == 2
    marks = bytearray(WORDS)
    marks[WORDS - 1 - word] = UNTIL_WRITTEN
    log = started(memory, marks)
    assert log.found == (KEPT, 1, 0)
    assert (numbers(log), log.id) == ([*range(30)], 0x1234)
    assert log.boot in (2, 3)


def test_without_a_superblock_the_blocks_are_kept() -> None:
    memory = filled(3)
    marks = bytearray(WORDS)
    marks[-16], marks[-8] = UNTIL_WRITTEN, UNTIL_WRITTEN
    log = started(memory, marks)
    assert (log.found[0], numbers(log), log.id) == (BLOCKS, [*range(30)], 0)


def test_words_that_stay_unreadable_are_reported_and_not_used() -> None:
    memory = filled(3)
    before = memory.content
    marks = bytearray(WORDS)
    marks[200] = BROKEN
    log = started(memory, marks)
    assert (log.found[0], log.slots) == (BAD, 0)
    log.append(0, 1500)
    assert log.dropped_total == 1
    assert memory.content[:800] + memory.content[804:] == before[:800] + before[804:]


@given(st.data())
def test_what_an_unreadable_word_contains_makes_no_difference(data: st.DataObject) -> None:
    """So nothing reads it before it is written."""
    source = Memory(SLOTS)
    log = Log(source, CONFIG)
    for i, (word, late) in enumerate(samples("any", data.draw(st.integers(0, 500)), Random(3))):
        log.append(i * CONFIG.period_us, word, late)
    lost = data.draw(st.sets(st.integers(0, WORDS - 1), max_size=30))
    ends = []
    for seed in (None, 1, 2):
        memory = source.copy()
        marks = bytearray(WORDS)
        for word in lost:
            marks[word] = UNTIL_WRITTEN
            if seed is not None:
                memory.poke(4 * word, Random(seed + word).randbytes(4))
        found = started(memory, marks)
        ends.append((memory.content, found.next_seq, found.found, numbers(found)))
    assert ends[0] == ends[1] == ends[2]


def test_a_reset_during_the_first_write() -> None:
    """At any store a new start finds a new region, or the log that was just made."""
    memory = Memory(1)
    memory.poke(0, Random(4).randbytes(memory.size))
    marks = bytearray([UNTIL_WRITTEN] * (memory.size // 4))
    seen: list[Seen] = []

    def look() -> None:
        again = memory.copy()
        log = started(again, bytearray(marks))
        seen.append((log.found[0], log.boot, log.next_seq, numbers(log)))

    with unreadable(memory, marks), after_every_store(look):
        Log(memory, CONFIG)
    new: Seen = (NEW, 1, 0, [])
    kept: Seen = (KEPT, 2, 0, [])
    finished = seen.index(kept)
    assert seen == [new] * finished + [kept] * (len(seen) - finished)
    assert finished > memory.size // 4
