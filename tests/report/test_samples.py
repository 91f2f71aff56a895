from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fwgen.errors import ToolBrokeError
from fwgen.record import Gap, RunRecord
from fwgen.report.document import build_report
from fwgen.report.samples import check_samples, runs
from fwgen.wire.sample import SampleStatus
from tests.report.naive import naive_counts
from tests.report.records import PERIOD_US, deliver, make_record, make_taken, scenario

CLEAN = {"lost": 0, "declared_lost": 0, "duplicated": 0, "out_of_order": 0, "wrong": 0}
AFTER_ALL_US = 10**12


def counts(record: RunRecord) -> dict[str, int]:
    samples: dict[str, Any] = dict(build_report(record, scenario())["samples"])
    return {name: samples[name] for name in CLEAN}


def reasons(record: RunRecord) -> list[str]:
    return build_report(record, scenario())["reasons"]


def take_rows(record: RunRecord, rows: list[int] | np.ndarray[Any, Any]) -> None:
    """Let only these of the received samples arrive, in this order."""
    chosen = np.array(rows, dtype=np.int64)
    columns = {name: column[chosen] for name, column in vars(record.delivered).items()}
    columns["arrival_us"] = np.full(len(chosen), AFTER_ALL_US, dtype=np.int64)
    record.delivered = replace(record.delivered, **columns)


def all_rows(record: RunRecord) -> list[int]:
    return list(range(len(record.taken)))


def test_a_run_in_which_all_samples_arrive_has_no_errors() -> None:
    record = make_record()
    assert counts(record) == CLEAN
    assert check_samples(record).arrived.all()


def test_a_missing_sample_is_lost() -> None:
    record = make_record()
    take_rows(record, [row for row in all_rows(record) if row not in (300, 301, 999)])
    assert counts(record) == {**CLEAN, "lost": 3}


def test_a_missing_sample_in_a_gap_is_declared_lost() -> None:
    record = make_record()
    take_rows(record, [row for row in all_rows(record) if not 300 <= row < 310])
    record.gaps = [Gap(302, 4, AFTER_ALL_US)]
    assert counts(record) == {**CLEAN, "lost": 6, "declared_lost": 4}


def test_gaps_that_overlap_count_each_sample_once() -> None:
    record = make_record()
    take_rows(record, [row for row in all_rows(record) if not 300 <= row < 310])
    record.gaps = [Gap(300, 6, AFTER_ALL_US), Gap(304, 6, AFTER_ALL_US), Gap(304, 6, AFTER_ALL_US)]
    assert counts(record) == {**CLEAN, "declared_lost": 10}


def test_a_sample_in_a_gap_that_arrived_is_delivered() -> None:
    record = make_record()
    record.gaps = [Gap(300, 10, AFTER_ALL_US)]
    check = check_samples(record)
    assert counts(record) == CLEAN
    assert check.declared_arrived.sum() == 10


def test_a_gap_declared_before_its_samples_were_taken_declares_nothing() -> None:
    record = make_record()
    take_rows(record, all_rows(record)[:-100])
    record.gaps = [Gap(len(record.taken) - 100, 100, int(record.taken.whole().at_us[-50]))]
    assert counts(record) == {**CLEAN, "lost": 49, "declared_lost": 51}
    assert check_samples(record).declared_unknown == 49


def test_a_gap_may_reach_beyond_the_end_of_the_run_but_not_before_its_beginning() -> None:
    record = make_record(first_seq=1000)
    record.gaps = [Gap(1000 + len(record.taken), 500, AFTER_ALL_US)]
    assert check_samples(record).declared_unknown == 0
    record.gaps = [Gap(990, 10, AFTER_ALL_US)]
    assert check_samples(record).declared_unknown == 10


def test_a_repeated_sample_is_a_duplicate_and_not_out_of_order() -> None:
    record = make_record()
    rows = all_rows(record)
    take_rows(record, [*rows[:500], *rows[490:500], *rows[500:]])
    assert counts(record) == {**CLEAN, "duplicated": 10}


