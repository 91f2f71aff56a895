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
    "capitals": ("silabs,si7006", "SiLabs,Si7006", "did you mean `silabs,si7006`?"),
    "compatible": ("silabs,si7006", "voltage-divider",
                   "`voltage-divider` is not the `compatible` of an I2C sensor"),
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
        "record-too-wide": ["sensor-no-channel"],  # of accelerations
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


def test_an_address_that_the_part_cannot_have_is_a_warning() -> None:
    (found,) = plan_spec(parse_spec(BASE.replace("0x40", "0x77"))).diagnostics
    assert (found.rule_id, found.severity) == ("sensor-address-unlikely", "warning")
    assert found.message == "`silabs,si7006` cannot have the address 0x77"
    assert found.hint == "write `0x40`"
    line = found.position.text
    assert line[found.position.column - 1 :].startswith("0x77")


def test_the_time_of_a_measurement_is_not_rounded_to_the_period() -> None:
    text = BASE.replace("silabs,si7006", "acme,any").replace("period: 1 s", "period: 2 ms")
    third = "\n    - {name: press, range: [0 kPa, 120 kPa], resolution: 0.1 kPa}"
    text = text.replace("resolution: 0.1 %}", "resolution: 0.1 %}" + third)
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(text))
    (busy,) = [one for one in caught.value.diagnostics if one.rule_id == "sensor-bus-busy"]
    assert "takes 2.01 ms on i2c8 at 100 kHz, too long for one every 2 ms: it may" in busy.message


