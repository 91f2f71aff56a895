"""`fwgen build`: build an ELF from a spec and audit it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fwgen.errors import InputError
from fwgen.words import quote

HELP = "generate, build with west and audit the ELF"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec to build")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="the build folder (default: build/NAME)"
    )
    parser.add_argument(
        "-D",
        dest="definitions",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a definition for CMake, such as EXTRA_CONF_FILE=debug.conf; may be repeated",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show the compiler commands")
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if the audit fails. Without Zephyr it generates the application and exits
    with 3."""
    from fwgen.build.audit.report import to_text
    from fwgen.build.cmake import Progress
    from fwgen.build.firmware import Firmware
    from fwgen.build.table import table
    from fwgen.plan import plan_file
    from fwgen.spec import render_all

    spec = plan_file(args.spec).spec
    folder = args.output or Path("build", spec.name)
    progress = Progress(quiet=args.quiet, title=spec.name, each_step=args.verbose)
    definitions = _definitions(args.definitions)
    built = Firmware(
        spec, folder, progress=progress, definitions=definitions, verbose=args.verbose
    ).build()
    if built.plan.diagnostics:
        print(render_all(built.plan.diagnostics), file=sys.stderr)
    print(table(built))
    if not built.passed:
        print(to_text(built.subject, built.findings), file=sys.stderr)
        return 1
    return 0


def _definitions(written: list[str]) -> dict[str, str]:
    definitions = {}
    for item in written:
        name, equals, value = item.partition("=")
        if not equals or not name:
            hint = "write, for example, `-D EXTRA_CONF_FILE=debug.conf`"
            raise InputError(f"-D: expected NAME=VALUE, found {quote(item)}", hint)
        definitions[name] = value
    return definitions
