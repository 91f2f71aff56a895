"""Sensors that Zephyr drives, on the host: a night, faults, and what the judge detects."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fwgen.backends.host.compile import core_sources
from fwgen.errors import InputError
from fwgen.generate import render
from fwgen.plan import PlanErrors, plan_file, plan_spec
from fwgen.plan.model import PlannedSensor
from fwgen.report.html import render_html
from fwgen.scenario.load import parse_scenario
from fwgen.sensor import Scene
from fwgen.sensor.chance import Ints
from fwgen.sensors.zephyr.data import known_parts
from fwgen.sensors.zephyr.drivers import decoder_of
from fwgen.sensors.zephyr.model import quantities, steps_of
from fwgen.sensors.zephyr.plan import part_of
from fwgen.spec import parse_spec
from fwgen.wire.sample import SampleStatus
from tests.backends.running import run
from tests.sensors.zephyr.night import SIGNALS, SPECS, scenario

NIGHT = """
  - {at: 1 min, do: suspend}
  - {at: 3 h, do: resume}
  - {at: 3 h 5 min, do: suspend}
  - {at: 8 h, do: resume}
""".replace("3 h 5 min", "185 min")

MOTION = (SPECS / "motion.yaml").read_text("utf-8")


def shown(sensor: PlannedSensor, scene: Scene, t_ms: Ints) -> Ints:
    """Return what the first channel shows, in millionths of its unit."""
    part = part_of(sensor.part)
    steps = [steps_of(part, channel) for channel in part.channel_parts]
    return quantities(part, steps, scene, t_ms)[0]


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


@pytest.mark.parametrize("held", ["climate", "cellar"])
def test_a_driver_that_hangs_stops_the_other_sensor_on_its_bus(held: str) -> None:
    """Both have a fault in each period, and no sample is lost."""
    steps = f"""
  - {{at: 10500 ms, do: hold-echo, sensor: {held}}}
  - {{at: 13500 ms, do: restore-sensor, sensor: {held}}}
