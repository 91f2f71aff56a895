"""Memory that changes while the firmware runs: a block is lost when it is to be handed out, and its
numbers are a gap at once."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.clog import (
    KEEP_NEWEST,
    SLOT_BYTES,
    Config,
    Log,
    Memory,
    View,
    after_every_store,
    decode,
)
from tests.core.samples import Full, full, samples
from tests.second_reader.reader import read_region

CONFIG = Config(initial_seq=2**32 - 15)
SLOTS = 5
WRAP = 2**32
Numbered = dict[int, Full]


def filled(blocks: int) -> Log:
    """Return a log of this many blocks of ten samples, the last one open; block n is in slot n."""
    log = Log(Memory(SLOTS), CONFIG)
    for block in range(blocks):
        for i, (word, late) in enumerate(samples("walk", 10, Random(block))):
            log.append(block * 10_000_000 + i * CONFIG.period_us, word, late)
    return log


def flip(log: Log, slot: int, bit: int) -> None:
    at = log.memory.slot_at(slot) + bit // 8
    log.memory.poke(at, bytes([log.memory.content[at] ^ 1 << bit % 8]))


def spans(views: list[View]) -> list[tuple[int, int, bool]]:
    """Return number from the first one on, count, and whether it is a block, of each view."""
    return [
        ((view.first_seq - CONFIG.initial_seq) % WRAP, view.count, view.data is not None)
        for view in views
    ]


@pytest.mark.parametrize("lost", range(4))
def test_a_damaged_block_is_a_gap_when_its_turn_comes(lost: int) -> None:
    log = filled(4)
    flip(log, lost, 8 * 40)
    assert log.backlog == 40
    assert spans(log.drain()) == [(10 * n, 10, n != lost) for n in range(4)]
    assert (log.backlog, log.used_slots, log.found[2]) == (30, 3, 1)
    assert log.release((CONFIG.initial_seq + 40) % WRAP)
    assert (log.backlog, log.used_slots) == (0, 0)


def test_its_slot_is_free_at_once() -> None:
    log = filled(SLOTS)
    flip(log, 2, 8 * 40)
    log.drain()
    log.append(100_000_000, 1500)
    assert log.dropped_total == 0
    assert spans(log.drain()) == [(10 * SLOTS, 1, True)]


def test_a_block_that_is_damaged_while_it_is_open() -> None:
    log = filled(2)
    flip(log, 1, 8 * 40)
    log.append(10_000_000 + 10 * CONFIG.period_us, 1500)
    assert spans(log.drain()) == [(0, 10, True), (10, 11, False)]
    log.append(10_000_000 + 11 * CONFIG.period_us, 1500)
    assert spans(log.drain()) == [(21, 1, True)]


def test_damage_is_found_again_after_it_was_handed_out() -> None:
    """The peer lost what was sent, and the block's memory changed meanwhile."""
    log = filled(3)
    log.drain()
    flip(log, 1, 8 * 40)
    assert log.rewind(CONFIG.initial_seq)
    assert spans(log.drain()) == [(0, 10, True), (10, 10, False), (20, 10, True)]


def test_a_header_that_is_damaged_does_not_say_where_a_peer_begins() -> None:
    log = filled(3)
    flip(log, 0, 8 * 8 + 31)  # the highest bit of the first number
    assert not log.rewind((log.next_seq + 1) % WRAP)
    assert log.oldest_seq == CONFIG.initial_seq
    assert spans(log.drain()) == [(0, 10, False), (10, 10, True), (20, 10, True)]


def test_a_log_that_drops_its_oldest_block_counts_what_the_block_had() -> None:
    log = Log(Memory(2), Config(when_full=KEEP_NEWEST))
    for i in range(3):
        log.append(i * i * 1000, 1500)
        flip(log, 0, 32 + 4)  # in the number of samples of the first block
    assert (log.dropped_total, log.backlog) == (1, 2)


@pytest.mark.parametrize("lost", range(3))
def test_a_reset_at_any_store_of_the_loss(lost: int) -> None:
    """The numbers continue, and the samples of all other blocks are there."""
    log = filled(3)
    next_seq = log.next_seq
    rest = [(10 * n, 10, True) for n in range(3) if n != lost]
    flip(log, lost, 8 * 40)
    stores = []

    def look() -> None:
        again = Log(log.memory.copy(), CONFIG)
        stores.append(again.next_seq)
        assert [span for span in spans(again.drain()) if span[2]] == rest

    with after_every_store(look):
        log.drain()
    assert stores == [next_seq] * 10  # a record of the superblock, and the magic


@given(
    st.integers(1, SLOTS - 1),
    st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(0, SLOT_BYTES * 8 - 1)), max_size=9),
    st.integers(0, 12),
    st.booleans(),
    st.integers(0, 50),
)
def test_whatever_changes_every_number_is_handed_out_or_declared(
    blocks: int, bits: list[tuple[int, int]], sent: int, knows: bool, expected: int
) -> None:
    """`sent`: views handed out before the memory changes. `knows`: the peer then asks for the
    number `expected`, or for everything."""
    log = filled(blocks)
    taken: Numbered = {}
    for number in range(blocks):
        for i, (word, late) in enumerate(samples("walk", 10, Random(number))):
            taken[10 * number + i] = full(word, late)
    for _ in range(sent):
        if log.peek():
            log.sent()
    for slot, bit in bits:
        flip(log, slot % blocks, bit)
    if any(
        taken[(s.seq - CONFIG.initial_seq) % WRAP] != (s.status, s.values, s.lateness)
        for block in read_region(log.memory.content)[1]
        for s in block
    ):
        return  # the check of 16 bits cannot detect this
    begin = min(expected, 10 * blocks) if knows else 0
    number = (CONFIG.initial_seq + begin) % WRAP
    assert log.rewind(number if knows else (log.next_seq + 1) % WRAP) == knows
    at = begin
    for view in log.drain():
        first = (view.first_seq - CONFIG.initial_seq) % WRAP
        assert first <= at < first + view.count
        if view.data:
            block = decode(view.data)
            assert block and block.samples == [taken[first + i] for i in range(view.count)]
        at = first + view.count
    assert at == 10 * blocks
    log.append(900_000_000, 1500)
    assert spans(log.drain()) == [(10 * blocks, 1, True)]
    again = Log(log.memory, CONFIG)
    assert (again.next_seq - CONFIG.initial_seq) % WRAP >= 10 * blocks + 1
