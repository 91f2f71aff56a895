"""Diagnostics: what is wrong in a document, where, and how to fix it.

    range-node.yaml:7:11: error[no-unit]: `sensor.period`: `60` has no unit
        7 |   period: 60
          |           ^^
    help: did you mean `60 ms`?

`Findings` collects them, so that a user sees all of them at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from fwgen.errors import InputError
from fwgen.words import did_you_mean as did_you_mean
from fwgen.words import quote as quote
from fwgen.words import suggest as suggest

Severity = Literal["error", "warning"]

_LINE_WIDTH = 100
_MOST_SHOWN = 40
_MOST_KEPT = 1000


@dataclass(frozen=True)
class Position:
    """A place in a file. `line` and `column` count from 1 (0: the whole file); `text`: the line."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Diagnostic:
    rule_id: str
    severity: Severity
    message: str
    position: Position
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        place = {k: v for k, v in asdict(self.position).items() if k != "text"}
        return {
            "rule": self.rule_id,
            "severity": self.severity,
            "message": self.message,
            **place,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        return render(self)


class Rejected(Exception):
    """A value could not be read; the reason is already among the findings.

    `partial`: for a mapping, a Part with the fields that could be read; the others raise Rejected.
    """

    def __init__(self, partial: Any = None) -> None:
        super().__init__()
        self.partial = partial


class DiagnosticErrors(InputError):
    """A document has errors; `diagnostics` holds errors and warnings in order of position."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__(render_all(self.diagnostics))

    def __str__(self) -> str:
        return render_all(self.diagnostics)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.diagnostics,)

    def full_text(self) -> str:
        """Return the diagnostics; each has its position, so the prefix `error:` is left out."""
        return str(self)


class SpecErrors(DiagnosticErrors):
    """A spec cannot be used. `partial`: the part of it that could be read, as in Rejected."""

    def __init__(self, diagnostics: Iterable[Diagnostic], partial: Any = None) -> None:
        super().__init__(diagnostics)
        self.partial = partial


@dataclass
class Findings:
    """Collects diagnostics; duplicates (through an alias) count once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        if len(self.diagnostics) < _MOST_KEPT and diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def error(self, rule_id: str, message: str, position: Position, hint: str = "") -> None:
        self.add(Diagnostic(rule_id, "error", message, position, hint))

    def warning(self, rule_id: str, message: str, position: Position, hint: str = "") -> None:
        self.add(Diagnostic(rule_id, "warning", message, position, hint))

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity == "warning"]

    def raise_errors(self, kind: type[DiagnosticErrors] = DiagnosticErrors) -> None:
        if self.errors:
            raise kind(self.diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics sorted by file, line and column."""
    return sorted(diagnostics, key=lambda d: (d.position.file, d.position.line, d.position.column))


def render(diagnostic: Diagnostic) -> str:
    """Return the diagnostic as text: several lines, no final newline."""
    place = diagnostic.position
    lines = [f"{place}: {diagnostic.severity}[{diagnostic.rule_id}]: {diagnostic.message}"]
    if place.line:
        text, column = _window(place.text, place.column - 1)
        length = max(1, min(place.length, len(text) - column))
        pad = "".join("\t" if c == "\t" else " " * _columns(c) for c in text[:column])
        caret = "^" * max(1, sum(_columns(c) for c in text[column : column + length]))
        number = f"{place.line:5}"
        lines += [f"{number} | {text}", f"{' ' * len(number)} | {pad}{caret}"]
    if diagnostic.hint:
        lines.append(f"help: {diagnostic.hint}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Return all diagnostics as text, in order of position, followed by their count."""
    ordered = in_order(diagnostics)
    blocks = [render(d) for d in ordered[:_MOST_SHOWN]]
    counts = [(n, sum(d.severity == n for d in ordered)) for n in ("error", "warning")]
    total = ", ".join(f"{count} {name}{'s'[: count > 1]}" for name, count in counts if count)
    if len(ordered) > _MOST_SHOWN:
        total += f" (the first {_MOST_SHOWN} shown)"
    if len(ordered) > 1:
        blocks.append(total)
    return "\n\n".join(blocks)


def _window(text: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around `column`, without control characters, and the column in
    that part."""
    clean = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text.rstrip())
    if len(clean) <= _LINE_WIDTH:
        return clean, min(column, len(clean))
    start = max(0, min(column - _LINE_WIDTH // 2, len(clean) - _LINE_WIDTH))
    part = clean[start : start + _LINE_WIDTH]
    if start:
        part = "…" + part[1:]
    if start + _LINE_WIDTH < len(clean):
        part = part[:-1] + "…"
    return part, min(column - start, len(part))


def _columns(char: str) -> int:
    """Return the width of a character on a terminal, in columns."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
