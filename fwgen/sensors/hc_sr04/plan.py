"""The figures that the plan derives for it."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.plan.density import reference_density
from fwgen.plan.model import PlannedSensor
from fwgen.plan.sensor import SensorPlan, SensorPlanner
from fwgen.sensors.hc_sr04 import times
from fwgen.sensors.hc_sr04.spec import HcSr04
from fwgen.spec.sensor import SensorPart


@dataclass(frozen=True)
class EchoPlan(SensorPlan):
    """`timeout_us`: after this time a measurement has no echo. `longest_us`: the echo from the
    farthest valid distance."""

    timeout_us: int
    longest_us: int

    def figures(self) -> dict[str, int]:
        return {"echo_timeout_us": self.timeout_us, "echo_longest_us": self.longest_us}


class _Planner(SensorPlanner):
    def plan(self, sensor: SensorPart) -> EchoPlan:
        part = part_of(sensor)
        period_us, air = part.period_us, part.air_decicelsius
        farthest_mm = part.range_mm[1]
        timeout_us = times.echo_timeout_us(period_us, farthest_mm, air)
        longest_us = times.echo_us(farthest_mm, air)
        return EchoPlan(max(timeout_us, longest_us), reference_density(), timeout_us, longest_us)


def part_of(sensor: SensorPart) -> HcSr04:
    """Return the section of such a sensor."""
    assert isinstance(sensor, HcSr04)
    return sensor


def figures_of(sensor: PlannedSensor) -> EchoPlan:
    """Return the figures of such a sensor."""
    assert isinstance(sensor.figures, EchoPlan)
    return sensor.figures


SENSOR = _Planner()