def test_swapped_blocks_are_out_of_order() -> None:
    record = make_record()
    rows = all_rows(record)
    take_rows(record, [*rows[:500], *rows[600:700], *rows[500:600], *rows[700:]])
    assert counts(record) == {**CLEAN, "out_of_order": 100}


@pytest.mark.parametrize("column", ["value", "status", "late_16ths", "time_us", "boot"])
def test_a_column_that_differs_is_wrong(column: str) -> None:
    record = make_record()
    getattr(record.delivered, column)[321] += 1
    assert counts(record) == {**CLEAN, "wrong": 1}


def test_a_sample_that_differs_in_several_ways_is_wrong_once() -> None:
    record = make_record()
    record.delivered.whole().value[321] += 1
    record.delivered.whole().time_us[321] += PERIOD_US
    assert counts(record) == {**CLEAN, "wrong": 1}


def test_the_wrong_boot_is_found_though_time_and_value_are_right() -> None:
    record = make_record(boots=(400,))
    assert counts(record) == CLEAN
    record.delivered.whole().boot[400:] = 1
    assert counts(record)["wrong"] == len(record.taken) - 400


def test_a_missed_period_must_be_reported_as_one() -> None:
    record = make_record()
    record.taken.whole().status[77] = SampleStatus.MISSED
    record.taken.whole().value[77] = 0
    assert counts(record) == {**CLEAN, "wrong": 1}


def test_a_sample_that_arrives_before_it_was_taken_is_wrong() -> None:
    record = make_record()
    record.delivered.arrival_us[10] = record.taken.whole().at_us[10] - 1
    assert counts(record) == {**CLEAN, "wrong": 1}


def test_an_unknown_number_is_wrong_and_no_sample_taken_is_missing() -> None:
    record = make_record()
    record.taken = replace(
        record.taken, **{name: column[:-5] for name, column in vars(record.taken).items()}
    )
    assert counts(record) == {**CLEAN, "wrong": 5}


def test_numbers_may_wrap_and_may_be_unwrapped_or_not() -> None:
    record = make_record(first_seq=2**32 - 500)
    assert counts(record) == CLEAN
    record.delivered.whole().seq &= 0xFFFF_FFFF
    assert counts(record) == CLEAN
    take_rows(record, [row for row in all_rows(record) if not 490 <= row < 510])
    record.gaps = [Gap(2**32 - 10, 10, AFTER_ALL_US), Gap(0, 10, AFTER_ALL_US)]
    assert counts(record) == {**CLEAN, "declared_lost": 20}


def test_samples_lost_before_they_were_numbered_are_lost_and_the_rest_is_right() -> None:
    record = make_record(boots=(700,))
    rows = np.array([row for row in all_rows(record) if row not in (300, 301, 800)])
    take_rows(record, rows)
    record.delivered.whole().seq = np.arange(len(rows), dtype=np.int64)
    check = check_samples(record)
    assert counts(record) == {**CLEAN, "lost": 3}
    assert np.flatnonzero(check.lost).tolist() == [300, 301, 800]
    assert sorted(set(check.shift.tolist())) == [0, 2, 3]
    assert any("From 300 on the numbers are too small by up to 3" in r for r in reasons(record))


@pytest.mark.parametrize("periods", [-1, 1, 5])
def test_a_block_with_a_wrong_time_is_wrong_and_not_a_loss(periods: int) -> None:
    record = make_record()
    record.delivered.whole().time_us[300:400] += periods * PERIOD_US
    assert counts(record) == {**CLEAN, "wrong": 100}


def test_nothing_taken_and_nothing_received_is_no_error() -> None:
    record = RunRecord("host", "s", "s", 1, gaps=[Gap(0, 3, 0)])
    assert counts(record) == CLEAN
    record.delivered = make_record().delivered
    assert counts(record)["wrong"] == len(record.delivered)
    record = make_record()
    record.delivered = RunRecord("host", "s", "s", 1).delivered
    assert counts(record) == {**CLEAN, "lost": len(record.taken)}


