"""The user's document: model, loading with positions, diagnostics, JSON Schema."""

from fwgen.spec.diagnostics import (
    Diagnostic,
    DiagnosticErrors,
    Findings,
    Position,
    Rejected,
    SpecErrors,
    render,
    render_all,
)
from fwgen.spec.load import load_spec, parse_spec
from fwgen.spec.model import Display, Link, Memory, MemoryWindow, Sleep, Spec

__all__ = [
    "Diagnostic",
    "DiagnosticErrors",
    "Display",
    "Findings",
    "Link",
    "Memory",
    "MemoryWindow",
    "Position",
    "Rejected",
    "Sleep",
    "Spec",
    "SpecErrors",
    "load_spec",
    "parse_spec",
    "render",
    "render_all",
]
