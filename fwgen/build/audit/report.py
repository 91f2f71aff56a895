"""The audit's result as one JSON document, and as text."""

from __future__ import annotations

import os
from typing import Any

from fwgen.build.audit.finding import Finding, render_all
from fwgen.build.audit.rules import RULES
from fwgen.build.audit.subject import Subject
from fwgen.build.sizes import used_bytes
from fwgen.plan.words import size

FORMAT = 1


def passed(findings: list[Finding]) -> bool:
    return not any(finding.severity == "error" for finding in findings)


def to_json(subject: Subject, findings: list[Finding]) -> dict[str, Any]:
    """Return the JSON document; addresses and sizes are numbers, sizes in bytes."""
    elf, plan = subject.elf, subject.plan
    return {
        "fwgen-audit": FORMAT,
        "elf": str(elf.path),
        "spec": {
            "name": plan.spec.name,
            "file": plan.spec.source.path if plan.spec.source else "",
            "hash": plan.spec.spec_hash.hex(),
        },
        "board": plan.board.name,
        "ok": passed(findings),
        "findings": [finding.to_json() for finding in findings],
        "rules": {rule.id: rule.title for rule in RULES},
        "entry": elf.entry,
        "segments": [
            {
                "start": segment.start,
                "size_bytes": segment.size_bytes,
                "load_start": segment.load_start,
                "file_bytes": segment.file_bytes,
                "sections": [section.name for section in elf.sections_of(segment)],
            }
            for segment in elf.segments
        ],
        "windows": {
            window.name: {
                "start": window.start,
                "size_bytes": window.size_bytes,
                "used_bytes": used_bytes(elf, window),
            }
            for window in subject.windows
        },
        "log": {"start": plan.log.start, "size_bytes": plan.log.size_bytes},
        "stacks": [
            {
                "name": stack.name,
                "start": stack.start,
                "size_bytes": stack.size_bytes,
                "known_need_bytes": stack.needed_bytes or None,
            }
            for stack in subject.stacks.all
        ],
    }


def to_text(subject: Subject, findings: list[Finding]) -> str:
    """Return the findings and a last line with the result."""
    elf, name = subject.elf, os.path.relpath(subject.elf.path)
    name = str(elf.path) if name.startswith("..") else name
    if passed(findings):
        used = ", ".join(f"{w.name} {size(used_bytes(elf, w))}" for w in subject.windows)
        verdict = (
            f"{name}: passed {len(RULES)} rules for {subject.plan.spec.name} on the "
            f"{subject.plan.board.title}: {used}, log {size(subject.plan.log.size_bytes)}"
        )
    else:
        broken = len({finding.rule_id for finding in findings if finding.severity == "error"})
        verdict = f"{name}: failed {broken} of {len(RULES)} rules"
    text = render_all(findings, name)
    return f"{text}\n\n{verdict}" if text else verdict
