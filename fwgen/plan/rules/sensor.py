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

SAME = Rule("sensors-same-address", "error", "two sensors on a bus have different addresses")

RULES = (TWO, SAME)  # see also sensor_rules: the sensors' modules import this room


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


def _check_addresses(draft: Draft, findings: Findings) -> None:
    first, *others = draft.spec.sensors
    for second in others:
        same = (first.on_bus, first.bus_address) == (second.on_bus, second.bus_address)
        if same and first.on_bus and first.bus_address is not None:
            SAME.broken(
                findings,
                f"`{first.name}` has the address 0x{first.bus_address:02x} on {first.on_bus} too",
                draft.spec.where_in(second, "address"),
                "set another address on one of them, or use another bus",
            )


CHECKS = (_check_sensors, _check_two, _check_addresses)
