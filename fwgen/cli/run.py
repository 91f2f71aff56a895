"""`fwgen run`: run a scenario and report whether every sample arrived."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen import files
from fwgen.backends.registry import DEFAULT, DEFAULT_LINUX, LINUXES, NAMES, open_backend
from fwgen.cli.progress import Progress
from fwgen.cli.running import exit_code, planted, print_report, run_and_report
from fwgen.errors import InputError
from fwgen.words import quote

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.scenario.model import Scenario

HELP = "run a scenario and report whether every sample arrived"

_HEAD_BYTES = 4096
_SEED_MOST = (1 << 64) - 1
_REPEAT_MOST = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from fwgen.scenario.load import bundled_names

    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        help=f"a file, or one of these: {', '.join(bundled_names())}",
    )
    parser.add_argument(
        "--spec",
        type=Path,
        metavar="SPEC",
        help="the spec (default: the scenario's, else the bundled reference spec)",
    )
    parser.add_argument(
        "--backend",
        choices=NAMES,
        default=DEFAULT,
        help="host: the generated core on this machine; renode: the ELF on the emulated board",
    )
    parser.add_argument(
        "--linux",
        choices=LINUXES,
        default=DEFAULT_LINUX,
        help="emulated: fwgen's model of Linux; kernel: a real Linux kernel in virtual time",
    )
    parser.add_argument(
        "--elf", type=Path, metavar="ELF", help="the firmware for renode (default: build it)"
    )
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="seed of the sensor's noise (default: 1)"
    )
    parser.add_argument(
        "--repeat",
        type=_times,
        default=1,
        metavar="N",
        help="run it N times; fail if two runs have different fingerprints (default: 1)",
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write the report page and the JSON to DIR"
    )
    parser.add_argument(
        "--csv", action="store_true", help="with --report: also write samples.csv to DIR"
    )
    parser.add_argument(
        "--vcd", type=Path, metavar="FILE", help="write the signals for a wave viewer (renode only)"
    )
    parser.add_argument(
        "--plant",
        type=Path,
        metavar="FILE",
        help="plant a fault of robot/mutants in the core (host only), as a campaign does",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if the verdict is FAIL."""
    from fwgen.report.document import to_json
    from fwgen.report.files import check_directory, write_report
    from fwgen.scenario.engine import check_supported
    from fwgen.spec import render_all

    scenario, plan = _read(args)
    if args.csv and not args.report:
        raise InputError(
            "--csv needs --report", "add `--report DIR`: samples.csv is written to DIR"
        )
    if args.report:
        check_directory(args.report)
    if args.vcd:
        _check_waves(args.vcd)
    if plan.diagnostics:
        print(render_all(plan.diagnostics), file=sys.stderr)
    core = planted(args.plant, plan, args.backend) if args.plant else None
    with Progress(scenario.name) as progress:
        prints = []
        for _ in range(args.repeat):
            backend = open_backend(
                args.backend,
                linux=args.linux,
                elf=args.elf,
                core=core,
                waves=args.vcd,
                say=progress.say,
            )
            check_supported(scenario, backend)
            record, report, checks = run_and_report(backend, plan, scenario, args.seed, progress)
            prints.append(report["fingerprint"])
    if len(set(prints)) > 1:
        report["verdict"] = "fail"
        report["reasons"].append(_difference(prints))
    page = args.report and write_report(args.report, record, report, checks, samples=args.csv)
    if args.json:
        print(to_json(report), end="")
    else:
        print_report(report)
    if page:
        print(f"the page: {page}", file=sys.stderr)
    return exit_code(report)


def _difference(prints: Sequence[str]) -> str:
    """Return a sentence that names the first run that differs from the first one."""
    other = next(number for number, found in enumerate(prints) if found != prints[0])
    return (
        f"Run {other + 1} of {len(prints)} has the fingerprint {prints[other]}, run 1 has "
        f"{prints[0]}: the same run must give the same fingerprint each time."
    )


def _check_waves(path: Path) -> None:
    """Raise InputError if the file exists and is not a dump that fwgen wrote."""
    try:
        head = files.read_regular(path, _HEAD_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"--vcd: {path} cannot be read: {error.strerror}"
        raise InputError(message, "name another file") from error
    if head and b"$scope module fwgen " not in head:
        message = f"--vcd: {path} exists, and fwgen did not write it; it was not changed"
        raise InputError(message, "name another file")


def _read(args: argparse.Namespace) -> tuple[Scenario, Plan]:
    """Return scenario and plan; raise one error with the errors of both."""
    from fwgen.plan import plan_file
    from fwgen.scenario.load import find_scenario, load_scenario
    from fwgen.scenario.seen import seen_by
    from fwgen.spec.diagnostics import Diagnostic, DiagnosticErrors
    from fwgen.spec.examples import reference_spec

    if args.scenario == files.STDIN and str(args.spec) == files.STDIN:
        message = "scenario and spec cannot both be read from standard input"
        raise InputError(message, "put one of them in a file")
    path, found, scenario, plan = args.spec, list[Diagnostic](), None, None
    try:
        scenario = load_scenario(find_scenario(args.scenario))
        path = path or scenario.spec_path() or reference_spec()
    except DiagnosticErrors as error:
        found += error.diagnostics
    try:
        plan = plan_file(path) if path else None
    except DiagnosticErrors as error:
        found += error.diagnostics
    if scenario is None or plan is None:
        raise DiagnosticErrors(found)
    seen_by(scenario, plan, 0)  # before the backend is built
    return scenario, plan


def _times(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= _REPEAT_MOST:
        found = f"found {quote(text)}"
        raise argparse.ArgumentTypeError(
            f"expected a whole number from 1 to {_REPEAT_MOST:,}, {found}"
        )
    return value


def _seed(text: str) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= _SEED_MOST:
        found = f"found {quote(text)}"
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2^64 - 1, {found}")
    return value
