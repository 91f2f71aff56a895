"""`fwgen audit`: check an ELF, also one that fwgen did not build, against the plan of a spec."""

from __future__ import annotations

import argparse
from pathlib import Path

from fwgen.output import print_json

HELP = "audit an ELF against a spec's plan"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elf", type=Path, metavar="ELF", help="the firmware as the linker wrote it")
    parser.add_argument(
        "--spec", type=Path, metavar="SPEC", required=True, help="the spec to check it against"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if a rule is broken."""
    from fwgen.build.audit import examine, subject_of
    from fwgen.build.audit.report import passed, to_json, to_text
    from fwgen.plan import plan_file

    subject = subject_of(args.elf, plan_file(args.spec))
    findings = examine(subject)
    if args.json:
        print_json(to_json(subject, findings))
    else:
        print(to_text(subject, findings))
    return 0 if passed(findings) else 1
