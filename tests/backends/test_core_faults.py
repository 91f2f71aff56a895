"""Each fault of the core (robot/mutants) also fails a bundled scenario on the host backend,
through the standing expectation that its file names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fwgen.backends.host.compile import core_sources
from fwgen.generate import render
from fwgen.robot.mutants import Change, Mutant, load_mutants
from fwgen.scenario.expect import KEPT
from tests.backends.running import bundled, plan_of, reference_plan, run

MUTANTS = [
    mutant
    for mutant in load_mutants(Path(__file__).parents[2] / "robot" / "mutants")
    if mutant.scenario
]
LATENESS_DROPPED = Mutant(  # the emulated board has no way to make a sample late
    name="lateness-dropped",
    title="says of no sample that it was late",
    suite="",
    test="",
    reason="another value than the sensor gave",
    changes=(
        Change("src/core/sample_log.c", "sample.late_16ths > SAMPLE_LATE_MAX_16THS", "true"),
        Change("src/core/sample_log.c", "late_16ths = SAMPLE_LATE_MAX_16THS", "late_16ths = 0"),
    ),
    scenario="late-samples",
    expectation="wrong",
)


@pytest.mark.parametrize("mutant", [*MUTANTS, LATENESS_DROPPED], ids=lambda mutant: mutant.name)
def test_fault_fails_a_bundled_scenario(mutant: Mutant) -> None:
    scenario = bundled(mutant.scenario)
    own = scenario.spec_path()
    app = render(plan_of(own) if own else reference_plan())
    changed = {name: text.encode() for name, text in mutant.sources(app).items()}
    _, report = run(scenario, core=core_sources({**app, **changed}), flags=("-O0",))
    assert report["verdict"] == "fail"
    assert mutant.caught(" ".join(report["reasons"])), report["reasons"]
    woken = Counter(
        f"woken_by_{sleep['wake_cause'].replace('-', '_')}" for sleep in report["sleeps"]
    )
    figures = {**report["samples"], **report["kept"], **woken}
    assert figures[mutant.expectation], figures


def test_every_standing_expectation_catches_a_fault() -> None:
    service = {"misdated"}  # a fault of the service, not of the core: test_clocks.py
    assert {mutant.expectation for mutant in MUTANTS} >= set(KEPT) - service
