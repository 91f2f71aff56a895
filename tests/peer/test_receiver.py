"""Each sample once and in order, whatever comes twice or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.peer.events import Lost, Samples
from fwgen.peer.receiver import Receiver
from fwgen.wire.block import decode_block
from fwgen.wire.messages import Gap
from tests.peer.talk import block

WRAP = 1 << 32


def got(receiver: Receiver, first: int, count: int) -> list[tuple[str, int, int]]:
    """Return (kind, first number, count) of what is new in a block."""
    return told(receiver.take_block(decode_block(block(first % WRAP, count).block)))


def told(news: list[Samples | Lost]) -> list[tuple[str, int, int]]:
    found = []
    for item in news:
        if isinstance(item, Samples):
            first = (item.block.first_seq + item.skip) % WRAP
            found.append(("samples", first, item.block.count - item.skip))
        else:
            found.append(("lost" if item.declared else "missing", item.first_seq, item.count))
    return found


def test_blocks_in_order_are_new() -> None:
    receiver = Receiver(10)
    assert got(receiver, 10, 5) == [("samples", 10, 5)]
    assert got(receiver, 15, 1) == [("samples", 15, 1)]


def test_samples_received_before_are_skipped() -> None:
    receiver = Receiver(10)
    got(receiver, 10, 5)
    assert got(receiver, 12, 6) == [("samples", 15, 3)]
    assert got(receiver, 10, 5) == []
    assert receiver.duplicates == 3 + 5


def test_numbers_wrap() -> None:
    receiver = Receiver(WRAP - 3)
    assert got(receiver, WRAP - 3, 5) == [("samples", WRAP - 3, 5)]
    assert receiver.expected == 2
    assert got(receiver, 0, 4) == [("samples", 2, 2)]
    assert told(receiver.take_gap(Gap(WRAP - 1, 7))) == [("lost", 4, 2)]


@pytest.mark.parametrize("origin", [0, 5, WRAP - 3])
def test_a_number_half_the_range_away_is_before(origin: int) -> None:
    """So it counts as a repetition."""
    receiver = Receiver(origin)
    half = (origin + WRAP // 2) % WRAP
    assert got(receiver, half - 10, 10) == []  # it ends at the opposite of what is expected
    assert told(receiver.take_gap(Gap(half % WRAP, 1))) == []
    assert receiver.expected == origin
    receiver.note_new_beginning()
    assert got(receiver, half, 1) == []
    assert receiver.expected == origin
    for _ in range(2):
        receiver.note_new_beginning()
        assert got(receiver, half - 1, 1) == []
    receiver.note_new_beginning()
    assert got(receiver, half - 1, 1) == [
        ("missing", origin, WRAP // 2 - 1),
        ("samples", (half - 1) % WRAP, 1),
    ]


def test_only_the_missing_part_of_a_declared_gap_is_reported() -> None:
    receiver = Receiver(10)
    assert told(receiver.take_gap(Gap(5, 5))) == []
    assert told(receiver.take_gap(Gap(5, 8))) == [("lost", 10, 3)]
    assert got(receiver, 13, 2) == [("samples", 13, 2)]


def test_samples_after_a_hole_wait_until_they_are_sent_again() -> None:
    receiver = Receiver(10)
    assert got(receiver, 20, 5) == []
    assert told(receiver.take_gap(Gap(25, 5))) == []
    assert got(receiver, 10, 10) == [("samples", 10, 10)]


def test_a_hole_that_remains_is_reported_as_undeclared() -> None:
    receiver = Receiver(10)
    assert got(receiver, 20, 5) == []
    for _ in range(2):
        receiver.note_new_beginning()
        assert got(receiver, 20, 5) == []
        assert got(receiver, 25, 5) == []
        assert receiver.lacks
    receiver.note_new_beginning()
    assert got(receiver, 20, 5) == [("missing", 10, 10), ("samples", 20, 5)]
    assert not receiver.lacks


def test_what_another_program_took_twice_arrives_the_third_time() -> None:
    receiver = Receiver(10)
    for expected in (10, 20):
        for _ in range(2):
            receiver.note_new_beginning()
            assert got(receiver, expected + 5, 5) == []
        receiver.note_new_beginning()
        assert got(receiver, expected, 10) == [("samples", expected, 10)]


def test_a_new_handshake_without_a_hole_reports_no_loss() -> None:
    receiver = Receiver(10)
    receiver.note_new_beginning()
    assert got(receiver, 10, 5) == [("samples", 10, 5)]
    assert got(receiver, 20, 5) == []


def test_without_a_number_nothing_is_accepted() -> None:
    receiver = Receiver(None)
    assert got(receiver, 0, 5) == []
    assert not receiver.acknowledge(0)


def test_only_what_was_handed_out_can_be_acknowledged() -> None:
    receiver = Receiver(10)
    got(receiver, 10, 5)
    assert receiver.acknowledge(12)
    assert not receiver.acknowledge(11)
    with pytest.raises(ValueError, match="16"):
        receiver.acknowledge(16)
    assert receiver.acknowledge(15)


def test_a_known_number_of_a_later_boot_is_not_a_repetition() -> None:
    receiver = Receiver(10)
    old, new = (decode_block(block(10, 5, boot).block) for boot in (7, 8))
    assert not receiver.uses_numbers_again(new)  # nothing to compare with
    receiver.take_block(old)
    assert not receiver.uses_numbers_again(old)
    assert receiver.uses_numbers_again(new)
    assert not receiver.uses_numbers_again(decode_block(block(15, 5, 8).block))


pieces = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.booleans()), max_size=30)


@given(pieces, st.sampled_from([0, WRAP - 30]))
def test_each_number_is_reported_at_most_once_and_in_order(
    parts: list[tuple[int, int, bool]], origin: int
) -> None:
    receiver = Receiver(origin)
    seen = origin
    for first, count, is_gap in parts:
        at = (origin + first) % WRAP
        news = told(receiver.take_gap(Gap(at, count))) if is_gap else got(receiver, at, count)
        for _, start, length in news:
            assert start == seen % WRAP
            seen += length
    assert receiver.expected == seen % WRAP
