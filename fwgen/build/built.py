"""The result of a build, and what it was made with."""

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
    """`elf`: for the user; of an ELF that failed the audit it is the one in the build tree.
    `passes`: links that it took to size the log. `compiled`: objects built anew."""

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
