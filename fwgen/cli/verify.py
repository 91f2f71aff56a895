"""`fwgen verify`: check compiled device trees and an ELF against a spec and each other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fwgen.errors import InputError
from fwgen.output import print_json

HELP = "check compiled Linux and OP-TEE trees and an ELF against a spec"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--spec", type=Path, metavar="SPEC", required=True, help="the spec to check them against"
    )
    parser.add_argument(
        "--linux-dtb", type=Path, metavar="FILE", help="the device tree (DTB) that Linux boots with"
    )
    parser.add_argument(
        "--optee-dtb", type=Path, metavar="FILE", help="the device tree (DTB) in OP-TEE"
    )
    parser.add_argument("--elf", type=Path, metavar="ELF", help="the firmware")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if a rule is broken."""
    from fwgen.plan import plan_file
    from fwgen.terminal import style_of
    from fwgen.verify import examine, subject_of
    from fwgen.verify.report import passed, to_json, to_text

    if not (args.linux_dtb or args.optee_dtb):
        raise InputError(
            "expected a device tree, found none", "add --linux-dtb, --optee-dtb or both"
        )
    plan = plan_file(args.spec)
    subject = subject_of(plan, args.linux_dtb, args.optee_dtb, args.elf)
    findings = examine(subject)
    if args.json:
        print_json(to_json(subject, findings))
    else:
        print(to_text(subject, findings, style_of(sys.stdout)), end="")
    return 0 if passed(findings) else 1
