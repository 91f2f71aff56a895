"""What the audit found, each with its place in the ELF and the source, and the way out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Place:
    """What is known of where; `file` as the compiler wrote it, `line` 0 if it is not known."""

    address: int | None = None
    section: str = ""
    symbol: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """`0x0A043A1C in stray, src/display.c:42`; '' if nothing is known."""
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
    """`title` says in a line what the rule demands."""

    id: str
    title: str
    severity: Severity = "error"

    def broken(self, message: str, place: Place | None = None, hint: str = "") -> Finding:
        return Finding(self.id, self.severity, message, place or Place(), hint)


def render(finding: Finding, file: str) -> str:
    """The finding as people read it, without a final newline."""
    lines = [f"{file}: {finding.severity}[{finding.rule_id}]: {finding.message}"]
    place = str(finding.place)
    if place:
        lines.append(f"    at {place}")
    if finding.hint:
        lines.append(f"help: {finding.hint}")
    return "\n".join(lines)


def render_all(findings: Iterable[Finding], file: str) -> str:
    """All of them, an empty line between, and how many there are."""
    found = list(findings)
    blocks = [render(finding, file) for finding in found]
    counts = [(n, sum(f.severity == n for f in found)) for n in ("error", "warning")]
    if len(found) > 1:
        blocks.append(
            ", ".join(f"{count} {name}{'s'[: count > 1]}" for name, count in counts if count)
        )
    return "\n\n".join(blocks)


def near(file: str | Path) -> str:
    """The path from here, if the file lies below; else as it is."""
    path = Path(os.path.normpath(file))
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
