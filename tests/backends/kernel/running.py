"""Scenarios with the real Linux kernel, for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fwgen.backends.kernel.host import KernelHostBackend
from fwgen.config import load_config
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.model import Scenario
from fwgen.uml.find import find_kernel
from tests.backends.running import plan_of, reference_plan


@cache
def kernel() -> Path:
    return find_kernel(load_config()).path


def run(
    scenario: Scenario, *, seed: int = 1, plan: Plan | None = None, **options: Any
) -> tuple[RunRecord, Report]:
    """Run the scenario; return record and report. `options` are KernelHostBackend's."""
    own = scenario.spec_path()
    plan = plan or (plan_of(own) if own else reference_plan())
    record = run_scenario(KernelHostBackend(kernel(), **options), plan, scenario, seed)
    return record, build_report(record, scenario)
