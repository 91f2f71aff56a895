"""Runs the test that must catch a wrong firmware, and checks that it fails for that reason.

As a Robot library: `Library    fwgen.robot.mutation`. `python -m fwgen.robot.mutation --table`
prints docs/mutants.md.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from fwgen.robot.mutants import Mutant, load_mutant, load_mutants, table
from fwgen.robot.patience import StuckError, finished

__all__ = ["wrong_firmware_should_be_caught"]

_SUITES: Final = Path("robot")


def wrong_firmware_should_be_caught(fault: Path, output: Path, builds: Path) -> None:
    """Builds the firmware with the fault and runs the test that the fault's file names. That test
    must fail, with a message that matches the file's `reason`."""
    mutant = load_mutant(fault)
    status, message = _run(mutant, fault, output / "mutants" / mutant.name, builds)
    logging.info("%s: %s: %s", mutant.test, status, message)
    if status == "PASS":
        raise AssertionError(f"not caught: `{mutant.test}` passes with the wrong firmware")
    if status != "FAIL" or not mutant.caught(message):
        raise AssertionError(
            f"`{mutant.test}`: expected FAIL with a message that matches `{mutant.reason}`, "
            f"found {status}: {message}"
        )


def _run(mutant: Mutant, fault: Path, output: Path, builds: Path) -> tuple[str, str]:
    """Return status and message of the test."""
    command = [sys.executable, "-m", "robot", "--outputdir", str(output), "--console", "none"]
    for name, value in (("MUTANT", fault.resolve()), ("BUILDS", builds.resolve())):
        command += ["--variable", f"{name}:{value}"]
    command += ["--report", "none", "--test", literal(mutant.test)]
    command.append(str(fault.parent.parent / mutant.suite))
    try:
        done = finished(command)
    except StuckError as why:
        raise AssertionError(f"robot did not end with {mutant.suite}: {why}") from None
    result = output / "output.xml"
    if done.returncode > 250 or not result.is_file():
        raise AssertionError(f"robot could not run {mutant.suite}: {done.stderr.strip()}")
    status = ElementTree.parse(result).getroot().find(".//test/status")
    if status is None:
        raise AssertionError(f"{mutant.suite} has no test `{mutant.test}`")
    return status.get("status", ""), status.text or ""


def literal(name: str) -> str:
    """Return a pattern for `--test` that matches only this name."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def main() -> None:
    if sys.argv[1:] != ["--table"]:
        raise SystemExit("usage: python -m fwgen.robot.mutation --table")
    print(table(load_mutants(_SUITES / "mutants")), end="")


if __name__ == "__main__":
    main()
