"""`fwgen check`: check a spec, draw its memory map, show how long a sleep the log covers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from fwgen.errors import FwgenError
from fwgen.output import print_json
from fwgen.plan import plan_file
from fwgen.plan.draw import draw
from fwgen.plan.export import plan_to_json
from fwgen.plan.model import Plan
from fwgen.spec.diagnostics import Diagnostic, DiagnosticErrors, in_order, render_all
from fwgen.terminal import style_of

HELP = "check a spec and show its memory map and endurance"

FORMAT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec (YAML); `-` reads stdin")
    parser.add_argument("--json", action="store_true", help="print the plan as one JSON document")


def run(args: argparse.Namespace) -> int:
    plan = plan_file(args.spec)
    warnings = in_order(plan.diagnostics)
    if warnings:
        print(render_all(warnings), file=sys.stderr)
    if args.json:
        print_json(_document(args.spec, warnings, plan))
    else:
        print(draw(plan, style_of(sys.stdout)), end="")
    return 0


def error_document(args: argparse.Namespace, error: FwgenError) -> dict[str, Any] | None:
    """Return the document that `--json` prints for a bad spec, None for other errors."""
    if not isinstance(error, DiagnosticErrors):
        return None
    return _document(args.spec, error.diagnostics, None)


def _document(path: Path, diagnostics: list[Diagnostic], plan: Plan | None) -> dict[str, Any]:
    return {
        "fwgen-check": FORMAT,
        "file": str(path),
        "ok": plan is not None,
        "diagnostics": [diagnostic.to_json() for diagnostic in diagnostics],
        "plan": plan_to_json(plan) if plan else None,
    }
