"""`fwgen demo`: from the bundled spec to a night of sleep and a page that shows it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from fwgen.cli.progress import Progress
from fwgen.cli.run import reference_spec
from fwgen.cli.running import exit_code, print_report, run_and_report

HELP = "check, generate and run the bundled example"

SCENARIO = "night"
DEFAULT_REPORT = Path("fwgen-demo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        default=DEFAULT_REPORT,
        help=f"where the page goes (default: {DEFAULT_REPORT})",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 1 if the verdict is a failure."""
    from fwgen.backends.host.backend import HostBackend
    from fwgen.backends.host.compile import read_core
    from fwgen.generate import render, tree
    from fwgen.plan import plan_spec
    from fwgen.plan.draw import draw
    from fwgen.report.files import check_directory, write_report
    from fwgen.scenario.load import find_scenario, load_scenario
    from fwgen.spec import load_spec
    from fwgen.terminal import style_of

    check_directory(args.report)
    path = reference_spec()
    print(f"1. check {path.name}\n")
    plan = plan_spec(load_spec(path))
    print(draw(plan, style_of(sys.stdout)))
    scenario = load_scenario(find_scenario(SCENARIO))
    with (
        tempfile.TemporaryDirectory(prefix="fwgen-demo-") as folder,
        Progress(scenario.name) as progress,
    ):
        done = tree.write(render(plan), Path(folder))
        print(f"2. generate {len(done.created)} files: application, Linux and OP-TEE fragments\n")
        print(f"3. run the generated core on this machine: {scenario.name}\n", flush=True)
        backend = HostBackend(core=read_core(Path(folder)), say=progress.say)
        record, report = run_and_report(backend, plan, scenario, 1, progress)
    print_report(report)
    page = write_report(args.report, record, report)
    print(f"\nthe page with pictures: {page}")
    return exit_code(report)