@pytest.mark.parametrize("written", ["3", "32", "far", "true"])
def test_a_full_scale_that_the_sensor_does_not_have_is_refused(written: str) -> None:
    text = (SPECS / "motion.yaml").read_text("utf-8")
    for known in (2, 4, 8, 16):
        plan_spec(parse_spec(text.replace("{odr: 100", f"{{range: {known}, odr: 100")))
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(text.replace("{odr: 100", f"{{range: {written}, odr: 100")))
    (found,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert (found.rule_id, found.position.line) == ("sensor-full-scale", 10)
    assert found.hint == "write `2`, `4`, `8` or `16`"


@pytest.mark.parametrize("written", ["5", "-1", "low", "true"])
def test_a_mode_that_the_sensor_does_not_have_is_refused(written: str) -> None:
    text = (SPECS / "motion.yaml").read_text("utf-8")
    for known in range(5):
        plan_spec(parse_spec(text.replace("power-mode: 4", f"power-mode: {known}")))
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(text.replace("power-mode: 4", f"power-mode: {written}")))
    (found,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert (found.rule_id, found.position.line) == ("sensor-mode", 10)
    assert "`st,lis2dw12` cannot have `power-mode: " in found.message
    assert found.hint == "write `0`, `1`, `2`, `3` or `4`"


def test_every_rule_has_an_example() -> None:
    assert {rule.id for rule in SENSOR.rules} == {
        *BROKEN,
        *("sensor-hides-faults", "sensor-no-channel", "sensor-unknown", "sensor-full-scale"),
        "sensor-mode",
        "sensor-address-unlikely",
        *("sensor-waits", "sensor-waits-too-long"),  # in test_runs.py
    }


def test_sensors_are_found_by_being_there() -> None:
    assert {"hc-sr04", "zephyr"} <= set(sensor_types())


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
    several = {f"{name}-xyz" for name in ("accel", "gyro", "magn", "gbias")}
    several |= {"pos-dxyz", "gravity-vector", "game-rotation-vector", "all"}
    ends = {"common-count", "priv-start", "max"}
    assert set(units()) == known - several - ends


AWKWARD = (
    *("lm75", "lm77", "jedec,jc-42.4-temp", "bosch,bmc150_magn", "asahi-kasei,ak8975"),
    *("we,wsen-pdms-25131308XXX05", "asahi-kasei,akm09918c", "st,lsm9ds1_mag", "x-powers,axp192"),
)


@pytest.mark.parametrize("compatible", AWKWARD)
def test_a_compatible_of_zephyr_reaches_the_device_tree(compatible: str) -> None:
    from fwgen.generate import render

    files = render(plan_spec(parse_spec(BASE.replace("silabs,si7006", compatible))))
    (overlay,) = (text.decode() for name, text in files.items() if name.endswith(".overlay"))
    assert f'sensor@40 {{\n\t\tcompatible = "{compatible}";' in overlay


@pytest.mark.needs("zephyr")
def test_every_binding_of_an_i2c_sensor_is_accepted() -> None:
    from fwgen.build.find import find_zephyr
    from fwgen.config import load_config

    folder = Path(find_zephyr(load_config(), []).base, "dts/bindings/sensor")
    found = set()
    for path in folder.rglob("*.yaml"):
        text = path.read_text("utf-8")
        if "i2c" in path.name or "i2c-device" in text:
            found |= set(re.findall(r'^compatible: *"?([^"\s]+)', text, re.MULTILINE))
    assert len(found) > 150
    for compatible in sorted(found):
        parse_spec(BASE.replace("silabs,si7006", compatible))


def test_an_unknown_channel_names_the_known_ones_once() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(BASE.replace("ambient-temp", "warmth"))
    assert str(caught.value).count("`gauge-cycle-count`") == 1


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


def with_channel(name: str, unit: str, condition: str, compatible: str = "acme,any") -> str:
    """Return a spec with this one channel, 0 to 1000 in steps of 1/2, and one condition."""
    channel = f"{{name: {name}, range: [0 {unit}, 1000 {unit}], resolution: 0.5 {unit}}}"
    head, tail = BASE.split("    - {name: ambient-temp")[0], BASE[BASE.index("link:") :]
    tail = tail.replace("when_full: wake", f"when_full: wake, wake_if: ['{condition}']")
    return f"{head}    - {channel}\n{tail}".replace("silabs,si7006", compatible)


@pytest.mark.parametrize("name", units())
def test_conditions_know_the_unit_of_every_channel(name: str) -> None:
    unit = units()[name]
    above = f"{name} > 5 {unit} for 3 samples"
    end = f" until < 4 {unit}" if len(name) < 24 else ""  # 60 bytes at most
    (rule,) = plan_spec(parse_spec(with_channel(name, unit, above + end))).wake_rules
    assert (rule.form, rule.limit, rule.samples) == ("above", 10, 3)
    assert rule.until == (7 if end else 10)
    changes = f"{name} changes by > 2.5 {unit} within 2 s"
    if len(changes) > 60:  # the firmware keeps no longer one: `above` and `below` are there
        assert name in ("gauge-remaining-charge-capacity", "gauge-desired-charging-current")
        return
    (rule,) = plan_spec(parse_spec(with_channel(name, unit, changes))).wake_rules
    assert (rule.form, rule.limit) == ("changes", 5)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("accel-x", "5 m/s2"),
        ("accel-x", "5 m/s^2"),
        ("pm-10", "5 ug/m3"),
        ("gas-res", "5 Ohm"),
        ("vshunt", "0.005 V"),
        ("voltage", "5000 mV"),
        ("voc", "0.005 ppm"),
    ],
)
def test_a_condition_may_spell_a_unit_otherwise(name: str, written: str) -> None:
    text = with_channel(name, units()[name], f"{name} > {written} for 3 samples")
    (rule,) = plan_spec(parse_spec(text)).wake_rules
    assert rule.limit == 10


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (
            "ambient-temp > 30 °C for 2 s until < -900000000 °C",
            "cannot be below -900000000 °C, as `until` says",
        ),
        ("ambient-temp < 900000000 °C for 2 s", "is below 900000000 °C"),
    ],
)
def test_a_value_far_outside_is_refused(condition: str, told: str) -> None:
    sleep = f"when_full: wake, wake_if: [{condition}]"
    with pytest.raises(PlanErrors, match=re.escape(told)):
        plan_spec(parse_spec(BASE.replace("when_full: wake", sleep)))


def test_a_condition_in_another_unit_is_refused() -> None:
    text = with_channel("accel-x", "m/s²", "accel-x > 5 kPa for 3 samples")
    with pytest.raises(PlanErrors, match=re.escape("expected an acceleration, found a pressure")):
        plan_spec(parse_spec(text))