"""
    plan = plan_file(SPECS / "two-screen.yaml")
    record, report = run(parse_scenario(scenario("two-screen", steps, "30 s")), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    assert record.second is not None
    for one, slots in ((record, [11, 12, 13]), (record.second, [7])):  # every 1 s, and every 1.7 s
        faults = one.delivered.whole().status == SampleStatus.FAULT
        assert faults.nonzero()[0].tolist() == slots
        assert len(one.delivered) == len(one.taken)


def test_a_quantity_out_of_its_range_says_so() -> None:
    text = scenario("cellar", "", "30 s").replace("12 °C", "100 °C").replace("-7 °C", "-60 °C")
    text = text.replace("at: 4 h", "at: 30 s").replace("steps:\n\n", "")
    record, report = run(parse_scenario(text), plan=plan_file(SPECS / "cellar.yaml"))
    assert report["verdict"] == "pass", report["reasons"]
    whole = record.taken.whole()
    assert whole.status[0] == SampleStatus.TOO_FAR and whole.value[0] == 2000
    assert whole.status[-1] == SampleStatus.TOO_NEAR and whole.value[-1] == 0


BEYOND = {
    "climate": (("20 °C", "90 °C"), ("-4.5 °C", "-60 °C"), (84.99, -40.0)),
    "cellar": (("12 °C", "200 °C"), ("-7 °C", "-200 °C"), (127.0, -128.0)),
    "motion": (("0.5 m/s²", "300 m/s²"), ("-3 m/s²", "-300 m/s²"), (19.6, -19.6)),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_sensor_ends_where_its_model_on_the_emulated_board_ends(name: str) -> None:
    (old_high, high), (old_low, low), ends = BEYOND[name]
    text = scenario(name, "", "30 s").replace(old_high, high).replace(old_low, low)
    asked = parse_scenario(re.sub("at: [14] h", "at: 30 s", text).replace("steps:\n\n", ""))
    plan = plan_file(SPECS / f"{name}.yaml")
    (sensor,) = plan.sensors
    scene = asked.scene(1)
    first = shown(sensor, scene, np.array([0, 30_000], dtype=np.int64))
    assert (first / 1e6).round(2).tolist() == list(ends)


def test_a_property_of_the_node_makes_the_full_scale_larger() -> None:
    known = known_parts()["st,lis2dw12"]
    for properties, end in (
        ({}, 19.6),
        ({"range": 16}, 156.8),
        ({"range": "far"}, 19.6),
    ):
        found = known.steps_of("accel-x", properties).ends_micro()
        assert found and round(found[1] / 1e6, 1) == end


@pytest.mark.parametrize("mode", [None, 0, 1, 2, 3, 4])
@pytest.mark.parametrize("full_scale_g", [2, 16])
def test_the_lis2dw12_has_12_bits_in_its_first_mode(mode: int | None, full_scale_g: int) -> None:
    """Also without `power-mode`. The host's values are those that the driver makes of such
    numbers."""
    properties = {"range": full_scale_g} | ({} if mode is None else {"power-mode": mode})
    written = ", ".join(f"{name}: {value}" for name, value in properties.items())
    plan = plan_spec(parse_spec(MOTION.replace("odr: 100, power-mode: 4", written)))
    scene = parse_scenario(scenario("motion", "", "30 s").replace("steps:\n\n", "")).scene(1)
    times_ms = np.arange(0, 30_000, 20)
    found = set(shown(plan.sensors[0], scene, times_ms).tolist())
    bits = 14 if mode else 12
    numbers = np.arange(-(1 << bits - 1), 1 << bits - 1) << 16 - bits
    part = known_parts()["st,lis2dw12"]
    decode = decoder_of("st,lis2dw12", part.scale_of(properties))
    drivers = np.array(
        [decode([3 * number.tobytes()])["accel-x"] for number in numbers.astype("<i2")]
    )
    assert len(found) > 1
    assert max(abs(drivers - one).min() for one in found) < 60 * full_scale_g, "of its rounding"
    assert abs(drivers).max() > part.steps_of("accel-x", properties).ends_micro()[1] * 0.999  # type: ignore[index]


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


def test_the_page_draws_each_channel() -> None:
    text = scenario("motion", "", "30 s").replace("steps:\n\n", "")
    record, report = run(parse_scenario(text), plan=plan_file(SPECS / "motion.yaml"))
    page = render_html(record, report)
    for axis in "xyz":
        assert f"<h3>Accel {axis} (m/s²)</h3>" in page
    assert page.count("the true value") == 3
    for low, high in (("0.45", "0.5"), ("0", "0.1"), ("9.85", "9.9")):  # each has its own axis
        assert f">{low}</text>" in page and f">{high}</text>" in page


SCREEN = "display: {type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz}\n"


def told(text: str) -> list[tuple[str, int, str]]:
    """Return what `check` says of waiting for the bus: rule, line and message."""
    try:
        found = plan_spec(parse_spec(text, "node.yaml")).diagnostics
    except PlanErrors as error:
        found = tuple(error.diagnostics)
    return [
        (one.rule_id, one.position.line, f"{one.message}; {one.hint}")
        for one in found
        if one.rule_id.startswith("sensor-waits")
    ]


def test_check_says_what_waiting_for_the_bus_costs() -> None:
    assert told(MOTION) == []
    ((rule, line, message),) = told(MOTION + SCREEN)
    assert (rule, line) == ("sensor-waits", 9)
    assert "may wait 2.4 ms for the display on i2c8" in message
    assert "write at least `38 ms`" in message
    assert told(MOTION.replace("20 ms", "38 ms") + SCREEN) == []
    ((rule, _, message),) = told(MOTION.replace("20 ms", "3 ms") + SCREEN)
    assert (rule, "write at least `4 ms`" in message) == ("sensor-waits-too-long", True)
    assert [rule for rule, _, _ in told(MOTION.replace("20 ms", "4 ms") + SCREEN)] == [
        "sensor-waits"
    ]


def test_a_sample_that_waited_for_the_bus_says_how_late_it_is() -> None:
    """No wait is longer than the plan's; each that reaches a sixteenth of the period is told."""
    text = scenario("motion", "", "60 s").replace("steps:\n\n", "")
    plan = plan_spec(parse_spec(MOTION + SCREEN))
    record, report = run(parse_scenario(text), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    late = record.delivered.whole().late_16ths
    (sensor,) = plan.sensors
    assert sensor.waits.longest_us == 2360
    assert 0 < int((late > 0).sum()) < len(late) // 20
    assert int(late.max()) == sensor.waits.longest_us * 16 // 20_000
    slower = plan_spec(parse_spec((MOTION + SCREEN).replace("20 ms", "38 ms")))
    record, report = run(parse_scenario(text), plan=slower)
    assert report["verdict"] == "pass" and report["statuses"]["late_samples"] == 0


def test_a_firmware_that_does_not_tell_the_wait_fails() -> None:
    text = scenario("motion", "", "60 s").replace("steps:\n\n", "")
    plan = plan_spec(parse_spec(MOTION + SCREEN))
    app = render(plan)
    path = "src/core/sample_log.c"
    core = app[path].replace(b"sample.late_16ths > SAMPLE_LATE_MAX_16THS", b"true")
    core = core.replace(b"late_16ths = SAMPLE_LATE_MAX_16THS", b"late_16ths = 0")
    _, report = run(parse_scenario(text), plan=plan, core=core_sources({**app, path: core}))
    assert report["verdict"] == "fail" and report["samples"]["wrong"] > 0
