"""Two sensors in one node, on the host: each has its own period, its own numbers and its judge."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from fwgen.backends.renode.channel import receive, send
from fwgen.errors import InputError
from fwgen.generate import render
from fwgen.plan import PlanErrors, plan_file, plan_spec
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.report.document import build_report, to_json
from fwgen.report.html import render_html
from fwgen.scenario.load import parse_scenario, parse_step
from fwgen.series import Delivered, Taken
from fwgen.spec import parse_spec
from fwgen.wire.sample import SampleStatus
from tests.backends.running import bundled, reference_plan, run
from tests.sensors.two import RANGE_AND_CLIMATE, TWO_CLIMATES, scene_of_climates, two_climates

SCHEMA = json.loads(Path("tests/report/report.schema.json").read_text("utf-8"))
NIGHT = (
    "{at: 1 min, do: suspend}, {at: 3 h, do: resume}, "
    "{at: 185 min, do: suspend}, {at: 8 h, do: resume}"
)


def second(record: RunRecord) -> RunRecord:
    assert record.second is not None
    return record.second


def test_both_streams_are_complete_after_three_sleeps() -> None:
    record, report = run(bundled("range-and-climate"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [(one["name"], one["samples"]["delivered"]) for one in report["sensors"]] == [
        ("range", 1834),
        ("climate", 110),
    ]
    assert report["samples"]["taken"] == 1944
    assert np.diff(record.taken.whole().time_us).tolist() == [60_000] * 1833
    assert np.diff(second(record).taken.whole().time_us).tolist() == [1_000_000] * 109
    temperature = (second(record).delivered.whole().value & 0x3FFF) * 0.01 - 40
    true = 20 - 5 * second(record).taken.whole().at_us / 120e6
    assert abs(temperature - true).max() < 0.15  # six sigma of the noise, and a step
    jsonschema.validate(json.loads(to_json(report)), SCHEMA)
    page = render_html(record, report)
    assert "Each sensor" in page
    for title in (
        "range: distance",
        "range: backlog",
        "climate: ambient temp",
        "climate: humidity",
    ):
        assert f"<h3>{title}</h3>" in page
    # the peaks are those of the sensor whose backlog is drawn
    assert [one.own_sleeps[0].backlog for one in (record,)] == [340]
    assert ">340</text>" in page and ">361</text>" not in page
    names = re.findall(r'id="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert ">18 °C</text>" in page  # the axis has the channel's unit


def test_a_night_of_two_sensors_on_one_bus_loses_nothing() -> None:
    record, report = run(scene_of_climates(NIGHT, "29000 s"), plan=two_climates())
    assert report["verdict"] == "pass", report["reasons"]
    assert [one["samples"]["taken"] for one in report["sensors"]] == [29_000, 41_429]
    cellar = second(record).delivered.whole().value * 0.0625 - 40
    true = 12 - 17 * second(record).taken.whole().at_us / (8 * 3600e6)
    assert abs(cellar - np.maximum(true, -5))[:-200].max() < 0.07


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("wrong-value", "`range`: 2 samples arrived with another value"),
        ("wrong-time", "`climate`: 109 samples arrived with another time"),
        ("lose-sample", "`climate`: 2 samples were lost without being declared: 10 and 40"),
        ("free-before-ack", "Blocks left the log's memory before they were acknowledged"),
    ],
)
def test_the_judge_detects_what_is_wrong_with_either(fault: str, says: str) -> None:
    _, report = run(bundled("range-and-climate"), fault=fault)
    assert report["verdict"] == "fail"
    assert says in " ".join(report["reasons"])


def test_the_judge_compares_each_with_its_own_sensor() -> None:
    scenario = bundled("range-and-climate")
    record, _ = run(scenario)
    other = second(record)
    taken = other.taken.whole()
    record.second = replace(other, taken=replace(taken, value=taken.value ^ 1))
    report = build_report(record, scenario)
    assert report["verdict"] == "fail"
    assert "`climate`: 110 samples arrived with another value" in " ".join(report["reasons"])


def test_the_judge_notices_a_sensor_that_falls_silent() -> None:
    scenario = bundled("range-and-climate")
    record, _ = run(scenario)
    other = second(record)
    taken, got = other.taken.whole(), other.delivered.whole()
    record.second = replace(
        other,
        taken=Taken(**{name: column[:90] for name, column in vars(taken).items()}),
        delivered=Delivered(**{name: column[:90] for name, column in vars(got).items()}),
    )
    report = build_report(record, scenario)
    assert "`climate`: No sample was taken after 00:01:29." in report["reasons"]


def test_firmware_resets_and_a_lost_log_concern_both() -> None:
    steps = (
        "{at: 10 s, do: suspend}, {at: 20 s, do: reset-firmware}, {at: 30 s, do: resume}, "
        "{at: 40 s, do: restart-board, log: erased, takes: 5 s}, "
        "{at: 60 s, do: suspend, for: 10 s}, {at: 80 s, do: crash-app}, {at: 90 s, do: start-app}"
    )
    scenario = scene_of_climates(steps, "2 min")
    scenario = scenario.model_copy(update={"expect": ()})
    record, report = run(scenario, plan=two_climates())
    wrong = [one for one in report["reasons"] if "declared lost" not in one]
    for one in report["sensors"]:
        assert one["samples"]["lost"] == one["samples"]["wrong"] == 0, wrong
        assert one["samples"]["duplicated"] == one["samples"]["out_of_order"] == 0, wrong
    boots = [set(one.taken.whole().boot.tolist()) for one in (record, second(record))]
    assert boots == [{1, 2, 3, 4}] * 2


def test_a_full_log_keeps_the_newest_of_both() -> None:
    text = TWO_CLIMATES.replace("when_full: wake", "when_full: keep-newest")
    text = text.replace("data: retram", "data: retram, log: 12 KiB")
    scenario = scene_of_climates("{at: 1 min, do: suspend, for: 6 h}", "22000 s")
    scenario = scenario.model_copy(update={"expect": ()})
    _, report = run(scenario, plan=plan_spec(parse_spec(text)))
    counts = [one["samples"] for one in report["sensors"]]
    assert all(one["lost"] == one["wrong"] == 0 for one in counts), report["reasons"]
    assert all(one["declared_lost"] > 0 and one["delivered"] > 0 for one in counts)


@pytest.mark.parametrize(
    ("fails", "works", "both_fail"),
    [
        ("", "", (True, False)),
        (", sensor: climate", ", sensor: climate", (True, False)),
        (", sensor: cellar", ", sensor: cellar", (False, True)),
        (", sensor: cellar", "", (False, True)),
    ],
)
def test_a_sensor_that_fails_gives_faults(
    fails: str, works: str, both_fail: tuple[bool, bool]
) -> None:
    steps = f"{{at: 10500 ms, do: mute-sensor{fails}}}, "
    steps += f"{{at: 13500 ms, do: restore-sensor{works}}}"
    record, report = run(scene_of_climates(steps, "20 s"), plan=two_climates())
    assert report["verdict"] == "pass", report["reasons"]
    assert report["ignored"] == []
    for one, fail in zip((record, second(record)), both_fail, strict=True):
        faults = one.taken.whole().status == SampleStatus.FAULT
        at_us = one.taken.whole().at_us
        assert (faults == (fail & (at_us >= 10_500_000) & (at_us < 13_500_000))).all()


def test_a_fault_that_the_first_sensor_cannot_have_is_the_others() -> None:
    scenario, step = bundled("range-and-climate"), parse_step("disturb-sensor, how: stuck")
    scenario = scenario.model_copy(update={"steps": (step,)})
    plan = plan_file(RANGE_AND_CLIMATE)
    assert run(scenario, plan=plan)[1]["ignored"] == []
    other = step.model_copy(update={"sensor": "climate"})
    scenario = scenario.model_copy(update={"steps": (other,)})
    (told,) = run(scenario, plan=plan)[1]["ignored"]
    assert told["reason"] == "this sensor has no fault `stuck`"


@pytest.mark.parametrize(
    ("name", "plan", "told"),
    [
        ("celler", two_climates, "did you mean `cellar`?"),
        ("cellar", reference_plan, "the spec has one sensor: remove `sensor`"),
    ],
)
def test_a_step_for_a_sensor_that_is_not_there_is_refused(
    name: str, plan: Callable[[], Plan], told: str
) -> None:
    text = f"""\
