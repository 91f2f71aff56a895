"""The rules of each sensor, which are in its `rules.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress

from fwgen.facets import facet, sensor_types
from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, Rejected
from fwgen.spec.sensor import SensorPart


class SensorRules(ABC):
    """`rules`: all that `check` examines."""

    rules: tuple[Rule, ...]

    @abstractmethod
    def check(self, draft: Draft, sensor: SensorPart, findings: Findings) -> None:
        """Add what is wrong with a sensor's section; raise Rejected for unreadable values."""


def _of(sensor_type: str) -> SensorRules:
    return facet(sensor_type, "rules", SensorRules)


def _check_sensors(draft: Draft, findings: Findings) -> None:
    for sensor in draft.spec.sensors:
        with suppress(Rejected):
            _of(sensor.TYPE).check(draft, sensor, findings)


def sensor_rules() -> tuple[Rule, ...]:
    """Return the rules of all sensors."""
    return tuple(rule for name in sensor_types() for rule in _of(name).rules)


TWO = Rule("two-sensors", "error", "two sensors of this kind can work together")

RULES = (TWO,)  # see also sensor_rules: the sensors' modules import this room


def _check_two(draft: Draft, findings: Findings) -> None:
    first, *others = draft.spec.sensors
    for second in others:
        if first.TYPE == second.TYPE and first.ALONE:
            TWO.broken(
                findings,
                f"`{first.name}` and `{second.name}` cannot work together: {first.ALONE}",
                draft.spec.where_in(second, "type"),
                "choose another type for one of them",
            )


CHECKS = (_check_sensors, _check_two)
