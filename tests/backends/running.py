"""Scenarios on the host backend, for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fwgen.backends.host.backend import HostBackend
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import find_scenario, load_scenario, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.spec import load_spec
from fwgen.spec.examples import REFERENCE_BOARD, example_paths

LONG = {"day", "week"}
"""Bundled scenarios that take too long for a test; `make bench` measures them."""

ROOM = """\
fwgen-scenario: 1
name: a room
distance:
  - {at: 0 s, mm: 1500}
  - {at: 30 s, mm: 400}
  - {at: 60 s, mm: 2500}
noise: 2 mm
missed: 1 %
"""


@cache
def plan_of(path: Path) -> Plan:
    return plan_spec(load_spec(path))


def reference_plan() -> Plan:
    return plan_of(example_paths()[REFERENCE_BOARD])


@cache
def plan_with_rings(path: Path, rings: str) -> Plan:
    """Return the plan of a spec with its rings in that memory."""
    spec = load_spec(path)
    link = spec.link.model_copy(update={"rings": rings})
    return plan_spec(spec.model_copy(update={"link": link}))


@cache
def plan_with_watchdog(watchdog_us: int | None) -> Plan:
    """Return the plan of the reference spec with this watchdog."""
    spec = reference_plan().spec
    return plan_spec(spec.model_copy(update={"watchdog_us": watchdog_us}))


def in_a_room(steps: str, until: str = "60 s", expect: str = "{}") -> Scenario:
    return parse_scenario(f"{ROOM}steps: [{steps}]\nuntil: {until}\nexpect: {expect}\n")


def bundled(name: str) -> Scenario:
    return load_scenario(find_scenario(name))


def run(
    scenario: Scenario, *, seed: int = 1, plan: Plan | None = None, **options: Any
) -> tuple[RunRecord, Report]:
    """Run the scenario; return record and report. `options` are HostBackend's."""
    own = scenario.spec_path()
    plan = plan or (plan_of(own) if own else reference_plan())
    record = run_scenario(HostBackend(**options), plan, scenario, seed)
    return record, build_report(record, scenario)
