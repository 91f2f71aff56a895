"""A rule of the plan: id, severity and title."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.spec.diagnostics import Findings, Position, Severity


@dataclass(frozen=True)
class Rule:
    """`title`: what the rule requires, in one line."""

    id: str
    severity: Severity
    title: str

    def broken(self, findings: Findings, message: str, position: Position, hint: str = "") -> None:
        add = findings.error if self.severity == "error" else findings.warning
        add(self.id, message, position, hint)
