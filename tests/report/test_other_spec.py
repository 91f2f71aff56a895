"""The verdict on sleeps that an application made for another spec has asked for: the firmware does
not wake Linux for it (docs/waking.md), whatever the reason."""

from __future__ import annotations

import pytest

from fwgen.backends.host.compile import core_sources
from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.report.model import Report
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import run

REASONS = {
    "level": "wake_at: 60 %",
    "full": "",
    "age": "max_age: 10 s",
    "condition": "wake_pause: 5 s, wake_if: [distance < 400 mm for 3 samples until > 500 mm]",
}
SPEC = """\
fwgen: 1
name: a-node
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 60 ms, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 200 ms}
memory: {code: sram1, data: retram, log: 7 KiB}
"""
SCENE = """\
fwgen-scenario: 1
name: an application made for another spec
distance: [{at: 0 s, mm: 1500}, {at: 20 s, mm: 300}, {at: 21 s, mm: 1500}, {at: 80 s, mm: 300}]
noise: 20 mm
steps:
  - {at: 2 s, do: crash-app}
  - {at: 3 s, do: start-app, spec: other}
  - {at: 5 s, do: suspend, for: 400 s}
  - {at: 410 s, do: crash-app}
  - {at: 411 s, do: start-app}
until: 430 s
expect: {declared_lost: {at-least: 0}}
"""


def plan_with(sleep: str) -> Plan:
    more = f", {sleep}" if sleep else ""
    return plan_spec(parse_spec(f"{SPEC}sleep: {{mode: lp-stop2, when_full: wake{more}}}\n"))


def report_of(reason: str, old: str = "", new: str = "") -> Report:
    """Return the report; in the core's node.c `old` is replaced by `new`."""
    plan = plan_with(REASONS[reason])
    if not old:
        return run(parse_scenario(SCENE), plan=plan)[1]
    app = render(plan)
    source = app["src/core/node.c"].decode()
    assert source.count(old) == 1
    core = core_sources({**app, "src/core/node.c": source.replace(old, new).encode()})
    return run(parse_scenario(SCENE), plan=plan, core=core, flags=("-O0",))[1]


@pytest.mark.parametrize("reason", REASONS)
def test_no_call_is_expected_for_another_spec(reason: str) -> None:
    report = report_of(reason)
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["timer"]
    assert report["verdict"] == "pass", report["reasons"]


def test_a_call_for_another_spec_is_found() -> None:
    report = report_of("condition", " || node->spec_differs", "")
    assert report["kept"]["woken_without_reason"] == 1
    told = "The firmware woke Linux for an application that was made for another spec at 00:00:18."
    assert report["reasons"] == [told]
