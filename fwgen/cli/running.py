"""What `run` and `demo` share: from a plan and a scenario to a report that is told and kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.cli.progress import Progress
from fwgen.errors import InputError

if TYPE_CHECKING:
    from fwgen.backends.base import Backend
    from fwgen.backends.record import RunRecord
    from fwgen.plan.model import Plan
    from fwgen.report.model import Report
    from fwgen.scenario.model import Scenario


def run_and_report(
    backend: Backend, plan: Plan, scenario: Scenario, seed: int, progress: Progress
) -> tuple[RunRecord, Report]:
    """Run it; the record and the report of the contract."""
    from fwgen.report.document import build_report
    from fwgen.scenario.engine import run_scenario

    record = run_scenario(backend, plan, scenario, seed, progress.at)
    return record, build_report(record, scenario)


def write_report(directory: Path, record: RunRecord, report: Report) -> Path:
    """Writes report.json and the page; returns the page. Raises InputError where it cannot."""
    from fwgen.report.document import to_json
    from fwgen.report.html import write_html

    page = directory / "report.html"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "report.json").write_text(to_json(report), encoding="utf-8")
        write_html(record, report, page)
    except OSError as error:
        raise InputError(
            f"the report cannot be written to {directory}: {error.strerror}\n"
            "help: name another place with `--report DIR`"
        ) from error
    return page


def print_report(report: Report) -> None:
    """For people, on stdout."""
    from fwgen.report.text import render_text

    print(render_text(report, colour=wants_colour()), end="")


def wants_colour() -> bool:
    """On a terminal, and not against NO_COLOR."""
    dumb = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not dumb


def exit_code(report: Report) -> int:
    """0 for a passing verdict, 1 for a failing one."""
    return 0 if report["verdict"] == "pass" else 1
