"""`make robot`: each test in its own process, on as many workers as the machine has cores.

    python -m fwgen.robot.runner [--backend host|renode] [--spec FILE] [--jobs N]
                                 [-o DIR] [SUITE ...]

Writes log.html, report.html and xunit.xml (one case per test) to DIR.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # before the imports: a missing package is reported as an error
    from importlib import import_module

    from fwgen.guard import guarded

    sys.exit(guarded(lambda: int(import_module("fwgen.robot.runner").main())))

import argparse
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from fwgen import process
from fwgen.backends.renode import loopback
from fwgen.backends.renode.find import find_renode
from fwgen.build.firmware import find_tools
from fwgen.config import Config, load_config
from fwgen.errors import InputError, MissingToolError
from fwgen.robot.firmware import BUILDING, firmware
from fwgen.robot.mutation import literal
from fwgen.spec.examples import reference_spec
from fwgen.spec.load import load_spec
from fwgen.words import count

_SUITES: Final = Path("robot")
_BUILDS: Final = Path("build/robot")
_RESULTS: Final = (
    *("tests", "renode-test", "suites.xml"),
    *("output.xml", "log.html", "report.html", "xunit.xml"),
)
"""All files and folders that a run writes."""

_BROKEN: Final = 250
"""Robot's exit codes up to this are the number of failed tests; those above it are errors."""


Others = tuple[list[Path], Counter[str]]
"""The results that renode-test wrote, and the number of its tests per status."""


@dataclass(frozen=True)
class Job:
    suite: Path
    test: str
    slow: bool


@dataclass(frozen=True)
class Done:
    job: Job
    output: Path
    status: str
    message: str
    wall_s: float


def find_jobs(suites: Sequence[Path], backend: str) -> list[Job]:
    """Return the tests of these suites; those tagged `slow` first, those tagged `renode` (they need
    the firmware) only for that backend. Raises InputError."""
    from robot.api import TestSuite
    from robot.errors import DataError

    jobs: list[Job] = []
    for path in suites:
        try:
            suite: Any = TestSuite.from_file_system(str(path))
        except DataError as error:
            hint = "name a suite file, or none to run all of robot/"
            raise InputError(f"{path} cannot be read: {error}", hint) from error
        for test in suite.all_tests:
            if backend != "host" or "renode" not in test.tags:
                jobs.append(Job(path, str(test.name), "slow" in test.tags))
    twice = {job.test for job in jobs if sum(job.test == other.test for other in jobs) > 1}
    if twice:
        raise InputError(
            f"two tests have the same name: {', '.join(sorted(twice))}", "rename one of them"
        )
    return sorted(jobs, key=lambda job: not job.slow)


def run_job(job: Job, suites: Sequence[Path], folder: Path, variables: Mapping[str, str]) -> Done:
    """Run one test. The command names all suites: results with different roots cannot be
    merged."""
    began = time.monotonic()
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), "--console", "none"]
    command += ["--log", "none", "--report", "none"]
    command += [part for name in variables for part in ("--variable", f"{name}:{variables[name]}")]
    command += ["--name", "fwgen", "--test", literal(job.test), *map(str, suites)]
    try:
        code, printed = followed(command)
    except process.StoppingError:
        return Done(job, folder / "output.xml", "BROKEN", "stopped", 0.0)
    output = folder / "output.xml"
    found = ElementTree.parse(output).getroot().find(".//test/status") if output.is_file() else None
    wall_s = time.monotonic() - began
    if code > _BROKEN or found is None:
        return Done(job, output, "BROKEN", printed.strip(), wall_s)
    return Done(job, output, found.get("status", ""), found.text or "", wall_s)


def followed(command: Sequence[str]) -> tuple[int, str]:
    """Return exit code and output; print the progress of a firmware's build at once."""
    pipes = {"stdout": process.PIPE, "stderr": process.STDOUT}
    with process.started(command, **pipes, text=True, errors="replace") as child:
        assert child.stdout is not None
        lines = []
        for line in child.stdout:
            lines.append(line)
            if line.startswith(BUILDING):
                print(line, end="", flush=True)
        code = child.wait()
    return code, "".join(lines)


def run(
    jobs: Sequence[Job],
    suites: Sequence[Path],
    output: Path,
    variables: Mapping[str, str],
    workers: int,
    others: Callable[[], Others] = lambda: ([], Counter()),
) -> tuple[list[Done], Others]:
    """Run the tests with these variables of Robot Framework. `others` has one of the workers."""
    results: list[Done] = []
    with ThreadPoolExecutor(workers) as pool, process.ended_together():
        beside = pool.submit(others)
        waiting: list[Future[Done]] = [
            pool.submit(run_job, job, suites, output / "tests" / f"{number:03}", variables)
            for number, job in enumerate(jobs)
        ]
        for future in as_completed(waiting):
            done = future.result()
            results.append(done)
            name = f"{done.job.suite.stem}: {done.job.test}"
            print(f"{done.status:6} {done.wall_s:6.1f} s  {name}", flush=True)
            if done.status != "PASS":
                print("\n".join(f"       {line}" for line in done.message.splitlines()[:12]))
        return results, beside.result()


