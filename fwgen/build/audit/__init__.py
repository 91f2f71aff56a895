"""The audit: an ELF, whoever built it, held against the plan of a spec."""

from __future__ import annotations

from pathlib import Path

from fwgen.build.audit.finding import Finding
from fwgen.build.audit.rules import RULES, check_all
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Elf
from fwgen.build.sizes import plan_or_nominal
from fwgen.plan.model import Plan

__all__ = ["RULES", "Finding", "Subject", "audit", "examine"]


def audit(path: Path, plan: Plan) -> list[Finding]:
    """Raises ElfError for a file that is no ELF for the M33."""
    return examine(subject_of(path, plan))


def subject_of(path: Path, plan: Plan) -> Subject:
    """`log: auto` in the spec means what this ELF leaves for the log."""
    elf = Elf(path)
    elf.symbols  # noqa: B018  a stripped ELF is told at once
    return Subject(elf, plan_or_nominal(plan, elf))


def examine(subject: Subject) -> list[Finding]:
    """All that the rules find, in the rules' order, errors first."""
    found = list(check_all(subject))
    return sorted(found, key=lambda finding: finding.severity != "error")
