"""The rules that a plan must pass: one module per group, each rule with its id.

Each of a group's CHECKS examines a draft and adds diagnostics. It skips what could not be resolved,
because another rule reports that, and raises Rejected if it needs a value that could not be read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fwgen.plan.draft import Draft
from fwgen.plan.rules import (
    bus,
    by_hand,
    log,
    memory,
    pins,
    rings,
    screen,
    sensor,
    sleep,
    software,
    timing,
    wake,
)
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, Rejected

_GROUPS = (memory, rings, sleep, pins, bus, screen, sensor, timing, log, wake, by_hand)

_RULES: tuple[Rule, ...] = (
    *software.RULES,
    *(rule for group in _GROUPS for rule in group.RULES),
)

_CHECKS: tuple[Callable[[Draft, Findings], None], ...] = tuple(
    check for group in _GROUPS for check in group.CHECKS
)


def all_rules() -> tuple[Rule, ...]:
    """Return the rules of the plan and those of all sensors."""
    return *_RULES, *sensor.sensor_rules()


def check_all(draft: Draft, findings: Findings) -> None:
    for check in _CHECKS:
        with suppress(Rejected):
            check(draft, findings)


__all__ = ["Rule", "all_rules", "check_all"]
