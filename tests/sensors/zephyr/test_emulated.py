"""Zephyr's drivers in the ELF, opposite Renode's own models of the sensors."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.png import png_of
from fwgen.plan import plan_file
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import parse_scenario
from fwgen.sensors.zephyr.model import expected, quantities, steps_of
from fwgen.sensors.zephyr.plan import part_of
from fwgen.wire.channel import unpacked
from fwgen.wire.sample import SampleStatus
from tests.panels.picture import Moment, drawer
from tests.sensors.zephyr.night import SPECS, scenario
from tests.zephyr.firmwares import firmware

pytestmark = pytest.mark.needs("zephyr", "renode")

STEPS = """
  - {at: 30 s, do: suspend}
  - {at: 200 s, do: resume}
  - {at: 210 s, do: suspend}
  - {at: 400 s, do: resume}
  - {at: 404500 ms, do: mute-sensor, sensor: climate}
  - {at: 404500 ms, do: mute-sensor, sensor: cellar}
  - {at: 407500 ms, do: restore-sensor}
  - {at: 410500 ms, do: hold-echo}
  - {at: 413500 ms, do: restore-sensor}
  - {at: 420 s, do: suspend}
  - {at: 580 s, do: resume}
"""


def test_ten_minutes_with_three_sleeps_and_drivers_that_fail_and_wait() -> None:
    """Two sensors and a display on one bus."""
    spec = SPECS / "two-screen.yaml"
    elf = firmware("two-screen", spec).build().elf
    text = scenario("two-screen", STEPS, "600 s").replace("\nsteps:", "\nmissed: 2 %\nsteps:")
    asked = parse_scenario(text)
    record = run_scenario(RenodeBackend(elf), plan_file(spec), asked, 1)
    report = build_report(record, asked)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["sleeps"] and len(report["sleeps"]) == 3
    taken = record.taken.whole()
    faults = set((taken.status == SampleStatus.FAULT).nonzero()[0].tolist())
    while_it_fails = {405, 406, 407, 411, 412, 413}
    assert while_it_fails <= faults
    assert 4 <= len(faults - while_it_fails) <= 25  # missed by chance
    for one in report["sensors"]:
        assert one["samples"]["delivered"] == one["samples"]["taken"]
        p99_us = one["jitter_us"]["p99"]
        assert p99_us is not None and p99_us < 2_000
    # what Renode's model gave is the scenario's signal: the steps of both are finer than 0.02 °C
    temperature = (taken.value & 0x3FFF) * 0.01 - 40
    true = 20 - 24.5 * (taken.at_us / 600e6)
    valid = taken.status == SampleStatus.VALID
    assert abs(temperature - true)[valid].max() < 0.15  # six sigma of the noise, and a step
    humidity = taken.value >> 14 & 0x3FF
    at_its_end = valid & (taken.at_us > 520e6)  # the signal is above 100 %, the model's highest
    assert set(humidity[at_its_end].tolist()) == {1000}
    check_the_cellar(record)

    moments = [Moment(unpacked((14, 10), int(raw)), log=(0, 2)) for raw in taken.value[-2:]]
    screens = [png_of(drawer(spec.read_text("utf-8")).packed(one), 128, 64) for one in moments]
    assert record.frames[-1].png in screens

    judged = dataclasses.replace(record)
    judged.taken = dataclasses.replace(taken, value=taken.value + valid)
    assert build_report(judged, asked)["verdict"] == "fail"


def check_the_cellar(record: RunRecord) -> None:
    """The second sensor: its own period, and whole degrees, which Renode's model gives."""
    assert record.second is not None
    taken = record.second.taken.whole()
    assert len(taken.value) >= 352
    valid = taken.status == SampleStatus.VALID
    assert {238, 239, 242} <= set((~valid).nonzero()[0].tolist())
    degrees = taken.value * 0.0625 - 40
    true = 12 - 19 * (taken.at_us / 600e6)
    assert abs(degrees - true)[valid].max() < 1.1
    assert set(degrees[valid].tolist()) == set(range(-6, 13))


@pytest.mark.needs("hal_st")
def test_three_axes_at_8_g_beside_a_display_with_a_sleep(tmp_path: Path) -> None:
    """125 readings a second of 12 bits, of which some wait for the display's transfers."""
    spec = tmp_path / "motion.yaml"
    text = (SPECS / "motion.yaml").read_text("utf-8")
    text = text.replace("period: 20 ms", "period: 8 ms").replace("odr: 100", "odr: 200, range: 8")
    text = text.replace("power-mode: 4", "power-mode: 0")
    screen = "{type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz}"
    spec.write_text(f"{text}display: {screen}\n", "utf-8")
    elf = firmware("motion-node", spec).build().elf
    steps = "  - {at: 2 s, do: suspend}\n  - {at: 8 s, do: resume}"
    asked = parse_scenario(scenario("motion", steps, "10 s").replace("at: 1 h", "at: 10 s"))
    plan = plan_file(spec)
    record = run_scenario(RenodeBackend(elf), plan, asked, 1)
    report = build_report(record, asked)
    assert report["verdict"] == "pass", report["reasons"]
    p99_us = report["jitter_us"]["p99"]
    assert p99_us is not None and p99_us < 2_000
    taken = record.taken.whole()
    assert set(taken.status.tolist()) == {SampleStatus.VALID}
    # what Renode's model gave is the scenario's signal
    x, _, z = (taken.value >> shift & 0xFFF for shift in (0, 12, 24))
    true_x = 0.5 - 3.5 * (taken.at_us / 10e6)
    assert abs(x * 0.01 - 19 - true_x).max() < 0.17  # six sigma of the noise, and a step of each
    assert abs(z * 0.01 - 19 - 9.81).max() < 0.05
    # both skip at least two of the spec's steps between two of the sensor's, of 0.038 m/s²
    part = part_of(plan.sensors[0].part)
    own = [steps_of(part, channel) for channel in part.channel_parts]
    host = quantities(part, own, asked.scene(1), (taken.at_us // 1000).astype(np.int64))
    for found in (x, expected(part.channel_parts, host)[1] & 0xFFF):
        assert np.diff(np.unique(found)).min() == 3
    # what the firmware says of its waits is what the emulator measured, and within the plan's bound
    late, waited_us = record.delivered.whole().late_16ths, int(record.jitter_us.max())
    (sensor,) = plan.sensors
    assert 5 <= int((late > 0).sum()) < len(late) // 20
    assert int(late.max()) == waited_us * 16 // sensor.period_us > 0
    assert waited_us <= sensor.waits.longest_us == 2360