def test_a_record_that_contradicts_itself_is_refused() -> None:
    record = make_record()
    record.taken.whole().seq[5] = 4
    with pytest.raises(ToolBrokeError, match="the same number"):
        check_samples(record)
    record = make_record()
    record.taken.whole().at_us[5] = 0
    with pytest.raises(ToolBrokeError, match="order of time"):
        check_samples(record)


def test_runs() -> None:
    mask = np.array([1, 1, 0, 1, 0, 0, 1], dtype=np.bool_)
    assert runs(mask) == [(0, 1), (3, 3), (6, 6)]
    assert runs(~mask) == [(2, 2), (4, 5)]
    assert runs(mask[:0]) == []


@st.composite
def damaged_records(draw: st.DrawFn) -> RunRecord:
    samples = draw(st.integers(0, 30))
    first_seq = draw(st.sampled_from([0, 7, 2**32 - 5, 2**32 - 1]))
    boots = tuple(sorted(draw(st.sets(st.integers(1, 29), max_size=2))))
    taken = make_taken(samples, first_seq=first_seq, boots=boots)
    if draw(st.booleans()):  # numbers may be missing
        keep = draw(st.lists(st.booleans(), min_size=samples, max_size=samples))
        mask = np.array(keep, dtype=np.bool_)
        taken = replace(taken, **{name: column[mask] for name, column in vars(taken).items()})
    record = RunRecord("host", "s", "s", 1, period_us=PERIOD_US, taken=taken)
    if len(taken):
        rows = np.array(draw(st.lists(st.integers(0, len(taken) - 1), max_size=40)), dtype=np.int64)
        if draw(st.booleans()):
            rows = np.sort(rows)
        late = draw(st.lists(st.integers(-100_000, 900_000), min_size=len(rows), max_size=40))
        arrival_us = taken.at_us[rows] + np.array(late[: len(rows)], dtype=np.int64)
        record.delivered = deliver(taken, rows, arrival_us)
        names = st.sampled_from(sorted(vars(record.delivered)))
        for name in draw(st.lists(names, max_size=3)) if len(rows) else []:
            place = draw(st.integers(0, len(rows) - 1))
            by = st.just(1000) if name in ("seq", "boot") else st.integers(-2, 2)
            getattr(record.delivered, name)[place] += draw(by)
    gap = st.builds(
        Gap,
        st.integers(-5, 35).map(lambda offset: first_seq + offset),
        st.integers(0, 40),
        st.integers(0, 2_500_000),
    )
    record.gaps = draw(st.lists(gap, max_size=3))
    return record


@settings(max_examples=150, deadline=None)
@given(damaged_records())
def test_it_agrees_with_loops_and_sets(record: RunRecord) -> None:
    check = check_samples(record)
    found = cast("dict[str, int]", {**build_report(record, scenario())["samples"]})
    found["declared_arrived"] = int(check.declared_arrived.sum())
    assert found == naive_counts(record)
    assert found["taken"] == found["delivered"] + found["lost"] + found["declared_lost"]


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 39)), st.sets(st.integers(1, 39), max_size=2))
def test_losses_before_numbering_are_found_wherever_they_are(
    gone: set[int], boots: set[int]
) -> None:
    taken = make_taken(40, boots=tuple(sorted(boots)))
    rows = np.array(sorted(set(range(40)) - gone), dtype=np.int64)
    record = RunRecord("host", "s", "s", 1, period_us=PERIOD_US, taken=taken)
    record.delivered = deliver(taken, rows, taken.at_us[rows])
    record.delivered.seq = np.arange(len(rows), dtype=np.int64)
    check = check_samples(record)
    assert set(np.flatnonzero(check.lost).tolist()) == gone
    assert not check.wrong.any()
