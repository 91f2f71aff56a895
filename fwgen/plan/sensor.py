"""The figures that the plan needs of a sensor; each sensor's `plan.py` derives them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from fwgen.facets import facet
from fwgen.plan.density import Density
from fwgen.spec.sensor import SensorPart


@dataclass(frozen=True)
class SensorPlan:
    """What is derived for a sensor; a sensor may add its own figures.

    `measures_us`: the longest time from a sample's schedule until the sensor has given it.
    `density`: of the log with this sensor.
    """

    measures_us: int
    density: Density

    def figures(self) -> dict[str, int]:
        """Return the figures for `check --json`; their names carry the unit."""
        return {}


class SensorPlanner(ABC):
    @abstractmethod
    def plan(self, sensor: SensorPart) -> SensorPlan:
        """Return the figures of a sensor's section, also of one that breaks the rules."""

    def longest_transfer_us(self, sensor: SensorPart, bus_hz: int) -> int:
        """Return the time of a measurement's longest transfer on the sensor's bus; 0: without
        one."""
        return 0


def longest_transfer_us(sensor: SensorPart, bus_hz: int) -> int:
    return facet(sensor.TYPE, "plan", SensorPlanner).longest_transfer_us(sensor, bus_hz)


def sensor_plan(sensor: SensorPart) -> SensorPlan:
    return facet(sensor.TYPE, "plan", SensorPlanner).plan(sensor)
