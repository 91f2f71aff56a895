"""The M33 does not run for a while, and the log may be erased: what the verdict says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from fwgen.record import AWAKE, Asked, Band, Erasure, Outage, RunRecord, Stream
from fwgen.report.model import Report
from fwgen.report.table import render_table
from fwgen.series import Taken
from fwgen.terminal import Style
from tests.report.records import PERIOD_US, deliver, make_record
from tests.report.test_document import report_of
from tests.report.test_html import page_of

DOWN_S, UP_S, START_S = 20.0, 30.0, 0.1


def restarted(
    why: str = "restart-board", *, asked: bool = True, until_s: float = UP_S
) -> RunRecord:
    """A run in which the M33 was down from 20 s to 30 s."""
    record = make_record(sleeps=())
    taken = record.taken
    assert isinstance(taken, Taken)
    kept = (taken.at_us < DOWN_S * 1e6) | (taken.at_us >= (until_s + START_S) * 1e6)
    taken = Taken(**{name: column[kept] for name, column in vars(taken).items()})
    taken.seq = taken.seq[0] + np.arange(len(taken), dtype=np.int64)
    taken.boot = taken.boot + (taken.at_us > UP_S * 1e6)
    record.taken = taken
    record.delivered = deliver(taken, np.arange(len(taken)), taken.at_us + 100_000)
    record.outages = [Outage(round(DOWN_S * 1e6), round(UP_S * 1e6), why, asked)]
    record.bands = [Band(0, 60, AWAKE)]
    return record


def test_samples_that_nobody_took_are_not_lost() -> None:
    report = report_of(restarted(), "{outages: 1, outage: 10 s}")
    assert report["verdict"] == "pass", report["reasons"]
    (outage,) = report["outages"]
    missing = round((UP_S + START_S - DOWN_S) * 1e6 / PERIOD_US)
    assert outage["not_taken"] == pytest.approx(missing, abs=1)
    assert (outage["at_s"], outage["for_s"], outage["why"]) == (20.0, 10.0, "restart-board")
    assert outage["log"] == "kept"
    assert report["samples"]["lost"] == 0
    assert "M33 down   restart-board at 00:00:20, for 10 s" in _table(report)
    page = page_of(restarted())
    assert "The M33 was down" in page
    assert "a reset of the board (restart-board)" in page
    assert f">{outage['not_taken']}</td>" in page


def test_a_page_without_outages_does_not_speak_of_them() -> None:
    assert "The M33 was down" not in page_of(make_record())


def test_a_pause_is_explained_only_as_long_as_the_m33_was_down() -> None:
    late = report_of(restarted(until_s=UP_S + 1.5))
    assert late["reasons"][0].startswith("No sample was taken for")
    record = restarted()
    record.outages.clear()
    assert report_of(record)["reasons"][0].startswith("No sample was taken for")


def reset_often(every_us: int, times: int, *, until_s: float = 60.0) -> RunRecord:
    """A run that is reset so often from 20 s on: the firmware takes its first sample 100 ms after a
    start, so none between two resets that follow each other sooner."""
    record = make_record(until_s, sleeps=())
    starts_us = [20_000_000 + at * every_us for at in range(times)]
    taken = record.taken.whole()
    kept = (taken.at_us < starts_us[0]) | (taken.at_us >= starts_us[-1] + START_S * 1e6)
    taken = Taken(**{name: column[kept] for name, column in vars(taken).items()})
    taken.seq = taken.seq[0] + np.arange(len(taken), dtype=np.int64)
    taken.boot = taken.boot + times * (taken.at_us > starts_us[-1])
    record.outages = [Outage(at_us, at_us, "reset") for at_us in starts_us]
    record.bands = [Band(0, until_s, AWAKE)]
    return of_taken(record, taken)


def of_taken(record: RunRecord, taken: Taken) -> RunRecord:
    """Return the record with other samples, which arrive after 100 ms."""
    record.taken = taken
    record.delivered = deliver(taken, np.arange(len(taken)), taken.at_us + 100_000)
    return record


def test_each_reset_begins_the_start_again() -> None:
    report = report_of(reset_often(37_000, 100))
    assert report["verdict"] == "pass", report["reasons"]
    missing = (99 * 37_000 + 100_000) / PERIOD_US
    assert sum(one["not_taken"] for one in report["outages"]) == pytest.approx(missing, abs=2)
    assert {one["not_taken"] for one in report["outages"][:-1]} == {0, 1}


def test_linux_may_load_the_firmware_again_before_a_reset() -> None:
    """A start that Linux asks for after a reset is no outage; a reset follows it at once."""
    record = reset_often(37_000, 1)
    taken = record.taken.whole()
    kept = (taken.at_us < 19_700_000) | (taken.at_us >= 20_000_000)
    taken = Taken(**{name: column[kept] for name, column in vars(taken).items()})
    taken.seq = taken.seq[0] + np.arange(len(taken), dtype=np.int64)
    assert report_of(of_taken(record, taken))["verdict"] == "fail"
    taken.boot = taken.boot + (taken.at_us > 20_000_000)
    record = of_taken(record, taken)
    report = report_of(record)
    assert report["verdict"] == "pass", report["reasons"]


def test_resets_until_the_end_begin_the_start_again() -> None:
    record = reset_often(37_000, 100, until_s=20 + 100 * 0.037)
    assert record.taken.whole().at_us.max() < 20_000_000
    report = report_of(record)
    assert report["verdict"] == "pass", report["reasons"]


@pytest.mark.parametrize("until_s", [60.0, 50.0])
def test_a_firmware_that_takes_no_sample_between_resets_is_found(until_s: float) -> None:
    """Between two resets it has the time to start, and more."""
    report = report_of(reset_often(3_000_000, 10, until_s=until_s))
    assert report["verdict"] == "fail"
    assert report["reasons"][0].startswith("No sample was taken")


@pytest.mark.parametrize(("waits_s", "passes"), [(6.0, True), (6.9, True), (10.2, False)])
def test_the_schedule_begins_a_period_after_a_start(waits_s: float, passes: bool) -> None:
    """With a period of 6 s, and a reset shortly before a sample."""
    record = make_record(sleeps=())
    taken = record.taken.whole()
    taken = Taken(**{name: column[::100] for name, column in vars(taken).items()})
    taken.seq = taken.seq[0] + np.arange(len(taken), dtype=np.int64)
    record.period_us = 100 * PERIOD_US
    later = taken.at_us >= 24_000_000
    taken.at_us[later] += round((waits_s - 0.1) * 1e6)
    taken.boot = taken.boot + later
    record = of_taken(record, taken)
    record.virtual_s = float(taken.at_us[-1]) / 1e6 + 1
    record.outages = [Outage(23_900_000, 23_900_000, "reset")]
    record.bands = [Band(0, record.virtual_s, AWAKE)]
    report = report_of(record)
    assert (report["verdict"] == "pass") is passes, report["reasons"]
    if not passes:
        assert report["reasons"][0].startswith("No sample was taken for")


def test_a_reset_shortly_before_the_end_may_wait_a_period() -> None:
    record = make_record(sleeps=())
    taken = record.taken.whole()
    taken = Taken(**{name: column[::100] for name, column in vars(taken).items()})
    taken.seq = taken.seq[0] + np.arange(len(taken), dtype=np.int64)
    record.period_us = 100 * PERIOD_US
    record = of_taken(record, taken)
    last_s = float(taken.at_us[-1]) / 1e6
    for silent_s, passes in ((11.9, True), (14.0, False)):
        record.virtual_s = last_s + silent_s
        reset_us = round((last_s + 5.9) * 1e6)
        record.outages = [Outage(reset_us, reset_us, "reset")]
        record.bands = [Band(0, record.virtual_s, AWAKE)]
        assert (report_of(record)["verdict"] == "pass") is passes


def test_a_reset_that_no_step_asks_for_is_an_error() -> None:
    report = report_of(restarted("watchdog", asked=False))
    assert report["verdict"] == "fail"
    assert report["reasons"] == [
        "The M33 was reset once without a step that asks for it, first at 00:00:20, "
        "by its watchdog."
    ]


def test_down_until_the_end() -> None:
    record = restarted()
    taken = record.taken.part(0, int((record.taken.whole().at_us < DOWN_S * 1e6).sum()))
    record.taken = taken
    record.delivered = deliver(taken, np.arange(len(taken)), taken.at_us + 100_000)
    record.outages = [replace(record.outages[0], end_us=None)]
    report = report_of(record)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["outages"][0]["for_s"] is None
    assert report["outages"][0]["not_taken"] == pytest.approx(40e6 / PERIOD_US, abs=1)
    assert "restart-board at 00:00:20, to the end" in _table(report)


def erased(told_us: int | None, missing_s: float) -> dict[str, Any]:
    """The log was erased at 20 s, when the samples of the last `missing_s` had not arrived."""
    record = restarted()
    taken = record.taken.whole()
    gone = (taken.at_us < DOWN_S * 1e6) & (taken.at_us >= (DOWN_S - missing_s) * 1e6)
    rows = np.flatnonzero(~gone)
    record.delivered = deliver(taken, rows, taken.at_us[rows] + 100_000)
    record.asked = Asked(200_000, 23_500, 236)
    record.streams = [Stream(0, round(DOWN_S * 1e6)), Stream(31_000_000, 60_000_000)]
    record.erasures = [Erasure(round(DOWN_S * 1e6), told_us)]
    return report_of(record, "{declared_lost: {at-most: 4}}")


def test_what_was_in_an_erased_log_is_declared_lost_when_the_peer_knows_it() -> None:
    report = erased(31_000_000, missing_s=0.2)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["outages"][0]["log"] == "erased"
    assert (report["samples"]["declared_lost"], report["samples"]["lost"]) == (4, 0)


def test_what_the_peer_was_not_told_is_lost() -> None:
    report = erased(None, missing_s=0.2)
    assert (report["samples"]["declared_lost"], report["samples"]["lost"]) == (0, 4)


def test_what_had_to_arrive_before_the_erasure_is_lost() -> None:
    report = erased(31_000_000, missing_s=2)
    declared, lost = report["samples"]["declared_lost"], report["samples"]["lost"]
    assert declared == pytest.approx(0.27e6 / PERIOD_US, abs=1)
    assert declared + lost == pytest.approx(2e6 / PERIOD_US, abs=1)
    assert report["verdict"] == "fail"


def _table(report: dict[str, Any]) -> str:
    return render_table(cast(Report, report), Style(colour=False, unicode=True))
