"""A command in a message can be pasted into a shell, also if a name in it has a space."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "fwgen"
PROGRAMS = r"fwgen|cd|ls|mkdir|rm|chmod|west|python3?|\{sys\.executable\}"
COMMAND = re.compile(rf"`(?:{PROGRAMS})(?![\w.-]| =)[^`\n]*`")
SAFE = re.compile(
    r"\{(?:shlex\.\w+\([^{}]*\)|other|near|option|words\[0\]|package|least|self\.prog|SCENARIO|arguments)\}"
)
"""What needs no quotes: a command's or an option's name, or a constant."""


def unquoted(text: str) -> list[str]:
    """Return the commands with a value that is not quoted for the shell."""
    return [command for command in COMMAND.findall(text) if "{" in SAFE.sub("", command)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('"create it: `mkdir -p {parent}`"', 1),
        ('"`fwgen check {path}` and `ls`"', 1),
        ('"`{sys.executable} -m pip install x`"', 1),
        ('"create it: `mkdir -p {shlex.quote(str(parent))}`"', 0),
        ('"did you mean `fwgen {near}`?"', 0),
    ],
)
def test_the_search_finds_what_is_not_quoted(text: str, count: int) -> None:
    assert len(unquoted(text)) == count


def test_commands_in_messages_are_quoted() -> None:
    found = {
        path.relative_to(ROOT): commands
        for path in ROOT.rglob("*.py")
        if (commands := unquoted(path.read_text("utf-8")))
    }
    assert found == {}
