"""What a rule is known by."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.spec.diagnostics import Findings, Position, Severity


@dataclass(frozen=True)
class Rule:
    """`title` says in a line what the rule demands."""

    id: str
    severity: Severity
    title: str

    def broken(self, findings: Findings, message: str, position: Position, hint: str = "") -> None:
        tell = findings.error if self.severity == "error" else findings.warning
        tell(self.id, message, position, hint)
