"""What `check` says of a sensor that Zephyr drives."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from fwgen.facets import sensor_types
from fwgen.plan import PlanErrors, plan_spec
from fwgen.sensors.zephyr.data import units
from fwgen.sensors.zephyr.rules import SENSOR
from fwgen.spec import SpecErrors, parse_spec
from tests.sensors.zephyr.night import SPECS

BASE = (SPECS / "climate.yaml").read_text("utf-8")
REFUSED = {
    "other unit": ("0.01 °C", "0.01 m", "Zephyr gives ambient-temp in °C, found m"),
    "unknown channel": ("ambient-temp", "ambiant-temp", "did you mean `ambient-temp`?"),
    "no unit": ("0.01 °C", "0.01", "expected a number with a unit"),
    "too fine": ("0.01 °C", "0.000001 °C", "more than 24 bits"),
    "no step": ("0.01 °C", "0 °C", "expected a resolution above 0"),
    "range turned": ("[-40 °C, 85 °C]", "[85 °C, -40 °C]", "the lower one first"),
    "compatible": ("silabs,si7006", "si7006", "is not a `compatible`"),
    "twice": ("humidity, range: [0 %, 100 %], resolution: 0.1 %",
              "ambient-temp, range: [0 °C, 1 °C], resolution: 0.1 °C", "is there already"),
}  # fmt: skip


def display(address: str, refresh: str) -> str:
    """Return the section of a display on the sensor's bus, before the section `link`."""
    panel = f"type: ssd1306, bus: i2c8, address: {address}, size: 128x64, refresh: {refresh}"
    return f"display: {{{panel}}}\nlink:"


BROKEN = {
    "sensor-bus": ("bus: i2c8", "bus: i2c9", "has no bus"),
    "sensor-address": ("address: 0x40", "address: 0x80", "without the read/write bit"),
    "sensor-bus-busy": ("period: 1 s", "period: 1 ms", "too long for one every 1 ms"),
    "sensor-address-taken": ("link:", display("0x40", "5 Hz"), "cannot both have the address 0x40"),
    "bus-shared": ("link:", display("0x3c", "135.7 ms"), "more than 90 % together"),
    "record-too-wide": ("resolution: 0.1 %}", "resolution: 0.1 %}\n" + "\n".join(
        f"    - {{name: accel-{axis}, range: [0 m/s², 100 m/s²], resolution: 0.0001 m/s²}}"
        for axis in "xyz"), "more than 60"),
}  # fmt: skip


def test_the_record_follows_from_range_and_resolution() -> None:
    temperature, humidity = parse_spec(BASE).sensors[0].channels
    assert (temperature.width, temperature.offset) == (14, Fraction(-40))
    assert temperature.quantity(6000) == Fraction(20)
    assert (humidity.width, humidity.unit, humidity.resolution) == (10, "%", Fraction(1, 10))


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused(name: str) -> None:
    old, new, says = REFUSED[name]
    assert BASE.count(old) == 1
    with pytest.raises(SpecErrors, match=re.escape(says)):
        parse_spec(BASE.replace(old, new))


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_broken_alone(rule: str) -> None:
    old, new, says = BROKEN[rule]
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(BASE.replace(old, new).replace("latency: 2 s", "latency: 5 s")))
    also = {
        "sensor-bus-busy": ["log-too-small"],  # so many samples fill the log, too
        "sensor-address-taken": ["bus-address-unlikely"],  # no panel has the sensor's address
    }
    found = {one.rule_id for one in caught.value.diagnostics}
    assert found == {rule, *also.get(rule, [])}
    assert says in str(caught.value)


def test_a_driver_that_hides_faults_is_a_warning() -> None:
    plan = plan_spec(parse_spec((SPECS / "motion.yaml").read_text("utf-8"), "motion.yaml"))
    (found,) = plan.diagnostics
    assert (found.rule_id, found.severity) == ("sensor-hides-faults", "warning")
    assert "`st,lis2dw12` does not report that the sensor did not answer" in found.message
    assert found.position.line == 6
    assert plan_spec(parse_spec(BASE)).diagnostics == ()


def test_every_rule_has_an_example() -> None:
    assert {rule.id for rule in SENSOR.rules} == {*BROKEN, "sensor-hides-faults"}


def test_sensors_are_found_by_being_there() -> None:
    assert sensor_types() == ("hc-sr04", "zephyr")


def test_properties_reach_the_device_tree() -> None:
    from fwgen.generate import render

    plan = plan_spec(parse_spec((SPECS / "motion.yaml").read_text("utf-8")))
    files = render(plan)
    (overlay,) = (text.decode() for name, text in files.items() if name.endswith(".overlay"))
    assert "odr = <100>;" in overlay and "sensor@19" in overlay
    assert not any("hc_sr04" in name for name in files)


@pytest.mark.needs("zephyr")
def test_channels_and_units_are_zephyrs() -> None:
    from fwgen.build.find import find_zephyr
    from fwgen.config import load_config

    header = Path(find_zephyr(load_config(), []).base, "include/zephyr/drivers/sensor.h")
    known = {name.lower().replace("_", "-") for name in
             re.findall(r"SENSOR_CHAN_(\w+)", header.read_text("utf-8"))}  # fmt: skip
    assert set(units()) <= known


CONDITIONS = {
    "ambient-temp > 30 °C for 2 s until < 28 °C": "",
    "sensor fault for 3 samples": "",
    "humidity > 100 % for 2 s": "a valid `humidity` cannot be above 100 %: it is from 0 % to 100 %",
    "no echo for 2 s": "the sensor never reports",
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_on_its_channels_are_checked(condition: str) -> None:
    sleep = f"when_full: wake, wake_if: [{condition}]"
    spec = parse_spec(BASE.replace("when_full: wake", sleep))
    if not CONDITIONS[condition]:
        assert len(plan_spec(spec).wake_rules) == 1
        return
    with pytest.raises(PlanErrors, match=re.escape(CONDITIONS[condition])):
        plan_spec(spec)
