"""The report's fields and the verdict's sentences."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from fwgen.record import (
    WAKE_CAUSES,
    Band,
    CoreShare,
    DdrAccess,
    Gap,
    LinkCounts,
    RunRecord,
    SleepRecord,
)
from fwgen.report.document import build_report, to_json
from fwgen.scenario.expect import KEPT, LINK_COUNTS
from tests.report.records import make_record, scenario

SCHEMA = json.loads((Path(__file__).parent / "report.schema.json").read_text())
AFTER_ALL_US = 10**12


def report_of(record: RunRecord, expect: str = "{}") -> dict[str, Any]:
    """Return the report as parsed from its JSON, after a check against the schema."""
    found: dict[str, Any] = json.loads(to_json(build_report(record, scenario(expect))))
    jsonschema.validate(found, SCHEMA)
    return found


def without(record: RunRecord, *rows: int) -> RunRecord:
    """Return the record without these received samples."""
    kept = np.ones(len(record.delivered), dtype=np.bool_)
    kept[list(rows)] = False
    columns = {name: column[kept] for name, column in vars(record.delivered).items()}
    record.delivered = replace(record.delivered, **columns)
    return record


def only_reason(record: RunRecord, expect: str = "{}") -> str:
    report = report_of(record, expect)
    assert report["verdict"] == "fail"
    (reason,) = report["reasons"]
    assert isinstance(reason, str)
    return reason


def test_every_field_of_the_schema() -> None:
    report = report_of(make_record())
    samples = report.pop("samples")
    assert re.fullmatch("[0-9a-f]{16}", report.pop("fingerprint"))
    assert report == {
        "fwgen-report": 1,
        "backend": "host",
        "linux": {"kind": "emulated", "version": None, "awake": 0.503333},
        "spec": "range-node",
        "scenario": "a test",
        "seed": 1,
        "virtual_s": 60.0,
        "wall_s": 0.5,
        "speed": 120.0,
        "outages": [],
        "sleeps": [
            {
                "at_s": 9.64,
                "ack_ms": 1.2,
                "slept_s": 29.8,
                "wake_cause": "timer",
                "first_sample_ms": 1.0,
                "drain_ms": 17.143,
                "backlog": 500,
            }
        ],
        "ddr": {"accesses_while_closed": 0, "first": None},
        "link": dict.fromkeys(LINK_COUNTS, 0),
        "log": {"capacity_bytes": 102_000, "peak_bytes": 40_000, "bytes_per_sample": 0.82},
        "jitter_us": {"p50": None, "p99": None, "max": None},
        "statuses": {
            "valid": 997,
            "too_near": 0,
            "too_far": 0,
            "no_echo": 3,
            "missed_period": 0,
            "sensor_fault": 0,
            "late_samples": 0,
        },
        "core": None,
        "kept": dict.fromkeys(KEPT),
        "ignored": [],
        "starts": [],
        "crashes": [],
        "verdict": "pass",
        "reasons": [
            "All 1,000 samples arrived, each once and in order, with the value the sensor gave "
            "and the time of the schedule.",
            "DDR was closed for 29.8 s, and the firmware did not touch it meanwhile.",
        ],
    }
    assert samples == {
        "taken": 1000,
        "delivered": 1000,
        "lost": 0,
        "declared_lost": 0,
        "duplicated": 0,
        "out_of_order": 0,
        "wrong": 0,
        "waiting": 0,
    }


def test_an_empty_record_gives_a_complete_report() -> None:
    report = report_of(RunRecord("renode", "a", "b", 0, virtual_s=2.0))
    assert report["reasons"] == ["No sample was taken in 2 s."]
    assert report["speed"] == 0


def test_one_sample_is_not_many() -> None:
    report = report_of(make_record(0.06, sleeps=()))
    assert report["reasons"] == [
        "The one sample that was taken arrived, once, with the value the sensor gave and the time "
        "of the schedule."
    ]


def test_only_wall_time_differs_between_equal_runs() -> None:
    one, other = (build_report(make_record(), scenario()) for _ in range(2))
    assert to_json(one) == to_json(other)
    slow = make_record()
    slow.wall_s = 9.0
    third = build_report(slow, scenario())
    third["wall_s"], third["speed"] = one["wall_s"], one["speed"]
    assert to_json(third) == to_json(one)


def test_jitter_is_the_difference_from_the_schedule() -> None:
    record = make_record()
    record.jitter_us = np.array([3] * 98 + [-20, 4000])
    assert report_of(record)["jitter_us"] == {"p50": 3, "p99": 20, "max": 4000}


@pytest.mark.parametrize("cause", WAKE_CAUSES)
def test_every_wake_cause_is_in_the_schema(cause: str) -> None:
    record = make_record(sleeps=())
    if cause == "condition":
        cause = "condition:no echo for 30 s"
    record.sleeps = [SleepRecord(1.0, None, 0.0, cause, None, None, 0)]
    assert report_of(record)["sleeps"][0]["wake_cause"] == cause


def test_the_first_access_to_ddr_is_the_earliest() -> None:
    record = make_record()
    record.ddr_accesses = [
        DdrAccess(20.5, None, None, "later"),
        DdrAccess(12.345, 0x0A043120, 0x812F8000, "rpmsg send"),
    ]
    assert report_of(record)["ddr"] == {
        "accesses_while_closed": 2,
        "first": {"pc": 0x0A043120, "address": 0x812F8000, "t_s": 12.345},
    }


# ------------------------------------------------------------------------------------ sentences


def test_lost_samples_are_named_with_their_time_and_what_linux_did() -> None:
    assert only_reason(without(make_record(), 204, 205, 206)) == (
        "3 samples were lost without being declared: 204..206, taken while Linux "
        "was asleep at 00:00:12."
    )
    assert only_reason(without(make_record(), 7)) == (
        "1 sample was lost without being declared: 7, taken while Linux was awake at 00:00:00."
    )
    assert only_reason(without(make_record(), 100, 300, 302, 304, 306, 308, 900)) == (
        "7 samples were lost without being declared: 100, 300, 302, 304 and 3 more ranges, "
        "taken from 00:00:06 (while Linux was awake) to 00:00:54."
    )


def test_a_loss_across_a_change_names_both_states() -> None:
    reason = only_reason(without(make_record(), *range(150, 170)))
    assert reason.endswith(
        "from 00:00:09 (while Linux was awake) to 00:00:10 (while Linux was asleep)."
    )


def test_declared_samples_fail_a_scenario_that_expects_none_and_pass_one_that_does() -> None:
    record = without(make_record(), *range(204, 304))
    record.gaps = [Gap(204, 100, AFTER_ALL_US)]
    assert only_reason(record) == (
        "100 samples were dropped by the firmware and declared lost: 204..303, taken from "
        "00:00:12 (while Linux was asleep) to 00:00:18."
    )
    assert "The scenario expects at most 99." in only_reason(
        record, "{declared_lost: {at-most: 99}}"
    )
    assert "The scenario expects at least 101." in only_reason(
        record, "{declared_lost: {at-least: 101}}"
    )
    report = report_of(record, "{declared_lost: {at-least: 100}}")
    assert report["verdict"] == "pass"
    assert report["reasons"][0] == (
        "900 of 1,000 samples arrived (100 declared lost), as the scenario expects."
    )


def test_expected_losses_that_do_not_happen_fail() -> None:
    reason = only_reason(make_record(), "{declared_lost: {at-least: 5}}")
    assert reason == "`declared_lost` is 0, expected: at least 5."


def test_duplicated_and_out_of_order_samples() -> None:
    record = make_record()
    rows = [*range(1000), *range(990, 1000)]
    columns = {name: column[rows] for name, column in vars(record.delivered).items()}
    record.delivered = replace(record.delivered, **columns)
    assert only_reason(record) == "10 samples arrived again: 990..999, first at 00:00:59."
    record = make_record()
    for column in vars(record.delivered).values():
        column[[500, 510]] = column[[510, 500]]
    assert (
        only_reason(record) == "10 samples arrived after later ones: 500..509, first at 00:00:40."
    )


def test_wrong_samples_show_what_is_wrong() -> None:
    record = make_record()
    record.delivered.whole().value[300:317] += 4
    assert only_reason(record) == (
        "17 samples arrived with another value than the sensor gave "
        "(the first: 300 says 2342 mm instead of 2338 mm)."
    )
    record = make_record()
    record.delivered.whole().status[300], record.delivered.whole().late_16ths[300] = 2, 3
    assert only_reason(record) == (
        "1 sample arrived with another value than the sensor gave "
        "(300 says too far, 2338 mm, late by 3/16 instead of 2338 mm)."
    )
    record = make_record()
    record.delivered.whole().time_us[300] += 1
    assert only_reason(record) == (
        "1 sample arrived with another time than that of the schedule "
        "(300 says 18100001 us of boot 1 instead of 18100000 us of boot 1)."
    )
    record = make_record()
    record.delivered.arrival_us[999] = 1_500_000
    assert only_reason(record) == (
        "1 sample arrived before being taken (999 at 00:00:01.500, taken at 00:00:59.940)."
    )


def test_a_status_that_does_not_exist_is_shown_as_a_number() -> None:
    record = make_record()
    record.delivered.whole().status[300] = 7
    assert "300 says status 7, 2338 mm" in only_reason(record)


def test_an_access_to_closed_ddr_says_where() -> None:
    record = make_record()
    record.ddr_accesses = [DdrAccess(12.3451, 0x0A043120, 0x812F8000, "rpmsg send")]
    assert only_reason(record) == (
        "The firmware touched DDR once while it was closed, at 00:00:12.345 (rpmsg send, "
        "pc 0x0A043120, address 0x812F8000): on the chip this hangs the system."
    )
    record.ddr_accesses += [DdrAccess(12.0, None, None, "ring read")] * 2
    assert "DDR 3 times while it was closed, first at 00:00:12.000 (ring read):" in only_reason(
        record
    )


def test_expectations_of_other_figures() -> None:
    assert only_reason(make_record(), "{sleeps: 2}") == "`sleeps` is 1, expected: 2."
    report = report_of(make_record(), "{sleeps: 1, drain: {at-most: 5 s}}")
    assert (
        report["reasons"][-1]
        == "As the scenario expects, `sleeps` is 1 and `drain` is at most 5 s."
    )


@pytest.mark.parametrize("name", LINK_COUNTS)
def test_link_counters_are_expected_to_be_zero(name: str) -> None:
    record = make_record()
    record.link = LinkCounts(**{name: 3})
    assert report_of(record)["link"][name] == 3
    assert "3 " in only_reason(record)
    assert report_of(record, f"{{{name}: 3}}")["verdict"] == "pass"


def test_all_reasons_are_reported_together() -> None:
    record = without(make_record(), 7)
    record.delivered.whole().value[3] += 1
    record.ddr_accesses = [DdrAccess(12.0, None, None, "")]
    assert len(report_of(record, "{sleeps: 4}")["reasons"]) == 4


# ----------------------------------------------------------- errors in every scenario


def test_a_firmware_that_pauses_fails_though_it_loses_nothing() -> None:
    record = make_record(sleeps=())
    record.taken.whole().at_us[500:] += 3_000_000
    record.delivered.arrival_us[500:] += 3_000_000
    assert only_reason(record) == "No sample was taken for 3.06 s after 00:00:29."
    record.taken.whole().at_us[600:] += 3_000_000
    record.delivered.arrival_us[600:] += 3_000_000
    assert only_reason(record).endswith("after 00:00:29 (and 1 time more).")


def test_a_firmware_that_stops_fails() -> None:
    record = make_record(sleeps=())
    record.virtual_s = 70.0
    assert only_reason(record) == "No sample was taken after 00:00:59."


def test_a_new_start_of_the_firmware_may_pause() -> None:
    assert report_of(make_record(boots=(700,)))["verdict"] == "pass"


def test_false_gaps_fail() -> None:
    record = make_record(first_seq=100)
    record.gaps = [Gap(300, 3, AFTER_ALL_US)]
    assert only_reason(record) == "3 samples arrived but were declared lost."
    record.gaps = [Gap(90, 10, AFTER_ALL_US)]
    assert only_reason(record) == "10 samples were declared lost before being taken."


def test_a_loss_before_numbering_is_explained() -> None:
    record = without(make_record(), 400, 401)
    record.delivered.whole().seq = np.arange(998)
    report = report_of(record)
    assert report["samples"]["lost"] == 2 and report["samples"]["wrong"] == 0
    assert report["reasons"][0].startswith("From 400 on the numbers are too small by up to 2: ")


def test_samples_taken_before_linux_was_up() -> None:
    record = without(make_record(), 2)
    record.bands = [Band(1.0, 60.0, "awake")]
    assert only_reason(record).endswith("taken before Linux was up at 00:00:00.")


def test_the_share_of_the_m33_awake_and_asleep() -> None:
    record = make_record()
    record.core = {
        "awake": CoreShare(20.0, 0.1, {"clock": 660, "display": 2_000}),
        "asleep": CoreShare(40.0, 0.02, {"clock": 1_320}),
    }
    report = build_report(record, scenario())
    assert report["core"] == {
        "awake": {
            "for_s": 20.0,
            "running": 0.005,
            "waiting": 0.995,
            "wake_ups_per_s": 133.0,
            "by": {"clock": 33.0, "display": 100.0},
        },
        "asleep": {
            "for_s": 40.0,
            "running": 0.0005,
            "waiting": 0.9995,
            "wake_ups_per_s": 33.0,
            "by": {"clock": 33.0},
        },
    }
    _, reasons = judge_text(record, "{wake_ups_asleep: {at-most: 32}}")
    assert "`wake_ups_asleep` is 33" in reasons


def test_the_share_of_a_state_that_linux_was_never_in_is_null() -> None:
    record = make_record()
    record.core = {"awake": CoreShare(60.0, 0.1, {}), "asleep": CoreShare()}
    report = build_report(record, scenario())
    assert report["core"] and report["core"]["asleep"] is None


def judge_text(record: RunRecord, expect: str) -> tuple[str, str]:
    report = build_report(record, scenario(expect))
    return report["verdict"], "\n".join(report["reasons"])