def test_gravity_is_not_taken_for_gauss() -> None:
    spec = parse_spec(with_channel("accel-x", "m/s²", "accel-x > 5 g for 3 samples"))
    with pytest.raises(PlanErrors) as caught:
        plan_spec(spec)
    assert "write an acceleration (m/s²)" in str(caught.value) and "G`" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "written", "hint"),
    [
        ("humidity", "5", "did you mean `5 %`?"),
        ("ambient-temp", "5 K", "write a temperature (°C)"),
        ("press", "50 hPa", "did you mean `5 kPa`?"),
        ("current", "5000000 µA", "did you mean `5 A`?"),
        ("press", "5 kPa for 3 s until < 40 hPa", "did you mean `4 kPa`?"),
    ],
)
def test_a_hint_has_the_unit_of_the_channel(name: str, written: str, hint: str) -> None:
    span = "" if "for" in written else " for 3 samples"
    text = with_channel(name, units()[name], f"{name} > {written}{span}")
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(text))
    assert ("wake-value", hint) in [(one.rule_id, one.hint) for one in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("name", "written", "hint"),
    [
        ("press", "10 Pa", "write it in kPa, like `0.01 kPa`"),
        ("press", "1 hPa", "write it in kPa, like `0.1 kPa`"),
        ("current", "0.1 mA", "write it in A, like `0.0001 A`"),
        ("ambient-temp", "0.1 K", "write it in °C"),
        ("press", "-1 kPa", "write it like `0.01 kPa`"),
    ],
)
def test_a_channel_in_another_unit_is_converted(name: str, written: str, hint: str) -> None:
    text = with_channel(name, units()[name], f"{name} > 5 {units()[name]} for 3 samples")
    text = re.sub("resolution: [^}]*", f"resolution: {written}", text)
    with pytest.raises(SpecErrors) as caught:
        parse_spec(text)
    assert hint in [found.hint for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("[30000 Pa, 110 kPa]", "write it in kPa, like `30 kPa`"),
        ("[30 kPa, 1100 hPa]", "write it in kPa, like `110 kPa`"),
    ],
)
def test_a_range_in_two_units_names_the_wrong_one(written: str, hint: str) -> None:
    text = BASE.replace("[-40 °C, 85 °C]", written)
    assert text != BASE
    with pytest.raises(SpecErrors) as caught:
        parse_spec(text.replace("name: ambient-temp", "name: press"))
    assert hint in [found.hint for found in caught.value.diagnostics]


@pytest.mark.parametrize("written", ["5 K", "5", "5 hPa"])
def test_a_missing_duration_is_not_shown_with_a_wrong_unit(written: str) -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(with_channel("press", "kPa", f"press > {written}"))
    (found,) = caught.value.diagnostics
    assert found.rule_id == "bad-condition" and written not in found.hint


def overlay_of(properties: str) -> str:
    from fwgen.generate import render

    text = BASE.replace("  period:", f"  properties: {{{properties}}}\n  period:")
    files = render(plan_spec(parse_spec(text)))
    (overlay,) = (text.decode() for name, text in files.items() if name.endswith(".overlay"))
    return overlay


PROPERTIES = {
    "odr: 100": "odr = <100>;",
    "odr: 0x10": "odr = <16>;",
    "offset: -40": "offset = <(-40)>;",
    "least: -2147483648": "least = <(-2147483648)>;",
    "drdy: true": "\t\tdrdy;\n",
    'mode: "true"': 'mode = "true";',
    'mode: "100"': 'mode = "100";',
    "mode: low power": 'mode = "low power";',
    'mode: ""': 'mode = "";',
    r"""mode: 'a\b";'""": r'mode = "a\\b\";";',
}


@pytest.mark.parametrize("written", PROPERTIES)
def test_a_property_is_written_as_the_device_tree_has_it(written: str) -> None:
    assert PROPERTIES[written] in overlay_of(written)


