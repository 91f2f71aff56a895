"""The verdict on a node with two sensors: why the firmware wakes Linux, and what it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.backends.host.compile import core_sources
from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.robot.mutants import Change, Mutant, load_mutant
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.spec import parse_spec
from tests.backends.running import run
from tests.sensors.two import RANGE_AND_CLIMATE, TWO_CLIMATES, scene_of_climates

MUTANTS = Path(__file__).parents[2] / "robot" / "mutants"
NO_RULES_OF_SECOND = Mutant(
    name="",
    title="ignores the conditions on the second sensor",
    suite="",
    test="",
    reason="",
    changes=(
        Change(
            "src/core/wake_calls.c", "rule->stream == stream &&", "rule->stream + stream == 0u &&"
        ),
    ),
)

CONDITIONS = """\
  wake_if:
    - distance < 400 mm for 3 samples
    - ambient-temp < 18 °C for 5 samples
    - climate.sensor fault for 3 s
  wake_pause: 5 s
"""

SCENE = """\
fwgen-scenario: 1
name: two sensors that wake Linux
distance: [{at: 0 s, mm: 1500}, {at: 1 min, mm: 300}, {at: 2 min, mm: 1500}, {at: 9 min, mm: 1500}]
signals:
  ambient-temp: [{at: 0 s, value: 20 °C}, {at: 3 min, value: 17 °C}, {at: 4 min, value: 21 °C}]
  humidity: [{at: 0 s, value: 40 %}, {at: 1 min, value: 41 %}]
steps:
  - {at: 10 s, do: suspend, again: 5 s}
  - {at: 260 s, do: mute-sensor, sensor: climate}
  - {at: 270 s, do: restore-sensor, sensor: climate}
  - {at: 590 s, do: resume}
until: 10 min
"""


def waking(sleep: str) -> Plan:
    """Return the plan of both with so much more in its section `sleep`."""
    text = RANGE_AND_CLIMATE.read_text("utf-8")
    return plan_spec(parse_spec(text.replace("when_full: wake}", f"when_full: wake, {sleep}}}")))


def with_conditions(pattern: str = "") -> Plan:
    """Return the plan with those conditions that contain the text."""
    text = RANGE_AND_CLIMATE.read_text("utf-8")
    lines = [line for line in CONDITIONS.splitlines() if not line.startswith("    - ")]
    lines[1:1] = [line for line in CONDITIONS.splitlines() if "    - " in line and pattern in line]
    head = text.partition("sleep:")[0]
    head += "sleep:\n  mode: lp-stop2\n  when_full: wake\n"
    return plan_spec(parse_spec(head + "\n".join(lines) + "\n"))


def small_log(when_full: str) -> Plan:
    """Return the plan of two climates with a log of 20 blocks."""
    text = TWO_CLIMATES.replace("when_full: wake", f"when_full: {when_full}")
    return plan_spec(parse_spec(text.replace("data: retram", "data: retram, log: 12 KiB")))


def scene() -> Scenario:
    return parse_scenario(SCENE)


def until_full() -> Scenario:
    found = scene_of_climates("{at: 1 min, do: suspend, for: 6 h}", "22000 s")
    return found.model_copy(update={"expect": ()})


def core_with(fault: str, plan: Plan) -> dict[str, bytes]:
    app = render(plan)
    own = load_mutant(MUTANTS / f"{fault}.toml") if fault else NO_RULES_OF_SECOND
    sources = own.sources(app)
    return core_sources({**app, **{name: text.encode() for name, text in sources.items()}})


@pytest.mark.parametrize(
    ("plan", "causes"),
    [
        (
            with_conditions,
            {
                "condition:distance < 400 mm for 3 samples",
                "condition:ambient-temp < 18 °C for 5 samples",
                "condition:climate.sensor fault for 3 s",
                "user",
            },
        ),
        (lambda: waking("max_age: 45 s"), {"age", "user"}),
        (lambda: waking("wake_at: 2 %"), {"level", "user"}),
    ],
    ids=["conditions", "age", "level"],
)
def test_a_correct_firmware_passes(plan: Callable[[], Plan], causes: set[str]) -> None:
    _, report = run(scene(), plan=plan())
    told = [reason for reason in report["reasons"] if "declared lost" not in reason]
    assert report["verdict"] == "pass", told
    assert {sleep["wake_cause"] for sleep in report["sleeps"]} == causes
    assert report["kept"]["woken_without_reason"] == 0
    assert report["kept"]["miscounted"] == 0
    assert report["kept"]["woken_late"] == report["kept"]["woken_early"] == 0


@pytest.mark.parametrize(
    ("fault", "plan", "expectation"),
    [
        ("condition-early", lambda: with_conditions("distance"), "woken_without_reason"),
        ("condition-early", lambda: with_conditions("ambient-temp"), "woken_without_reason"),
        ("", lambda: with_conditions("ambient-temp"), "not_woken"),
        ("age-late", lambda: waking("max_age: 45 s"), "not_woken"),
        ("early-wake", lambda: small_log("wake"), "woken_early"),
        ("late-wake", lambda: small_log("wake"), "woken_late"),
        ("uncounted-drop", lambda: small_log("keep-oldest"), "miscounted"),
    ],
)
def test_a_planted_fault_fails(fault: str, plan: Callable[[], Plan], expectation: str) -> None:
    own = plan()
    scenario = scene() if own.spec.name == "range-and-climate" else until_full()
    _, report = run(scenario, plan=own, core=core_with(fault, own), flags=("-O0",))
    assert report["kept"][expectation], report["kept"]
    assert report["verdict"] == "fail"


def test_the_count_of_a_full_log_is_that_of_both_sensors() -> None:
    record, report = run(until_full(), plan=small_log("keep-newest"))
    assert report["kept"]["miscounted"] == 0
    declared = [sum(gap.count for gap in one.gaps) for one in record.of_sensors]
    assert all(declared) and record.dropped_told is not None
    # the last two arrived after SLEEP, so they were not acknowledged before Linux slept
    assert [one.dropped_received for one in record.of_sensors] == [2, 0]
    assert record.dropped_told[0] == sum(declared) + 2


def aged(record: RunRecord, number: int, by_us: int) -> RunRecord:
    """Return the record with the oldest samples of this sensor so much older."""
    own = [
        None if at_us is None else at_us - by_us for at_us in record.of_sensors[number].oldest_us
    ]
    if number == 0:
        return replace(record, oldest_us=own)
    return replace(record, second=replace(record.of_sensors[1], oldest_us=own))


@pytest.mark.parametrize("number", [0, 1])
def test_the_oldest_sample_of_either_sensor_counts(number: int) -> None:
    record, _ = run(scene(), plan=waking("max_age: 45 s"))
    report = build_report(aged(record, number, 10_000_000), scene())
    assert report["kept"]["not_woken"]
    younger = build_report(aged(aged(record, 0, -10_000_000), 1, -10_000_000), scene())
    assert younger["kept"]["woken_without_reason"]
