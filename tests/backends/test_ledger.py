"""The record that the ledger makes of blocks, gaps and sleeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fwgen.backends.collected import Collected
from fwgen.backends.ledger import Ledger
from fwgen.backends.sleeps import OpenSleep
from fwgen.record import ASLEEP, AWAKE, Erasure, LinkCounts, Outage, RunRecord, Taken
from fwgen.wire.block import Block
from fwgen.wire.messages import Status
from tests.wire.made import made_block

PERIOD_US = 60_000
SEQ = (1 << 32) - 4  # numbers wrap within the first block
SPEC = 0x00010203


def taken(count: int, seq: int = SEQ) -> Taken:
    index = np.arange(count, dtype=np.int64)
    zeros = np.zeros(count, dtype=np.int64)
    return Taken(
        seq=seq + index,
        boot=zeros + 1,
        spec=zeros + SPEC,
        time_us=100_000 + index * PERIOD_US,
        at_us=index * PERIOD_US,
        value=500 + index,
        status=zeros,
        late_16ths=zeros,
    )


def block(first: int, count: int, size_bytes: int = 100) -> Block:
    """Return a block of samples first .. first + count - 1, counted from SEQ."""
    return made_block(
        first_seq=(SEQ + first) & 0xFFFF_FFFF,
        period_us=PERIOD_US,
        start_us=100_000 + first * PERIOD_US,
        boot=1,
        spec=SPEC.to_bytes(4, "big"),
        words=range(500 + first, 500 + first + count),
        size_bytes=size_bytes,
    )


def record(ledger: Ledger, samples: Taken, until_us: int) -> RunRecord:
    return ledger.record(RunRecord("test", "spec", "scenario", 1), samples, until_us)


def test_blocks_become_rows_with_unwrapped_numbers() -> None:
    ledger = Ledger()
    ledger.deliver(block(0, 10), 0, 700_000)
    ledger.deliver(block(8, 6), 2, 900_000)
    samples = taken(14)
    delivered = record(ledger, samples, 1_000_000).delivered.whole()
    for column in ("seq", "boot", "spec", "time_us", "value", "status", "late_16ths"):
        assert (getattr(delivered, column) == getattr(samples, column)).all(), column
    assert delivered.arrival_us.tolist() == [700_000] * 10 + [900_000] * 4


def test_gaps_have_unwrapped_numbers_too() -> None:
    ledger = Ledger()
    ledger.deliver(block(0, 2), 0, 700_000)
    ledger.gap((SEQ + 2) & 0xFFFF_FFFF, 1, 710_000)
    ledger.gap((SEQ + 6) & 0xFFFF_FFFF, 3, 720_000)
    made = record(ledger, taken(12), 730_000)
    assert [(gap.first - SEQ, gap.count) for gap in made.gaps] == [(2, 1), (6, 3)]


def test_what_was_declared_lost_is_that_of_both_sensors() -> None:
    ledger = Ledger(second=Collected(Ledger().channels))
    ledger.gap(10, 3, 60_000)
    ledger.gap(20, 4, 60_000, stream=1)
    assert ledger.declared_lost == 7


def test_what_was_taken_after_the_end_does_not_count() -> None:
    ledger = Ledger()
    ledger.deliver(block(0, 10), 0, 700_000)
    assert len(record(ledger, taken(7), 420_000).delivered) == 7


def test_nothing_at_all() -> None:
    made = record(Ledger(), Taken(), 1_000_000)
    assert len(made.delivered) == 0
    assert made.sleeps == [] and made.bands == []
    assert made.log_bytes_per_sample == 0.0


def _slept() -> Ledger:
    ledger = Ledger()
    sleep = OpenSleep(asked_us=600_000, cause="timer", ack_ms=0.4)
    sleep.closed_us, sleep.opened_us, sleep.up_us = 900_000, 5_800_000, 6_000_000
    ledger.sleeps.append(sleep)
    ledger.deliver(block(0, 10, 90), 0, 590_000)
    ledger.deliver(block(10, 80, 48), 0, 6_000_500)
    ledger.deliver(block(90, 10, 12), 0, 6_040_000)
    ledger.deliver(block(100, 4, 60), 0, 6_300_000)
    return ledger


def test_a_sleep_s_figures_come_from_the_arrivals_after_it() -> None:
    (sleep,) = record(_slept(), taken(104), 6_240_000).sleeps
    assert sleep.slept_s == 4.9
    assert sleep.first_sample_ms == 0.5
    assert sleep.backlog == 90
    assert sleep.drain_ms == 40.0


def test_a_drain_that_the_next_sleep_cuts_short_has_no_end() -> None:
    ledger = _slept()
    following = OpenSleep(asked_us=6_010_000)
    following.closed_us = 6_020_000
    ledger.sleeps.append(following)
    first, second = record(ledger, taken(104), 6_240_000).sleeps
    assert first.drain_ms is None
    assert second.first_sample_ms is None
    assert second.slept_s == 0.22


def test_density_is_that_of_the_blocks_that_waited() -> None:
    # of the three that came after the sleep only the first held a sample for two seconds
    assert record(_slept(), taken(104), 6_240_000).log_bytes_per_sample == 48 / 80
    ledger = Ledger()
    ledger.deliver(block(0, 10, 90), 0, 590_000)
    assert record(ledger, taken(10), 600_000).log_bytes_per_sample == 9.0


def test_bands_are_cut_to_the_scenario() -> None:
    ledger = Ledger()
    for at_us, state in ((-50_000, AWAKE), (0, AWAKE), (1_000_000, ASLEEP), (3_000_000, AWAKE)):
        ledger.state(state, at_us)
    bands = record(ledger, taken(1), 2_000_000).bands
    assert [(band.start_s, band.end_s, band.state) for band in bands] == [
        (0.0, 1.0, AWAKE),
        (1.0, 2.0, ASLEEP),
    ]


def test_what_the_firmware_counts_is_added_up_over_its_starts() -> None:
    ledger = Ledger()
    for time_us, foreign in ((1_000, 0), (6_000, 2), (11_000, 3), (900, 1), (5_900, 1)):
        ledger.status(replace(Status(*[0] * 14), time_us=time_us, foreign_messages=foreign))
    record = RunRecord("host", "spec", "scenario", 1)
    assert ledger.record(record, Taken(), 1).link == LinkCounts(foreign_messages=4)


def test_numbers_and_starts_of_a_new_log_follow_those_of_the_erased_one() -> None:
    ledger = Ledger()
    ledger.deliver(block(0, 10), 0, 700_000)
    ledger.gap((SEQ + 10) & 0xFFFF_FFFF, 1, 700_000)
    ledger.erased(boots=3, at_us=800_000)
    again = replace(block(0, 5), first_seq=0)
    ledger.deliver(again, 0, 900_000)
    ledger.gap(5, 2, 910_000)
    samples = taken(30)
    samples.boot[12:] = 4
    made = ledger.record(RunRecord("t", "s", "x", 1), samples, 1_000_000, [SEQ + 12])
    delivered = made.delivered.whole()
    assert (delivered.seq - SEQ).tolist() == [*range(10), *range(12, 17)]
    assert delivered.boot.tolist() == [1] * 10 + [4] * 5
    assert [(gap.first - SEQ, gap.count) for gap in made.gaps] == [(10, 1), (17, 2)]


def test_the_peer_learns_of_a_new_log_later() -> None:
    ledger = Ledger()
    assert ledger.knows_log
    ledger.erased(boots=1, at_us=800_000)
    assert not ledger.knows_log
    ledger.new_log(900_000)
    assert ledger.knows_log
    ledger.shift(-100_000)
    assert ledger.erasures == [Erasure(700_000, 800_000)]


def test_an_outage_has_its_first_cause_and_ends_with_a_start() -> None:
    ledger = Ledger()
    ledger.started(1)
    ledger.stopped("fault", 100)
    ledger.stopped("watchdog", 200, asked=False)
    ledger.started(300)
    ledger.started(400)
    ledger.stopped("itself", 500, asked=False)
    ledger.shift(10)
    assert ledger.outages == [Outage(110, 310, "fault"), Outage(510, None, "itself", asked=False)]
