"""Run the steps: skip what is already done, print each command, stop at the first failure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from fwgen import process
from fwgen.errors import MissingToolError, ToolBrokeError
from fwgen.setup.steps import Command, Step

_CLEAN_UP_S = 120.0
"""The time that a command has to remove its temporary files after Ctrl-C: many, on a busy disk."""
_AGAIN = "fix it and run the same command again: it continues with this step"


def carry_out(steps: Iterable[Step], output: TextIO) -> int:
    """Run the steps that are not done; return their number.

    Raises ToolBrokeError or MissingToolError.
    """
    done = 0
    for step in steps:
        have = step.have()
        if have:
            _say(output, f"have  {step.title}: {have}")
            continue
        _say(output, f"get   {step.title}")
        for command in step.commands:
            _run(command, output)
        if not step.have():
            message = f"{step.title}: the commands ran without an error, but it is still missing"
            raise ToolBrokeError(message, "check the commands' output above")
        done += 1
    return done


def dry_run(steps: Iterable[Step], output: TextIO) -> None:
    """Print the exact commands, in the form that a shell accepts."""
    for step in steps:
        have = step.have()
        if have:
            _say(output, f"# have {step.title}: {have}")
            continue
        _say(output, f"# {step.title}")
        for command in step.commands:
            _say(output, str(command))


def _run(command: Command, output: TextIO) -> None:
    _say(output, f"      {command}")
    try:
        status = process.run(
            command.argv, cwd=command.folder, stdout=output, patience_s=_CLEAN_UP_S
        ).returncode
    except FileNotFoundError as error:
        raise MissingToolError(f"{command.argv[0]} is not installed", _AGAIN) from error
    except OSError as error:
        raise ToolBrokeError(f"{command.argv[0]}: {error.strerror}", _AGAIN) from error
    if status:
        raise ToolBrokeError(f"command failed with status {status}: {command}", _AGAIN)


def _say(output: TextIO, text: str) -> None:
    output.write(f"{text}\n")
    output.flush()
