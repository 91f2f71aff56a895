"""What the watch of the wire notes for the verdict."""

from __future__ import annotations

from fwgen.backends.wire_watch import LogBlocks, WireWatch
from fwgen.record import RunRecord
from fwgen.wire.messages import PeerHello, Wake
from tests.wire.made import made_block


def test_a_block_that_came_twice_is_dropped_once() -> None:
    """Samples that the firmware drops after they have arrived need no gap: each counts once."""
    watch = WireWatch(lambda: LogBlocks([(12, 2, 0)]))
    for first in (10, 12, 10, 12):
        watch.came(made_block(first, 60_000, first * 60_000, 1, bytes(4), [500, 501]), 1_000_000)
    watch.went(Wake(1, 14), 2_000_000)
    record = RunRecord("test", "spec", "scenario", 1)
    watch.fill(record)
    assert record.dropped_received == 2


def test_a_number_of_an_old_log_says_nothing_of_the_new_one() -> None:
    """The peer asks for it until it learns that the log's memory was erased."""
    watch = WireWatch()

    def asked() -> int | None:
        watch.went(PeerHello(3, bytes(8), 1, 1526, 5, 6), 1_000_000)
        return watch.beginnings[-1].next_seq

    assert asked() == 1526
    watch.forget_numbers(asks_old=True)
    assert asked() is None
    watch.forget_numbers()
    assert asked() == 1526
