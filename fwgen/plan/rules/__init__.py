"""The rules that a plan has to pass: one module a group, each rule with its id.

A group's `check` looks at a draft and adds what it finds; it skips what could not be resolved,
which another rule has then told.
"""

from __future__ import annotations

from collections.abc import Callable

from fwgen.plan.draft import Draft
from fwgen.plan.rules import bus, by_hand, log, memory, pins, sleep, software, timing
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings

_GROUPS = (memory, sleep, pins, bus, timing, log, by_hand)

RULES: tuple[Rule, ...] = (
    *software.RULES,
    *(rule for group in _GROUPS for rule in group.RULES),
)

_CHECKS: tuple[Callable[[Draft, Findings], None], ...] = tuple(group.check for group in _GROUPS)


def check_all(draft: Draft, findings: Findings) -> None:
    for check in _CHECKS:
        check(draft, findings)


__all__ = ["RULES", "Rule", "check_all"]
