"""The audit: checks an ELF, built by fwgen or not, against the plan of a spec."""

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
    """Return all findings, errors first. Raises ElfError if the file is not an ELF for the M33."""
    return examine(subject_of(path, plan))


def subject_of(path: Path, plan: Plan) -> Subject:
    """Return the ELF and the plan; with `log: auto` the log takes what this ELF leaves free.

    Raises ElfError, also for a stripped ELF.
    """
    elf = Elf(path)
    elf.symbols  # noqa: B018  raises ElfError for a stripped ELF
    return Subject(elf, plan_or_nominal(plan, elf))


def examine(subject: Subject) -> list[Finding]:
    """Return all findings in the order of the rules, errors first."""
    found = list(check_all(subject))
    return sorted(found, key=lambda finding: finding.severity != "error")
