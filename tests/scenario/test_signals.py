"""What `signals` of a scenario mean, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fwgen.plan import plan_file, plan_spec
from fwgen.plan.model import Plan
from fwgen.scenario.load import ScenarioErrors, load_scenario, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.seen import seen_by
from fwgen.spec import parse_spec
from fwgen.spec.diagnostics import DiagnosticErrors
from tests.backends.running import reference_plan, run
from tests.sensors.two import RANGE_AND_CLIMATE, TWO_CLIMATES
from tests.sensors.zephyr.night import SPECS

TOF = (
    "{name: tof, type: zephyr, compatible: 'st,vl53l0x', bus: i2c8, address: 0x29, period: 1 s, "
    "channels: [{name: distance, range: [0 m, 2 m], resolution: 0.001 m}]}"
)
CLIMATE = "ambient-temp: [{at: 0 s, value: 20 °C}], humidity: [{at: 0 s, value: 40 %}]"


def scenario(signals: str, more: str = "") -> Scenario:
    return parse_scenario(
        f"fwgen-scenario: 1\nname: x\nuntil: 5 s\nsignals: {{{signals}}}\n{more}", "x.yaml"
    )


def climate() -> Plan:
    return plan_file(SPECS / "climate.yaml")


def tof_alone() -> Plan:
    head, _, rest = TWO_CLIMATES.partition("sensors:\n")
    own = TOF.replace("name: tof, ", "", 1)
    return plan_spec(parse_spec(f"{head}sensor: {own}\nlink:{rest.partition('link:')[2]}"))


def range_and_tof() -> Plan:
    text = RANGE_AND_CLIMATE.read_text("utf-8")
    head, _, rest = text.partition("  - name: climate")
    return plan_spec(parse_spec(f"{head}  - {TOF}\nlink:{rest.partition('link:')[2]}"))


@pytest.mark.parametrize(
    ("signals", "rule", "says", "marked"),
    [
        ("ambient-temp: [{at: 0 s, value: 20 K}]", "wrong-unit", "write it in °C", "20 K"),
        ("voltage: [{at: 0 s, value: 500 mV}]", "wrong-unit", "like `0.5 V`", "500 mV"),
        ("press: [{at: 0 s, value: 300 hPa}]", "wrong-unit", "like `30 kPa`", "300 hPa"),
        ("ambient-temp: [{at: 0 s, value: 30 mm}]", "wrong-unit", "write it in °C", "30 mm"),
        ("humidity: [{at: 0 s, value: 50 rpm}]", "wrong-unit", "write it in %", "50 rpm"),
        ("climate.humidity: [{at: 0 s, value: 50 rpm}]", "wrong-unit", "write it in %", "50 rpm"),
        ("distance: [{at: 0 s, value: 20 °C}]", "wrong-unit", "in mm, cm or m", "20 °C"),
        ("distance: [{at: 0 s, value: -1 mm}]", "out-of-range", "at least 0", "-1 mm"),
        ("humidity: {csv: x.csv, noise: 1 °C}", "wrong-unit", "humidity is in %", "1 °C"),
        (
            "humidity: {points: [{at: 0 s, value: 2 %}], noise: -3 parsec}",
            "wrong-unit",
            "write it in %",
            "-3 parsec",
        ),
        (
            "humidity: {points: [{at: 0 s, value: 2 %}], noise: -3 %}",
            "out-of-range",
            "without the minus sign",
            "-3 %",
        ),
        (
            "presss: [{at: 0 s, value: 50 parsec}]",
            "unknown-unit",
            "no channel of any sensor",
            "50 parsec",
        ),
    ],
)
def test_a_wrong_unit_is_refused(signals: str, rule: str, says: str, marked: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        scenario(signals)
    (found,) = caught.value.diagnostics
    assert found.rule_id == rule and found.hint and says in str(found)
    place = found.position
    assert (place.file, place.line) == ("x.yaml", 4)
    assert place.text[place.column - 1 :].startswith(marked) and place.length == len(marked)


@pytest.mark.parametrize("written", ["500 mm", "50 cm", "0.5 m"])
@pytest.mark.parametrize("plan", [reference_plan, tof_alone])
def test_a_length_means_what_it_says(plan: object, written: str) -> None:
    made = reference_plan() if plan is reference_plan else tof_alone()
    asked = scenario(f"distance: [{{at: 0 s, value: {written}}}]")
    (seen,) = seen_by(asked, made, 1)
    assert seen.signals == {"distance": ((0, 500_000),)}


def test_the_samples_have_the_distance_of_the_signal() -> None:
    record, report = run(scenario("distance: [{at: 0 s, value: 500 mm}]"))
    assert report["verdict"] == "pass", report["reasons"]
    assert not record.delivered.whole().status.any()
    assert abs(record.delivered.whole().value.astype(int) - 500).max() <= 2
    record, report = run(scenario("distance: [{at: 0 s, value: 1500 mm}]"), plan=tof_alone())
    assert report["verdict"] == "pass", report["reasons"]
    assert np.unique(record.delivered.whole().value).tolist() == [1500]


def test_a_signals_file_is_in_the_units_of_the_channel(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("time_s,value\n0,1.5\n")
    path = tmp_path / "x.yaml"
    path.write_text(
        "fwgen-scenario: 1\nname: x\nuntil: 5 s\nsignals: {distance: {csv: d.csv, noise: 2 mm}}\n"
    )
    (far,) = seen_by(load_scenario(path), tof_alone(), 1)
    (near,) = seen_by(load_scenario(path), reference_plan(), 1)
    assert far.signals == {"distance": ((0, 1_500_000),)} and far.noise == {"distance": 2000}
    assert near.signals == {"distance": ((0, 1500),)} and near.noise_um == 2000


@pytest.mark.parametrize(
    ("signals", "more", "rule", "says", "line"),
    [
        ("humidty: [{at: 0 s, value: 50 %}]", "", "unknown-channel", "mean `humidity`?", 4),
        ('"foo bar": [{at: 0 s, value: 5 %}]', "", "unknown-channel", "`ambient-temp`, `hu", 4),
        (CLIMATE, "distance: [{at: 0 s, mm: 5}]", "unknown-channel", "channel `distance`", 5),
        (CLIMATE, "noise: 2 mm", "no-echoes", "write it in `signals`", 5),
        (CLIMATE, "air: 30 °C", "no-echoes", "`air`", 5),
        (CLIMATE, "air: 20 °C", "no-echoes", "`air`", 5),
        (CLIMATE, "noise: 0 mm", "no-echoes", "`noise`", 5),
        (CLIMATE, "sensor: spikes", "no-echoes", "`sensor`", 5),
    ],
)
def test_what_no_sensor_has_a_use_for_is_refused(
    signals: str, more: str, rule: str, says: str, line: int
) -> None:
    with pytest.raises(DiagnosticErrors) as caught:
        run(scenario(signals, more), plan=climate())
    (found,) = caught.value.diagnostics
    assert found.rule_id == rule and found.hint and says in str(found)
    assert found.position.line == line and found.position.column > 0


def test_a_channel_has_one_signal() -> None:
    asked = scenario("distance: [{at: 0 s, value: 1 m}]", "distance: [{at: 0 s, mm: 5}]")
    with pytest.raises(DiagnosticErrors, match="has a signal already"):
        seen_by(asked, reference_plan(), 1)


def test_distance_belongs_to_the_sensor_that_hears_echoes() -> None:
    both = "distance: [{at: 0 s, mm: 500}]\nmissed: 50 %"
    asked = scenario("tof.distance: [{at: 0 s, value: 1500 mm}]", both)
    first, second = seen_by(asked, range_and_tof(), 1)
    assert first.signals == {"distance": ((0, 500_000),)} and first.missed_ppm == 500_000
    assert second.signals == {"distance": ((0, 1_500_000),)} and second.missed_ppm == 0
    _, report = run(asked, plan=range_and_tof())
    assert report["verdict"] == "pass", report["reasons"]


NO_SIGNALS = {
    "range": ("key `distance` is missing", "add `distance: [{at: 0 s, mm: 1500}]`"),
    "climate": ("key `signals` is missing", "add `signals: {ambient-temp: [{at: 0 s, value: 22"),
    "both": (
        "keys `distance` and `signals` are missing",
        "` and `signals: {climate.ambient-temp: [{at",
    ),
    "climates": ("key `signals` is missing", "add `signals: {climate.ambient-temp: [{at: 0 s"),
}


@pytest.mark.parametrize("name", NO_SIGNALS)
def test_a_scenario_without_signals_is_told_the_channels_of_the_spec(name: str) -> None:
    plans = {
        "range": reference_plan(),
        "climate": climate(),
        "both": plan_file(RANGE_AND_CLIMATE),
        "climates": plan_spec(parse_spec(TWO_CLIMATES)),
    }
    asked = parse_scenario("fwgen-scenario: 1\nname: x\nuntil: 5 s\n", "x.yaml")
    with pytest.raises(DiagnosticErrors) as caught:
        seen_by(asked, plans[name], 1)
    (found,) = caught.value.diagnostics
    message, hint = NO_SIGNALS[name]
    assert message in found.message and hint in found.hint
    assert found.position.line == 1
    added = "\n".join(found.hint.removeprefix("add `").removesuffix("`").split("` and `"))
    again = parse_scenario(f"fwgen-scenario: 1\nname: x\nuntil: 5 s\n{added}\n", "x.yaml")
    assert len(seen_by(again, plans[name], 1)) == len(plans[name].sensors)


@pytest.mark.parametrize(
    ("channel", "written", "like"),
    [("humidity", "50", "50 %"), ("a.press", "high", "20 kPa"), ("warmth", "5", "20 °C")],
)
def test_a_value_without_a_unit_is_told_its_channel_s(
    channel: str, written: str, like: str
) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        scenario(f"{channel}: [{{at: 0 s, value: {written}}}]")
    (found,) = caught.value.diagnostics
    assert found.hint == f"write it like `{like}`"