def run_renode_test(program: Path, output: Path, builds: Path) -> Path | None:
    """Run the suites for Renode's own runner: the models without firmware, the board without fwgen.

    Return its results, None if it could not run. Its server executes any command that it receives,
    so only this machine may reach it (loopback)."""
    elf = firmware(reference_spec(), builds)
    folder = output / "renode-test"
    suites = sorted([*_SUITES.glob("models/*.robot"), *_SUITES.glob("renode_test/*.robot")])
    command = [str(program), "-r", str(folder.absolute()), "--variable", f"ELF:{elf}"]
    done = process.run(
        [*command, *(str(suite.absolute()) for suite in suites)],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, **loopback.environment()},
    )
    result = folder / "robot_output.xml"
    if not result.is_file():
        print(f"BROKEN renode-test: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return None
    return result


def results_of_renode_test(program: Path | None, output: Path) -> Others:
    """Without `program` print that these suites do not run."""
    if program is None:
        reason = "fwgen's configuration does not name that program (`test` in [renode])"
        print(f"not run: the suites under renode-test, because {reason}", file=sys.stderr)
        return [], Counter()
    result = run_renode_test(program, output, _BUILDS)
    return ([result], counted(result)) if result else ([], Counter({"BROKEN": 1}))


def counted(result: Path) -> Counter[str]:
    """Return the number of tests per status."""
    found = ElementTree.parse(result).getroot().iterfind(".//test/status")
    return Counter(status.get("status", "") for status in found)


def merge(results: Sequence[Done], others: Sequence[Path], output: Path) -> None:
    """Write one log, one report and one xunit file of all results."""
    outputs = sorted(str(done.output) for done in results if done.output.is_file())
    merged = output / "suites.xml"
    _rebot(["--merge", "--log", "none", "--report", "none", "--output", str(merged)], outputs)
    files = [str(path) for path in (merged, *others) if path.is_file()]
    options = ["--name", "fwgen", "--outputdir", str(output), "--output", "output.xml"]
    _rebot([*options, "--xunit", "xunit.xml"], files)


def _rebot(options: Sequence[str], files: Sequence[str]) -> None:
    command = [sys.executable, "-m", "robot.rebot", *options, *files]
    process.run(command, stdout=process.DEVNULL)


def clear(output: Path) -> None:
    """Remove the last run's results. Raises InputError if the folder contains anything else."""
    found = list(output.iterdir()) if output.is_dir() else []
    others = sorted(path.name for path in found if path.name not in _RESULTS)
    if others:
        raise InputError(
            f"expected a folder with results only, found {output / others[0]}; nothing was removed",
            "choose another folder with -o",
        )
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def what_is_missing(config: Config) -> str:
    """Return a sentence about the first tool that is not installed, "" if all are."""
    try:
        find_renode(config.renode)
        find_tools(config, [Path.cwd()])
    except MissingToolError as error:
        return str(error)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fwgen.robot.runner")
    parser.add_argument("suites", nargs="*", type=Path, help="default: all of robot/")
    parser.add_argument("--backend", choices=("host", "renode"), default="renode")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="test the firmware of this spec")
    parser.add_argument("--jobs", type=process.job_count, default=os.cpu_count() or 1)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/robot/results"))
    parser.add_argument(
        "--where-possible", action="store_true", help="do not fail if a tool is not installed"
    )
    options = parser.parse_args(arguments)
    if options.backend == "renode" and (missing := what_is_missing(load_config())):
        if options.where_possible:
            print(f"not run: the suites on the emulated board, because {missing}", file=sys.stderr)
            return 0
        raise MissingToolError(missing)
    suites = options.suites or sorted(_SUITES.glob("*.robot"))
    clear(options.output)
    jobs = find_jobs(suites, options.backend)
    variables = {"BACKEND": options.backend}
    if options.spec:
        load_spec(options.spec)
        variables["SPEC"] = str(options.spec.absolute())
    began = time.monotonic()
    others = partial(results_of_renode_test, load_config().renode.test, options.output)
    alone = () if options.backend != "renode" or options.suites else (others,)
    results, (more, counts) = run(jobs, suites, options.output, variables, options.jobs, *alone)
    counts += Counter(done.status for done in results)
    merge(results, more, options.output)
    failed = counts.total() - counts["PASS"] - counts["SKIP"]
    print(
        f"{count(counts.total(), 'test')}: {counts['PASS']} passed, {counts['SKIP']} skipped, "
        f"{failed} failed, in {time.monotonic() - began:.0f} s; {options.output / 'log.html'}"
    )
    return 1 if failed or not results else 0
