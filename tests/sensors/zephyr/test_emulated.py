"""Zephyr's driver in the ELF, opposite Renode's own model of the sensor."""

from __future__ import annotations

import dataclasses

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.plan import plan_file
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from fwgen.wire.sample import SampleStatus
from tests.sensors.zephyr.night import SPECS, scenario
from tests.zephyr.firmwares import firmware

pytestmark = pytest.mark.needs("zephyr", "renode")

STEPS = """
  - {at: 30 s, do: suspend}
  - {at: 200 s, do: resume}
  - {at: 210 s, do: suspend}
  - {at: 400 s, do: resume}
  - {at: 404500 ms, do: mute-sensor}
  - {at: 407500 ms, do: restore-sensor}
  - {at: 410500 ms, do: hold-echo}
  - {at: 413500 ms, do: restore-sensor}
  - {at: 420 s, do: suspend}
  - {at: 580 s, do: resume}
"""


def test_ten_minutes_with_three_sleeps_and_a_driver_that_fails_and_waits() -> None:
    spec = SPECS / "climate.yaml"
    elf = firmware("climate-node", spec).build().elf
    text = scenario("climate", STEPS, "600 s").replace("at: 4 h", "at: 600 s")
    asked = parse_scenario(text.replace("at: 2 h", "at: 600 s"))
    record = run_scenario(RenodeBackend(elf), plan_file(spec), asked, 1)
    report = build_report(record, asked)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["sleeps"] and len(report["sleeps"]) == 3
    taken = record.taken.whole()
    faults = (taken.status == SampleStatus.FAULT).nonzero()[0].tolist()
    assert faults == [405, 406, 407, 411, 412, 413]
    p99_us = report["jitter_us"]["p99"]
    assert p99_us is not None and p99_us < 2_000
    # what Renode's model gave is the scenario's signal: the steps of both are finer than 0.02 °C
    temperature = (taken.value & 0x3FFF) * 0.01 - 40
    true = 20 - 24.5 * (taken.at_us / 600e6)
    valid = taken.status == SampleStatus.VALID
    assert abs(temperature - true)[valid].max() < 0.15  # six sigma of the noise, and a step

    judged = dataclasses.replace(record)
    judged.taken = dataclasses.replace(taken, value=taken.value + valid)
    assert build_report(judged, asked)["verdict"] == "fail"
