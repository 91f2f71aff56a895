"""A spec that cannot be planned."""

from __future__ import annotations

from fwgen.spec.diagnostics import DiagnosticErrors


class PlanErrors(DiagnosticErrors):
    """What the plan's rules found; all of it, not the first only."""
