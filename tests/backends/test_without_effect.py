"""A step that changes nothing is told as ignored."""

from __future__ import annotations

import pytest

from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.report.model import Report
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import in_a_room, run

SLOW = """\
fwgen: 1
name: slow
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 1 s, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 2 s}
memory: {code: sram1, data: retram, log: 7 KiB}
sleep: {mode: lp-stop2, when_full: keep-newest}
"""
NIGHT = """\
fwgen-scenario: 1
name: a night of faults
distance: [{at: 0 s, mm: 1500}]
steps: [{at: 0 s, do: mute-sensor}, {at: 5 s, do: suspend, for: 100 s}, STEPS]
until: 130 s
expect: {declared_lost: {at-least: 0}}
"""
NO_BLOCK = "the log has no block with more than a word of samples that Linux has not received"


def slow() -> Plan:
    return plan_spec(parse_spec(SLOW, "slow.yaml"))


def night(steps: str) -> Report:
    report = run(parse_scenario(NIGHT.replace("STEPS", steps)), plan=slow())[1]
    assert report["verdict"] == "pass", report["reasons"]
    return report


@pytest.mark.parametrize("what", ["bit", "word", "block"])
@pytest.mark.parametrize("at_s", [6, 20, 28, 36, 60])
def test_damage_to_the_log_lasts_or_is_told(what: str, at_s: int) -> None:
    """A failed sensor's sample takes one bit, and the firmware writes a word until it is full."""
    report = night(f"{{at: {at_s} s, do: damage-log, what: {what}}}")
    told = [one["reason"] for one in report["ignored"]]
    lost = report["samples"]["declared_lost"]
    assert (told, lost > 0) in (([NO_BLOCK], False), ([], True))
    assert not told or at_s < 36


SENSOR_WELL, SENSOR_SO = "the sensor already works", "the sensor is already so"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("{at: 2 s, do: restore-sensor}, {at: 3 s, do: restore-sensor}", [SENSOR_WELL]),
        ("{at: 2 s, do: mute-sensor}", [SENSOR_SO]),
        ("{at: 2 s, do: hold-echo}, {at: 3 s, do: hold-echo}", [SENSOR_SO]),
        ("{at: 2 s, do: display-off}", ["the spec has no display"]),
    ],
)
def test_a_sensor_or_display_that_is_already_so(steps: str, told: list[str]) -> None:
    if "display" in steps:
        steps += ", {at: 3 s, do: display-on}"
        told = told * 2
    assert [one["reason"] for one in night(steps)["ignored"]] == told


def test_a_display_that_is_already_so() -> None:
    steps = ", ".join(f"{{at: {at} s, do: display-{to}}}" for at, to in enumerate(TWICE))
    _, report = run(in_a_room(steps, "10 s"))
    assert [one["reason"] for one in report["ignored"]] == [
        "the display is already off",
        "the display is already on",
    ]


TWICE = ("off", "off", "on", "on")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "{at: 2 s, do: suspend, for: 5 s}, {at: 4 s, do: stall-linux, for: 9 s}",
            ["Linux is asleep"],
        ),
        (
            "{at: 2 s, do: reboot-linux, takes: 5 s}, {at: 4 s, do: stall-linux, for: 1 s}",
            ["Linux is rebooting"],
        ),
        (
            "{at: 2 s, do: crash-app, when: stored}, {at: 2 s, do: crash-app, when: received}, "
            "{at: 5 s, do: start-app}",
            ["it is to crash already: it has stored samples and not acknowledged them"],
        ),
    ],
)
def test_linux_is_not_as_the_step_needs_it(steps: str, told: list[str]) -> None:
    _, report = run(in_a_room(steps, "20 s"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [one["reason"] for one in report["ignored"]] == told


def test_damage_twice_does_not_undo_itself() -> None:
    once = "{at: 60 s, do: damage-log, what: bit}"
    report = night(f"{once}, {once.replace('60', '61')}")
    assert [one["reason"] for one in report["ignored"]] == [NO_BLOCK]
    assert report["samples"]["declared_lost"] > 0
