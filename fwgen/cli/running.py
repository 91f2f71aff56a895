"""What `run` and `demo` share: from a plan and a scenario to a report that is told and kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from fwgen.cli.progress import Progress
from fwgen.terminal import style_of

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.report.model import Report
    from fwgen.scenario.backend import Backend
    from fwgen.scenario.model import Scenario


def run_and_report(
    backend: Backend, plan: Plan, scenario: Scenario, seed: int, progress: Progress
) -> tuple[RunRecord, Report]:
    """Run it; the record and the report of the contract."""
    from fwgen.report.document import build_report
    from fwgen.scenario.engine import run_scenario

    record = run_scenario(backend, plan, scenario, seed, progress.at)
    return record, build_report(record, scenario)


def print_report(report: Report) -> None:
    """For people, on stdout."""
    from fwgen.report.table import render_table

    print(render_table(report, style_of(sys.stdout)), end="")


def exit_code(report: Report) -> int:
    """0 for a passing verdict, 1 for a failing one."""
    return 0 if report["verdict"] == "pass" else 1
