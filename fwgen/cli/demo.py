"""`fwgen demo`: run the bundled spec through one or more sleeps and write the report page."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.backends.registry import DEFAULT, DEFAULT_LINUX, LINUXES, NAMES, open_backend
from fwgen.cli.progress import Progress
from fwgen.cli.running import exit_code, print_report, run_and_report
from fwgen.errors import InputError, MissingToolError
from fwgen.spec.examples import reference_spec

if TYPE_CHECKING:
    from fwgen.plan.model import Plan
    from fwgen.record import RunRecord
    from fwgen.report.model import Report
    from fwgen.report.samples import SampleCheck
    from fwgen.scenario.backend import Backend

HELP = "check, generate and run the bundled example"

SCENARIOS = {"host": "night", "renode": "ten-minutes"}
DEFAULT_REPORT = Path("fwgen-demo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        choices=NAMES,
        default=DEFAULT,
        help="host: run a night with the generated core on this machine; renode: build the ELF and "
        "run ten minutes on the emulated board",
    )
    parser.add_argument(
        "--linux",
        choices=LINUXES,
        default=DEFAULT_LINUX,
        help="emulated: fwgen's model of Linux; kernel: a real Linux kernel in virtual time",
    )
    parser.add_argument(
        "--view",
        action="store_true",
        help="show the run on fwgen's screen, with its button to sleep, until the window is closed",
    )
    parser.add_argument(
        "--pace",
        metavar="N",
        help="with --view: time passes N times faster than real time (default: 5)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        default=DEFAULT_REPORT,
        help=f"the folder for the report page (default: {DEFAULT_REPORT})",
    )


def run(args: argparse.Namespace) -> int:
    """Return exit code 1 if the verdict is FAIL."""
    from fwgen.plan import plan_spec
    from fwgen.plan.draw import draw
    from fwgen.report.files import check_directory
    from fwgen.scenario.load import find_scenario, load_scenario
    from fwgen.spec import load_spec
    from fwgen.terminal import style_of

    check_directory(args.report)
    _check_view(args)
    if args.linux == "kernel":
        _build_kernel()
    path = reference_spec()
    print(f"1. check {path.name}\n")
    plan = plan_spec(load_spec(path))
    print(draw(plan, style_of(sys.stdout)))
    if args.view:
        return _view(args, plan)
    scenario = load_scenario(find_scenario(SCENARIOS[args.backend]))
    with (
        tempfile.TemporaryDirectory(prefix="fwgen-demo-") as folder,
        Progress(scenario.name) as progress,
    ):
        backend = _prepare(args.backend, args.linux, plan, Path(folder), progress, scenario.name)
        record, report, checks = run_and_report(backend, plan, scenario, 1, progress)
    return _show_report(args.report, record, report, checks)


def _show_report(
    folder: Path, record: RunRecord, report: Report, checks: Sequence[SampleCheck]
) -> int:
    from fwgen.report.files import write_report

    print_report(report)
    page = write_report(folder, record, report, checks)
    print()
    if where := _command_off_path():
        print(f"the command fwgen, which is not on the PATH: {where}")
    print(f"the page with pictures: {page}")
    return exit_code(report)


def _check_view(args: argparse.Namespace) -> None:
    from fwgen.cli import viewing

    if args.view:
        viewing.check(args.backend)
        viewing.pace_of(args.pace or "1")
    elif args.pace:
        raise InputError("`--pace` is only for `--view`", "add `--view`, or leave it out")


def _view(args: argparse.Namespace, plan: Plan) -> int:
    """Show the run on the screen; then as `run`."""
    from fwgen.backends.host.compile import core_sources
    from fwgen.backends.registry import real_kernel
    from fwgen.cli import viewing
    from fwgen.generate import render
    from fwgen.report.document import build_report
    from fwgen.report.samples import check_all
    from fwgen.view.stage import PACE

    pace = viewing.pace_of(args.pace) if args.pace else PACE
    kernel = real_kernel() if args.linux == "kernel" else None
    print(f"2. run the generated core with the screen, {pace:g} times faster than real time;")
    print("   close the window to end it\n", flush=True)
    record, scenario = viewing.show(plan, core_sources(render(plan)), kernel, pace)
    checks = check_all(record)
    return _show_report(args.report, record, build_report(record, scenario, checks), checks)


def _build_kernel() -> None:
    """Build the kernel, once, if there is none: as `fwgen setup --only linux`."""
    from fwgen.config import load_config
    from fwgen.setup.linux import linux_steps
    from fwgen.setup.runner import carry_out
    from fwgen.uml.find import find_kernel

    config = load_config()
    try:
        find_kernel(config)
    except MissingToolError:
        carry_out(linux_steps(config), sys.stderr)


def _command_off_path() -> str:
    """Return the path of this environment's `fwgen`; "": `fwgen` on the PATH is it, or there is
    none."""
    own = Path(sys.executable).parent / "fwgen"
    found = shutil.which("fwgen")
    if not own.exists() or (found and Path(found).resolve() == own.resolve()):
        return ""
    return str(own)


def _prepare(
    name: str, linux: str, plan: Plan, folder: Path, progress: Progress, title: str
) -> Backend:
    """Return the backend: with the generated core, which it compiles, or with a built ELF."""
    from fwgen.backends.host.compile import read_core
    from fwgen.generate import render, tree

    if name != "host":
        backend = open_backend(name, linux=linux, say=progress.say)
        print("2. build the firmware\n")
        print(f"3. run the ELF on the emulated board: {title}\n", flush=True)
        return backend
    done = tree.write(render(plan), folder)
    print(f"2. generate {len(done.created)} files: application, Linux and OP-TEE fragments\n")
    print(f"3. run the generated core on this machine: {title}\n", flush=True)
    return open_backend(name, linux=linux, core=read_core(folder), say=progress.say)
