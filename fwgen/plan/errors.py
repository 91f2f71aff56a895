"""The error for a spec that breaks a rule of the plan."""

from __future__ import annotations

from fwgen.spec.diagnostics import DiagnosticErrors


class PlanErrors(DiagnosticErrors):
    """The spec breaks rules of the plan; `diagnostics` holds all of them."""
