"""Two sensors in the ELF, opposite Renode's models: each with its own period and its own judge."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.plan import plan_file
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.steps import make_step
from fwgen.wire.sample import SampleStatus
from tests.backends.kernel.running import kernel
from tests.backends.running import bundled
from tests.sensors.two import RANGE_AND_CLIMATE
from tests.zephyr.firmwares import firmware

WITH_KERNEL = """
fwgen-scenario: 1
name: a sleep, and an application that starts again
distance: [{at: 0 s, mm: 1500}, {at: 20 s, mm: 300}]
signals:
  ambient-temp: [{at: 0 s, value: 20 °C}]
  humidity: [{at: 0 s, value: 40 %}, {at: 20 s, value: 60 %}]
steps:
  - {at: 4 s, do: suspend, for: 8 s}
  - {at: 14 s, do: crash-app}
  - {at: 15 s, do: start-app}
until: 20 s
"""

RESOURCE = Path(__file__).parents[2] / "robot" / "fwgen.resource"

pytestmark = pytest.mark.needs("zephyr", "renode")


def test_three_sleeps_of_two_sensors() -> None:
    """Their periods have a small common divisor, and both schedules are exact. In the second sleep
    one of them fails."""
    elf = firmware("range-and-climate", RANGE_AND_CLIMATE).build().elf
    scenario = bundled("range-and-climate")
    fails = [("mute-sensor", 50_500_000), ("restore-sensor", 53_500_000)]
    steps = [
        make_step(name, sensor="climate").model_copy(update={"at_us": at_us})
        for name, at_us in fails
    ]
    scenario = scenario.model_copy(update={"steps": (*scenario.steps, *steps)})
    record = run_scenario(RenodeBackend(elf), plan_file(RANGE_AND_CLIMATE), scenario, 1)
    report = build_report(record, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    distance, climate = report["sensors"]
    assert distance["samples"]["delivered"] == distance["samples"]["taken"] >= 1830
    assert climate["samples"]["delivered"] == climate["samples"]["taken"] >= 108
    assert distance["jitter_us"]["p99"] is not None and distance["jitter_us"]["p99"] <= 20
    assert climate["jitter_us"]["p99"] is not None and climate["jitter_us"]["p99"] < 2_000
    assert record.second is not None
    taken = record.second.taken.whole()
    failed = taken.status == SampleStatus.FAULT
    assert (failed == ((taken.at_us > 50_500_000) & (taken.at_us < 53_500_000))).all()
    assert not (record.taken.whole().status == SampleStatus.FAULT).any()
    temperature = (taken.value & 0x3FFF) * 0.01 - 40
    first_us = taken.at_us - taken.at_us[0]  # the model's time counts from its first measurement
    assert abs(temperature - (20 - 5 * first_us / 120e6))[~failed].max() < 0.15


@pytest.mark.needs("linux")
def test_two_sensors_opposite_a_real_linux() -> None:
    elf = firmware("range-and-climate", RANGE_AND_CLIMATE).build().elf
    scenario = parse_scenario(WITH_KERNEL)
    backend = RenodeBackend(elf, linux=kernel())
    record = run_scenario(backend, plan_file(RANGE_AND_CLIMATE), scenario, 1)
    report = build_report(record, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["linux"]["kind"] == "kernel"
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["timer"]
    for one, least in zip(report["sensors"], (330, 19), strict=True):
        assert one["samples"]["delivered"] == one["samples"]["taken"] >= least


def test_a_suite_and_a_person_set_what_each_sensor_sees(tmp_path: Path) -> None:
    elf = firmware("range-and-climate", RANGE_AND_CLIMATE).build().elf
    suite = tmp_path / "suite.robot"
    suite.write_text(BY_SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "robot", "--outputdir", str(tmp_path), "--variable"]
    command += [f"ELF:{elf}", "--variable", f"SPEC:{RANGE_AND_CLIMATE}", str(suite)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "0 skipped" not in done.stdout, done.stdout
    command = [sys.executable, "-m", "fwgen", "monitor", str(RANGE_AND_CLIMATE), "--elf", str(elf)]
    command += ["--signal", "humidity=30 %", "--distance", "2 m"]
    done = subprocess.run(command, input=BY_HAND, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = (line for line in done.stdout.splitlines() if "the last: " in line)
    assert re.search(r"the last: range: (199|200)\d mm; climate: 22.5 °C, 30 %$", first), first
    assert re.search(r"the last: range: (29|30)\d mm; climate: -5 °C, 30 %$", last), last


BY_SUITE = f"""
*** Settings ***
Resource    {RESOURCE}
Test Teardown    Stop Board
*** Test Cases ***
Two Sensors
    Start Board    700 mm    ambient-temp=-12.5 °C
    Run For    3 s
    Latest Sample Should Be    700 mm    give_or_take=1 mm
    Latest Value Should Be    ambient-temp    -12.5 °C    give_or_take=0.05 °C
    Latest Value Should Be    humidity    50 %    give_or_take=0.2 %
    Set Signal    humidity    70 %    within=1 s
    Sleep For    3 s
    Latest Value Should Be    humidity    70 %    give_or_take=0.2 %
    Nothing Should Be Lost
"""
BY_HAND = """\
run 3 s
set ambient-temp -5 °C
move 300 mm 1 s
run 3 s
"""
