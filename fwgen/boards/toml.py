"""A TOML document with the position of each key."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fwgen import files
from fwgen.spec.diagnostics import DiagnosticErrors, Findings, Position
from fwgen.toml_syntax import TomlSyntaxError, parse_toml

TablePath = tuple[str | int, ...]

_MOST_BYTES: Final = 1 << 20
_ARRAY = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]\s*(?:#.*)?$")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_ENTRY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_INLINE = re.compile(r"[{,]\s*([\w\"'-]+)\s*=")


class TomlErrors(DiagnosticErrors):
    """A file with errors."""


@dataclass
class TomlFile:
    """`data`: the contents. `findings` collects what is wrong with them."""

    path: Path
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    def where(self, *path: str | int) -> Position:
        """Return the position of a key or a table, or of the innermost table around it."""
        for length in range(len(path), 0, -1):
            if found := self._places.get(path[:length]):
                return found
        return Position(str(self.path))

    def __post_init__(self) -> None:
        self._lines = self.text.splitlines()
        self._places = dict[TablePath, Position]()
        try:
            self.data = parse_toml(self.text)
        except TomlSyntaxError as error:
            place = self._at(error.line, error.column)
            self.findings.error("toml", error.message, place, error.hint)
            raise TomlErrors(self.findings.diagnostics) from None
        self._find_keys()

    def _find_keys(self) -> None:
        table: TablePath = ()
        count = Counter[TablePath]()
        for number, line in enumerate(self._lines, 1):
            if found := _ARRAY.match(line):
                array = self._resolved(_keys(found[1]), count)
                table = (*array, count[array])
                count[array] += 1
                self._places.setdefault(array, self._at(number, found.start(1) + 1, len(found[1])))
            elif found := _TABLE.match(line):
                table = self._resolved(_keys(found[1]), count)
            elif found := _ENTRY.match(line):
                keys = _keys(found[1])
                path = (*table, *keys)
                for length in range(1, len(keys) + 1):  # `a.b = 1` begins the table `a`
                    self._keep((*table, *keys[:length]), number, found)
                for inner in _INLINE.finditer(line, found.end()):
                    self._keep((*path, *_keys(inner[1])), number, inner)
                continue
            if found:
                self._keep(table, number, found)

    def _keep(self, path: TablePath, number: int, found: re.Match[str]) -> None:
        self._places.setdefault(path, self._at(number, found.start(1) + 1, len(found[1])))

    @staticmethod
    def _resolved(path: TablePath, count: Counter[TablePath]) -> TablePath:
        """Return the path of a table with the number of its element in each array."""
        resolved: TablePath = ()
        for key in path[:-1]:
            resolved = (*resolved, key)
            if count[resolved]:
                resolved = (*resolved, count[resolved] - 1)
        return (*resolved, *path[-1:])

    def _at(self, line: int, column: int, length: int = 1) -> Position:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return Position(str(self.path), line, column, length, text)


def _keys(dotted: str) -> TablePath:
    return tuple(key.strip().strip("\"'") for key in dotted.split("."))


def read_toml(path: Path) -> TomlFile:
    """Return a file's contents. Raises TomlErrors if it cannot be read or has wrong syntax."""
    findings, place = Findings(), Position(str(path))
    try:
        text = files.read_regular(path, _MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text ({error.reason} at byte {error.start})"
        findings.error("unreadable", message, place, "save the file as UTF-8")
    except files.NotRegularError:
        message = "expected a file, found a directory, a pipe or a device"
        findings.error("unreadable", message, place, "name a file that ends in `.toml`")
    except FileNotFoundError:
        findings.error("unreadable", "the file does not exist", place, "correct the name")
    except OSError as error:
        findings.error("unreadable", f"cannot be read: {error.strerror}", place)
    else:
        return TomlFile(path, text)
    raise TomlErrors(findings.diagnostics)
