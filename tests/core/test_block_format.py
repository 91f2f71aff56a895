"""The limits of the format that docs/SPEC.md defines and the plan uses."""

from __future__ import annotations

from random import Random

import pytest

from fwgen.wire import log_format
from tests.core.clog import Config, Log, Memory, View, constant, decode
from tests.core.plain_block import STREAM_BITS, PlainBlock, code
from tests.core.samples import DISTANCE, KINDS, full, samples, word
from tests.second_reader.reader import State

SAMPLES_MAX = 3614


def one_block(run: list[tuple[int, int]]) -> View:
    """Return the first block of a log with these samples."""
    log = Log(Memory(3), Config())
    for i, (sample_word, late) in enumerate(run):
        log.append(i * 60_000, sample_word, late)
    view = log.peek()
    assert view
    return view


@pytest.mark.parametrize(
    "name",
    ["SUPERBLOCK_BYTES", "BLOCK_BYTES", "HEADER_BYTES", "WORST_BITS", "SLOTS_MAX"],
)
def test_python_and_c_have_the_same_sizes(name: str) -> None:
    assert getattr(log_format, name) == constant(name)


def test_slots_of_a_region() -> None:
    for slots in (0, 1, 7, 272):
        memory = Memory(slots)
        region = log_format.CRASH_BYTES + memory.size
        assert log_format.slots(region) == slots == Log(memory, Config()).slots
        assert log_format.slots(region + 480) == slots
    assert log_format.slots(0) == 0
    assert log_format.slots(Memory(300).size) == 272 == Log(Memory(300), Config()).slots


def test_the_worst_block_holds_what_the_plan_promises() -> None:
    """Every sample is late and far from the previous one, which is the longest code."""
    run = [(word(0, 8000 * (i % 2)), 1 + i % 15) for i in range(400)]
    assert one_block(run).count == log_format.worst_samples(DISTANCE) == 124


def test_the_worst_block_of_samples_on_time() -> None:
    """Every sample has another status than the one before."""
    run = [(word(i % 2, 8000 * (i % 2)), 0) for i in range(400)]
    assert one_block(run).count == 1 + (STREAM_BITS - 16) // 22


def test_no_sample_takes_more_than_the_worst() -> None:
    """In every state that samples can cause, whatever the next sample is."""
    random = Random(1)
    for kind in KINDS:
        state = State(DISTANCE, full(1500))
        for sample_word, late in samples(kind, 1500, random):
            sample = full(sample_word, late)
            assert 1 <= len(code(state, sample)) <= log_format.WORST_BITS + 13
            assert (late != 0) or len(code(state, sample)) <= 22
            state.learn(*sample[:2])


def test_samples_of_a_bit_fill_a_block_to_the_last() -> None:
    view = one_block([(word(3, 0), 0)] * (SAMPLES_MAX + 10))
    assert view.count == SAMPLES_MAX == constant("SAMPLES_MAX")
    assert view.data
    assert len(view.data) == log_format.BLOCK_BYTES
    found = decode(view.data)
    assert found
    assert found.words == [word(3, 0)] * SAMPLES_MAX


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_filled_up(kind: str) -> None:
    """A block is closed only if the next sample does not fit, to the bit."""
    for seed in range(4):
        run = samples(kind, 4000, Random(seed))
        plain = PlainBlock(0, 60_000, 0, 1, *run[0])
        count = next((i for i, sample in enumerate(run) if i and not plain.append(*sample)), None)
        if count is None:
            continue
        assert one_block(run).data == plain.data()


def test_a_stream_that_ends_with_the_last_bit() -> None:
    """The last bit is used, and no bit is written after the slot."""
    log = Log(Memory(2), Config())
    plain = PlainBlock(0, 60_000, 0, 1, 1500, 0)
    log.append(0, 1500)
    random = Random(7)
    time_us = 0
    while len(plain.bits) < STREAM_BITS:
        left = STREAM_BITS - len(plain.bits)
        fits = [d for d in range(1480, 1521) if len(code(plain.state, full(d))) == left]
        distance = fits[0] if fits else 1500 + random.randrange(-3, 4)
        if not plain.append(distance, 0):
            assert plain.append(word(3, 0), 0)
            continue
        time_us += 60_000
        log.append(time_us, distance)
    neighbour = log.memory.slot(1), log.memory.content[-64:]
    time_us += 60_000
    log.append(time_us, 1500)
    view = log.peek()
    assert view
    assert view.data == plain.data()
    assert len(view.data) == log_format.BLOCK_BYTES
    assert decode(view.data)
    assert log.used_slots == 2
    assert neighbour[1] == log.memory.content[-64:]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((700, 6, 0), (0, 5, 0)),
        ((700, 255, 0), (0, 5, 0)),
        ((700, 3, 0), (0, 3, 0)),
        ((700, 5, 16), (0, 5, 15)),
        ((700, 1, 255), (700, 1, 15)),
        ((8192, 0, 0), (8191, 0, 0)),
        ((2**32 - 1, 2, 1), (8191, 2, 1)),
    ],
)
@pytest.mark.parametrize("before", [None, (8191, 0), (0, 3)])
def test_values_out_of_range_are_cut(
    given: tuple[int, int, int], kept: tuple[int, int, int], before: tuple[int, int] | None
) -> None:
    log = Log(Memory(1), Config())
    if before:
        log.add(0, (before[1], (before[0],), 0))
    log.add(60_000, (given[1], (given[0],), given[2]))
    view = log.peek()
    found = decode(view.data or b"") if view else None
    assert found
    assert (found.words[-1] & 0x1FFF, found.words[-1] >> 13, found.late[-1]) == kept
