"""Carries the steps out: keeps what is there, tells what it does, stops at what fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from fwgen import process
from fwgen.errors import MissingToolError, ToolBrokeError
from fwgen.setup.steps import Command, Step

_AGAIN = "what is done is kept: `fwgen setup` goes on from here"


def carry_out(steps: Iterable[Step], told: TextIO) -> int:
    """How many steps there was something to do for. Raises ToolBrokeError, MissingToolError."""
    done = 0
    for step in steps:
        have = step.have()
        if have:
            _say(told, f"have  {step.title}: {have}")
            continue
        _say(told, f"get   {step.title}")
        for command in step.commands:
            _run(command, told)
        if not step.have():
            raise ToolBrokeError(f"{step.title}: the commands ran, and it is still not there")
        done += 1
    return done


def dry_run(steps: Iterable[Step], told: TextIO) -> None:
    """The exact commands, which a shell would take."""
    for step in steps:
        have = step.have()
        if have:
            _say(told, f"# have {step.title}: {have}")
            continue
        _say(told, f"# {step.title}")
        for command in step.commands:
            _say(told, str(command))


def _run(command: Command, told: TextIO) -> None:
    _say(told, f"      {command}")
    try:
        status = process.run(command.argv, cwd=command.folder, stdout=told).returncode
    except FileNotFoundError as error:
        raise MissingToolError(f"{command.argv[0]} is not installed; {_AGAIN}") from error
    except OSError as error:
        raise ToolBrokeError(f"{command.argv[0]}: {error.strerror}; {_AGAIN}") from error
    if status:
        raise ToolBrokeError(f"failed with status {status}: {command}\n{_AGAIN}")


def _say(told: TextIO, text: str) -> None:
    told.write(f"{text}\n")
    told.flush()