fwgen-scenario: 1
name: x
until: 9 s
distance: [{{at: 0 s, mm: 1000}}]
steps:
  - {{at: 1 s, do: mute-sensor, sensor: {name}}}
"""
    if plan is two_climates:
        text = text.replace("distance:", "signals: {humidity:").replace("mm: 1000}", "value: 1 %}")
        text = text.replace("%}]", "%}]}")
    with pytest.raises(InputError) as error:
        run(parse_scenario(text, "x.yaml"), plan=plan())
    assert f"x.yaml:6:40: error[unknown-sensor]: no sensor of the spec is called `{name}`" in str(
        error.value
    )
    assert told in str(error.value)


def test_a_signal_must_say_which_sensor_sees_it() -> None:
    text = "fwgen-scenario: 1\nname: x\nuntil: 9 s\nsignals: {humidity: [{at: 0 s, value: 40 %}], "
    text += "ambient-temp: [{at: 0 s, value: 20 °C}]}\n"
    with pytest.raises(InputError, match="both sensors have a channel `ambient-temp`"):
        run(parse_scenario(text), plan=two_climates())


def test_each_sensor_of_a_kind_has_its_own_sources() -> None:
    files = render(two_climates())
    own = "src/sensors/zephyr_1/core/channels_config.c"
    assert b"#define SENSOR_STREAM 1\n" in files[own]
    assert b"62500u" in files[own] and b"62500u" not in files[own.replace("_1", "_0")]
    overlay = next(text for name, text in files.items() if name.endswith(".overlay"))
    assert overlay.count(b"clock-frequency") == 1  # of the bus of both
    assert b"fwgen_sensor_0: sensor@40" in overlay and b"fwgen_sensor_1: sensor@48" in overlay


def test_a_plan_goes_to_another_process() -> None:
    """As to the emulator's."""
    plan = plan_file(RANGE_AND_CLIMATE)
    stream = BytesIO()
    send(stream, plan)
    stream.seek(0)
    assert receive(stream).spec == plan.spec


def test_two_of_a_sensor_that_hears_the_other_are_refused() -> None:
    text = RANGE_AND_CLIMATE.read_text("utf-8")
    head, _, rest = text.partition("  - name: climate")
    far = "  - {name: far, type: hc-sr04, trigger: PF13, echo: PF14, period: 1 s, "
    far += "range: [20 mm, 4 m]}\n"
    with pytest.raises(PlanErrors, match="would hear the other one's sound"):
        plan_spec(parse_spec(head + far + "link:" + rest.partition("link:")[2]))
