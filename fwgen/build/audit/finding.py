"""The audit's findings, each with its place in the ELF and in the source, and how to fix it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Place:
    """Where a finding is, as far as it is known.

    `file`: as the compiler wrote it; `line`: 0 if unknown.
    """

    address: int | None = None
    section: str = ""
    symbol: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """`0x0A043A1C in stray, src/display.c:42`; '' if the place is unknown."""
        parts = [f"0x{self.address:08X}"] if self.address is not None else []
        if self.symbol:
            parts.append(f"in {self.symbol}")
        elif self.section:
            parts.append(f"in {self.section}")
        where = " ".join(parts)
        if not self.file:
            return where
        line = f"{near(self.file)}:{self.line}" if self.line else near(self.file)
        return f"{where}, {line}" if where else line


@dataclass(frozen=True)
class Finding:
    rule_id: str
    severity: Severity
    message: str
    place: Place = Place()
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule_id,
            "severity": self.severity,
            "message": self.message,
            **asdict(self.place),
            "hint": self.hint,
        }


@dataclass(frozen=True)
class Rule:
    """`title`: what the rule requires, in one line."""

    id: str
    title: str
    severity: Severity = "error"

    def broken(self, message: str, place: Place | None = None, hint: str = "") -> Finding:
        return Finding(self.id, self.severity, message, place or Place(), hint)


def render(finding: Finding, file: str) -> str:
    """Return the finding as text, without a final newline."""
    lines = [f"{file}: {finding.severity}[{finding.rule_id}]: {finding.message}"]
    place = str(finding.place)
    if place:
        lines.append(f"    at {place}")
    if finding.hint:
        lines.append(f"help: {finding.hint}")
    return "\n".join(lines)


def render_all(findings: Iterable[Finding], file: str) -> str:
    """Return all findings as text, with an empty line between them and the counts at the end."""
    found = list(findings)
    blocks = [render(finding, file) for finding in found]
    counts = [(n, sum(f.severity == n for f in found)) for n in ("error", "warning")]
    if len(found) > 1:
        blocks.append(
            ", ".join(f"{count} {name}{'s'[: count > 1]}" for name, count in counts if count)
        )
    return "\n\n".join(blocks)


def near(file: str | Path) -> str:
    """Return the path relative to the working directory if the file is below it, else unchanged."""
    path = Path(os.path.normpath(file))
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
