"""The audit's rules. Each module has a group of them: `RULES` and `check(subject)`."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Rule
from fwgen.build.audit.rules import (
    ddr_pointers,
    log,
    remoteproc,
    resource_table,
    segments,
    shared,
    stacks,
    vectors,
)
from fwgen.build.audit.subject import Subject

_GROUPS = (segments, remoteproc, vectors, resource_table, log, shared, ddr_pointers, stacks)

RULES: tuple[Rule, ...] = tuple(rule for group in _GROUPS for rule in group.RULES)


def check_all(subject: Subject) -> Iterator[Finding]:
    for group in _GROUPS:
        yield from group.check(subject)
