"""Expectations of scenarios, checked against reports."""

from typing import Any

import pytest

from fwgen.scenario.expect import FIELDS, KEPT, LINK_COUNTS, STANDING, STATUSES, Expectation
from fwgen.scenario.load import ScenarioErrors, parse_scenario

HEAD = """\
fwgen-scenario: 1
name: x
distance: [{at: 0 s, mm: 1}]
steps: [{at: 1 s, do: suspend, every: 1 min, times: 9}]
until: 1 h
"""

SLEEP = {
    "at_s": 1.0,
    "ack_ms": 0.4,
    "slept_s": 60.0,
    "wake_cause": "timer",
    "first_sample_ms": 12.5,
    "drain_ms": None,
    "backlog": 1000,
}
REPORT: dict[str, Any] = {
    "samples": {
        "taken": 100,
        "delivered": 97,
        "lost": 1,
        "declared_lost": 2,
        "duplicated": 0,
        "out_of_order": 0,
        "wrong": 0,
        "waiting": 0,
    },
    "kept": dict.fromkeys(KEPT, 0),
    "statuses": dict.fromkeys((*STATUSES, "late_samples"), 0),
    "sleeps": [SLEEP, {**SLEEP, "slept_s": 30.0, "wake_cause": "log-full", "ack_ms": 7.0}],
    "virtual_s": 100.0,
    "crashes": [],
    "ignored": [],
    "core": {"awake": {"wake_ups_per_s": 449.0}, "asleep": None},
    "outages": [{"at_s": 90.0, "for_s": None, "why": "panic", "log": "kept", "not_taken": 166}],
    "ddr": {"accesses_while_closed": 3, "first": None},
    "link": dict.fromkeys(LINK_COUNTS, 0),
    "log": {"capacity_bytes": 100_000, "peak_bytes": 2048, "bytes_per_sample": 0.75},
    "jitter_us": {"p50": 4, "p99": None, "max": 90},
}


def judge(expect: str) -> list[str]:
    scenario = parse_scenario(HEAD + f"expect: {expect}\n")
    return [told for wanted in scenario.expect if (told := wanted.judge(REPORT))]


@pytest.mark.parametrize(
    "expect",
    [
        "{lost: 1, declared_lost: {at-least: 2}, taken: {at-least: 90, at-most: 110}}",
        "{ddr_accesses_while_closed: 3, sleeps: 2, acknowledged: 2, backlog: 1000}",
        "{outages: 1, outage: 10 s, not_taken: 166}",
        "{woken_by_timer: 1, woken_by_log_full: 1, woken_by_user: 0}",
        "{ack: 7 ms, slept: {at-least: 30 s}, first_sample: {at-most: 12.5 ms}}",
        "{log_peak: 2 KiB, bytes_per_sample: {at-most: 0.75}, jitter_max: {at-most: 90 us}}",
    ],
)
def test_met(expect: str) -> None:
    assert judge(expect) == []


def test_a_suspend_without_a_handshake_is_not_acknowledged() -> None:
    silent = {**REPORT, "sleeps": [*REPORT["sleeps"], {**SLEEP, "ack_ms": None}]}
    (wanted,) = (
        item
        for item in parse_scenario(HEAD + "expect: {acknowledged: 3}\n").expect
        if item.field == "acknowledged"
    )
    assert wanted.judge(silent) == "`acknowledged` is 2, expected: 3"


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("{lost: 0}", "`lost` is 1, expected: 0"),
        ("{declared_lost: {at-least: 3}}", "`declared_lost` is 2, expected: at-least 3"),
        (
            "{taken: {at-least: 101, at-most: 110}}",
            "`taken` is 100, expected: at-least 101 and at-most 110",
        ),
        ("{ack: {at-most: 6999 us}}", "`ack` is 7 ms, expected: at-most 6.999 ms"),
        ("{slept: {at-least: 1 min}}", "`slept` is 30 s, expected: at-least 1 min"),
        ("{log_peak: {at-most: 1 KiB}}", "`log_peak` is 2 KiB, expected: at-most 1 KiB"),
        (
            "{bytes_per_sample: {at-most: 0.7}}",
            "`bytes_per_sample` is 0.75, expected: at-most 0.7",
        ),
        ("{drain: 1 s}", "`drain` is expected to be 1 s, but the run has no such figure"),
        (
            "{jitter_p99: 1 us}",
            "`jitter_p99` is expected to be 1 us, but the run has no such figure",
        ),
    ],
)
def test_not_met(expect: str, says: str) -> None:
    assert judge(expect) == [says]


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("{lost: {at-least: 5, at-most: 3}}", "no figure is at least 5 and at most 3"),
        (
            "{drain: {at-most: 1 ms, at-least: 1 s}}",
            "`expect.drain`: no figure is at least 1 s and at most 1 ms",
        ),
        ("{bytes_per_sample: {at-least: 0.7, at-most: 0.5}}", "at least 0.7 and at most 0.5"),
    ],
)
def test_bounds_that_no_figure_can_meet_are_refused(expect: str, says: str) -> None:
    with pytest.raises(ScenarioErrors, match=says):
        parse_scenario(HEAD + f"expect: {expect}\n")


def test_standing_expectations_are_zero_by_default() -> None:
    scenario = parse_scenario(HEAD + "expect: {lost: {at-most: 5}, sleeps: 1}\n")
    wanted = {expectation.field: expectation for expectation in scenario.expectations()}
    assert set(wanted) == {*STANDING, "sleeps"}
    assert wanted["lost"] == Expectation("lost", None, 5)
    assert wanted["wrong"] == Expectation("wrong", 0, 0, standing=True)


def test_every_field_finds_something_in_a_report() -> None:
    nothing = {name for name, field in FIELDS.items() if field.find(REPORT) is None}
    assert nothing == {"drain", "jitter_p99", "wake_ups_asleep"}
