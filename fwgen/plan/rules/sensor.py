"""The rules of each sensor, which are in its `rules.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from fwgen.facets import facet, sensor_types
from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings


class SensorRules(ABC):
    """`rules`: all that `check` examines."""

    rules: tuple[Rule, ...]

    @abstractmethod
    def check(self, draft: Draft, findings: Findings) -> None:
        """Add what is wrong with the sensor's section; raise Rejected for unreadable values."""


def _of(sensor_type: str) -> SensorRules:
    return facet(sensor_type, "rules", SensorRules)


def _check_sensor(draft: Draft, findings: Findings) -> None:
    _of(draft.spec.sensor.TYPE).check(draft, findings)


def sensor_rules() -> tuple[Rule, ...]:
    """Return the rules of all sensors."""
    return tuple(rule for name in sensor_types() for rule in _of(name).rules)


RULES: tuple[Rule, ...] = ()  # see sensor_rules: the sensors' modules import this room

CHECKS = (_check_sensor,)
