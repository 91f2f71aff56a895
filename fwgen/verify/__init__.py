"""Checks the user's compiled device trees against the spec, the ELF and each other."""

from __future__ import annotations

from pathlib import Path

from fwgen.build.elf import Elf
from fwgen.build.sizes import plan_or_nominal
from fwgen.plan.model import Plan
from fwgen.verify.finding import Finding
from fwgen.verify.rules import check_all
from fwgen.verify.subject import Subject
from fwgen.verify.tree import load_tree

__all__ = ["examine", "subject_of"]


def subject_of(
    plan: Plan, linux: Path | None = None, optee: Path | None = None, elf: Path | None = None
) -> Subject:
    """Read the files. Raises TreeError for a file that is not a DTB, ElfError for a bad ELF."""
    firmware = Elf(elf) if elf else None
    return Subject(
        plan=plan_or_nominal(plan, firmware) if firmware else plan,
        linux=load_tree(linux) if linux else None,
        optee=load_tree(optee) if optee else None,
        elf=firmware,
    )


def examine(subject: Subject) -> list[Finding]:
    """Return all findings in the order of the rules, errors first."""
    found = list(check_all(subject))
    return sorted(found, key=lambda finding: finding.severity != "error")
