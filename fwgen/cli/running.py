"""Shared by `run` and `demo`: run a scenario on a plan and print the report."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.cli.progress import Progress
from fwgen.errors import InputError
from fwgen.terminal import style_of

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.report.model import Report
    from fwgen.report.samples import SampleCheck
    from fwgen.scenario.backend import Backend
    from fwgen.scenario.model import Scenario


def run_and_report(
    backend: Backend, plan: Plan, scenario: Scenario, seed: int, progress: Progress
) -> tuple[RunRecord, Report, list[SampleCheck]]:
    """Run the scenario; return the record, the report, and the check of each sensor's samples."""
    from fwgen.report.document import build_report
    from fwgen.report.samples import check_all
    from fwgen.scenario.engine import run_scenario

    record = run_scenario(backend, plan, scenario, seed, progress.at)
    checks = check_all(record)
    return record, build_report(record, scenario, checks), checks


def planted(path: Path, plan: Plan, backend: str) -> Mapping[str, bytes]:
    """Return the plan's core with the fault in a file (`--plant`). Raises InputError."""
    from fwgen.robot.mutants import planted_core

    if backend != "host":
        raise InputError("`--plant` changes the core of the host backend", "leave `--backend` out")
    return planted_core(plan, path)


def print_report(report: Report) -> None:
    """Print the report as a table on stdout."""
    from fwgen.report.table import render_table

    print(render_table(report, style_of(sys.stdout)), end="")


def exit_code(report: Report) -> int:
    """Return 0 for the verdict PASS, 1 for FAIL."""
    return 0 if report["verdict"] == "pass" else 1
