"""The result of a build, and the tools that built it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fwgen.build.audit.finding import Finding
from fwgen.build.audit.report import passed
from fwgen.build.audit.subject import Subject
from fwgen.build.find import Toolchain, Zephyr
from fwgen.plan.model import Plan


@dataclass(frozen=True)
class Tools:
    zephyr: Zephyr
    python: Path
    toolchain: Toolchain


@dataclass(frozen=True)
class Built:
    """`elf`: the ELF for the user, or the one in the build tree if it failed the audit.
    `passes`: how often it was linked until the log had its size. `compiled`: the objects that this
    build compiled. `steps`: of ninja."""

    elf: Path
    subject: Subject
    findings: list[Finding]
    tools: Tools
    passes: int
    compiled: tuple[str, ...]
    steps: int

    @property
    def plan(self) -> Plan:
        return self.subject.plan

    @property
    def passed(self) -> bool:
        return passed(self.findings)