def test_a_false_flag_is_left_out() -> None:
    assert "drdy" not in overlay_of("drdy: false")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("odr: -2147483649", "write a number from -2147483648 to 4294967295"),
        ("odr: 4294967296", "write a number from -2147483648 to 4294967295"),
        ("odr: 1.5", "expected a whole number, found `1.5`"),
        ("odr: .5", "expected a whole number, found `.5`"),
        ("drdy: on", 'write `true`, or a text: `"on"`'),
        ("odr: [1, 2]", "expected one value, found a list"),
        (r'mode: "a\nb"', "is not one line"),
        (r'mode: "a\x07b"', "is not one line"),
        (f"mode: {'a' * 101}", "is not one line of at most 100 characters"),
        ('compatible: "x,y"', "remove it; `compatible` of the sensor says it"),
        ("reg: 64", "remove it; `address` of the sensor says it"),
        ("status: disabled", "fwgen writes the node's own"),
        ("label: a", "`label` of the sensor's node cannot be set here"),
        ("phandle: 5", "`phandle` of the sensor's node cannot be set here"),
        ("interrupts: 5", "`interrupts` of the sensor's node cannot be set here"),
        ("interrupt-parent: 5", "fwgen reads sensors without lines of their own"),
        ("pinctrl-0: 5", "`pinctrl-0` of the sensor's node cannot be set here"),
        ("irq-gpios: 5", "`irq-gpios` of the sensor's node cannot be set here"),
    ],
)
def test_a_property_that_a_device_tree_cannot_have_is_refused(written: str, says: str) -> None:
    with pytest.raises(SpecErrors, match=re.escape(says)):
        overlay_of(written)


def test_a_known_sensor_has_only_its_channels() -> None:
    text = BASE.replace("name: humidity, range: [0 %, 100 %], resolution: 0.1 %",
                        "name: press, range: [0 kPa, 120 kPa], resolution: 0.1 kPa")  # fmt: skip
    with pytest.raises(PlanErrors) as caught:
        plan_spec(parse_spec(text))
    (found,) = caught.value.diagnostics
    assert found.rule_id == "sensor-no-channel"
    assert "`silabs,si7006` has no channel `press`" in found.message
    assert found.hint == "its channels: `ambient-temp`, `humidity`"
    line = found.position.text
    assert line[found.position.column - 1 :].startswith("press")


def test_a_sensor_that_is_not_known_is_a_warning() -> None:
    (found,) = plan_spec(parse_spec(BASE.replace("silabs,si7006", "acme,any"))).diagnostics
    assert (found.rule_id, found.severity) == ("sensor-unknown", "warning")
    assert "its time on the bus is an estimate, and Renode has no model of it" in found.message


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[-40 °C]", "a list of 1"),
        ("[]", "a list of 0"),
        ("[-40 °C, 0 °C, 85 °C]", "a list of 3"),
        ("-40 °C", "a text"),
    ],
)
def test_a_range_has_two_values(written: str, found: str) -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(BASE.replace("[-40 °C, 85 °C]", written))
    assert f"expected a list of two values, found {found}" in str(caught.value)
    assert "write it like `[-40 °C, 85 °C]`" in str(caught.value)


@pytest.mark.parametrize(
    ("range_", "resolution", "unit"),
    [("[0 lx, 100000000 lx]", "1 lx", "lx"), ("[-40 °C, 85 °C]", "0.000001 °C", "°C")],
)
def test_the_resolution_that_a_hint_names_passes(range_: str, resolution: str, unit: str) -> None:
    name = "light" if unit == "lx" else "ambient-temp"
    channel = f"name: {name}, range: {range_}, resolution: {{}}"
    text = BASE.replace("silabs,si7006", "acme,any")
    text = re.sub("name: ambient-temp[^}]*", channel.replace("{}", resolution), text)
    with pytest.raises(SpecErrors) as caught:
        parse_spec(text)
    (found,) = caught.value.diagnostics
    least = re.fullmatch("write a resolution of at least `(.*)`, or a closer range", found.hint)
    assert least
    passes = parse_spec(text.replace(f"resolution: {resolution}", f"resolution: {least[1]}"))
    assert passes.sensors[0].channels[0].width == 24


def test_an_unknown_type_is_one_error() -> None:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(
            re.sub("sensor:.*?link:", "sensor: {type: bme280}\nlink:", BASE, flags=re.DOTALL)
        )
    (found,) = caught.value.diagnostics
    assert 'type: zephyr, compatible: "MAKER,bme280"' in found.hint


def test_a_part_without_a_binding_is_told_whose_driver_reads_it() -> None:
    (found,) = plan_spec(parse_spec(BASE.replace("silabs,si7006", "silabs,si7021"))).diagnostics
    assert found.rule_id == "sensor-unknown"
    assert found.hint == "write `silabs,si7006`, whose driver in Zephyr reads this part, too"
    assert not plan_spec(parse_spec(BASE)).diagnostics
