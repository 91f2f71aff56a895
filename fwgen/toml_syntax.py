"""Reads TOML texts of users. What is wrong with the syntax has a place and a way out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError

DEEP: Final = 100
TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{},=.\n]"
    r"""|[^\s\[\]{},=.\#"']+""",
    re.DOTALL,
)
_HINT: Final = "see https://toml.io for the syntax"
_WHERE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlSyntaxError(Exception):
    """`line`, `column`: from 1. `at_end`: something is missing at the end of the text."""

    def __init__(self, message: str, line: int, column: int, hint: str, at_end: bool) -> None:
        super().__init__(message)
        self.message = message
        self.line, self.column, self.at_end = line, column, at_end
        self.hint = hint


def parse_toml(text: str) -> dict[str, Any]:
    """Return the contents of a text. Raises TomlSyntaxError."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        message = "expected values, found lists or tables nested too deeply"
        place = _too_deep(text)
        hint = "remove the brackets that are too many"
    except tomllib.TOMLDecodeError as error:
        message = str(error)[:1].lower() + str(error)[1:]
        found = _WHERE.search(message)
        message = message[: found.start()] if found else message
        if found and not found[1]:
            place = line_and_column(text, len(text.rstrip("\n")))
            raise TomlSyntaxError(message, *place, _HINT, at_end=True) from error
        place = (int(found[1]), int(found[2])) if found else (1, 1)
        hint = _HINT
    except ValueError:  # int() limits the digits
        number = re.search(r"[\d_]{4000,}", text)
        place = line_and_column(text, number.start() if number else 0)
        message, hint = "expected a value, found a number with too many digits", _HINT
    raise TomlSyntaxError(message, *place, hint, at_end=False)


def load_toml(path: Path) -> dict[str, Any]:
    """Return the contents of a file. Raises InputError if it has wrong syntax."""
    try:
        return parse_toml(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8 text ({error.reason} at byte {error.start})"
        raise InputError(message, "save the file as UTF-8") from error
    except TomlSyntaxError as error:
        message = f"{path}:{error.line}:{error.column}: {error.message}"
        raise InputError(message, error.hint) from error


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Return both, from 1, of an offset in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _too_deep(text: str) -> tuple[int, int]:
    """Return line and column of the bracket that opens the level DEEP of lists and tables."""
    depth = 0
    for found in TOKEN.finditer(text):
        depth += (found[0] in ("[", "{")) - (found[0] in ("]", "}"))
        if depth == DEEP:
            return line_and_column(text, found.start())
    return 1, 1
