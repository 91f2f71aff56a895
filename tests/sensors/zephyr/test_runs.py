"""Sensors that Zephyr drives, on the host: a night, faults, and what the judge detects."""

from __future__ import annotations

import pytest

from fwgen.errors import InputError
from fwgen.plan import plan_file
from fwgen.scenario.load import parse_scenario
from fwgen.wire.sample import SampleStatus
from tests.backends.running import run
from tests.sensors.zephyr.night import SIGNALS, SPECS, scenario

NIGHT = """
  - {at: 1 min, do: suspend}
  - {at: 3 h, do: resume}
  - {at: 3 h 5 min, do: suspend}
  - {at: 8 h, do: resume}
""".replace("3 h 5 min", "185 min")


@pytest.mark.parametrize("name", SIGNALS)
def test_a_night_loses_nothing(name: str) -> None:
    plan = plan_file(SPECS / f"{name}.yaml")
    record, report = run(parse_scenario(scenario(name, NIGHT, "29000 s")), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    assert len(record.taken) >= 8 * 3600 * 1_000_000 // plan.timing.period_us
    assert set(record.taken.whole().status.tolist()) == {SampleStatus.VALID}


def test_a_driver_that_fails_or_hangs_is_a_fault() -> None:
    steps = """
  - {at: 10500 ms, do: mute-sensor}
  - {at: 13500 ms, do: restore-sensor}
  - {at: 20500 ms, do: hold-echo}
  - {at: 23500 ms, do: restore-sensor}
"""
    plan = plan_file(SPECS / "climate.yaml")
    record, report = run(parse_scenario(scenario("climate", steps, "30 s")), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    faults = record.taken.whole().status == SampleStatus.FAULT
    assert faults.nonzero()[0].tolist() == [11, 12, 13, 21, 22, 23]


def test_a_quantity_out_of_its_range_says_so() -> None:
    text = scenario("cellar", "", "30 s").replace("12 °C", "100 °C").replace("-7 °C", "-60 °C")
    text = text.replace("at: 4 h", "at: 30 s").replace("steps:\n\n", "")
    record, report = run(parse_scenario(text), plan=plan_file(SPECS / "cellar.yaml"))
    assert report["verdict"] == "pass", report["reasons"]
    whole = record.taken.whole()
    assert whole.status[0] == SampleStatus.TOO_FAR and whole.value[0] == 2000
    assert whole.status[-1] == SampleStatus.TOO_NEAR and whole.value[-1] == 0


def test_the_judge_detects_a_wrong_value() -> None:
    text = scenario("motion", "", "30 s").replace("steps:\n\n", "")
    plan = plan_file(SPECS / "motion.yaml")
    _, report = run(parse_scenario(text), plan=plan, fault="wrong-value")
    assert report["verdict"] == "fail"
    assert "arrived with another value" in " ".join(report["reasons"])


def test_a_channel_without_a_signal_is_refused() -> None:
    text = scenario("cellar", "", "30 s").replace("steps:\n\n", "")
    with pytest.raises(InputError, match="no signal for the sensor's channel `humidity`"):
        run(parse_scenario(text), plan=plan_file(SPECS / "climate.yaml"))
