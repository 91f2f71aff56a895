"""The figures that the plan derives for it."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.plan.density import reference_density
from fwgen.plan.model import Plan
from fwgen.plan.sensor import SensorPlan, SensorPlanner
from fwgen.sensors.hc_sr04 import times
from fwgen.sensors.hc_sr04.spec import HcSr04
from fwgen.spec.model import Spec


@dataclass(frozen=True)
class EchoPlan(SensorPlan):
    """`timeout_us`: after this time a measurement has no echo. `longest_us`: the echo from the
    farthest valid distance."""

    timeout_us: int
    longest_us: int

    def figures(self) -> dict[str, int]:
        return {"echo_timeout_us": self.timeout_us, "echo_longest_us": self.longest_us}


class _Planner(SensorPlanner):
    def plan(self, spec: Spec) -> EchoPlan:
        sensor = part_of(spec)
        period_us, air = sensor.period_us, sensor.air_decicelsius
        farthest_mm = sensor.range_mm[1]
        timeout_us = times.echo_timeout_us(period_us, farthest_mm, air)
        longest_us = times.echo_us(farthest_mm, air)
        return EchoPlan(max(timeout_us, longest_us), reference_density(), timeout_us, longest_us)


def part_of(spec: Spec) -> HcSr04:
    """Return the sensor's section of a spec with this sensor."""
    assert isinstance(spec.sensor, HcSr04)
    return spec.sensor


def figures_of(plan: Plan) -> EchoPlan:
    """Return the figures of a plan with this sensor."""
    assert isinstance(plan.sensor, EchoPlan)
    return plan.sensor


SENSOR = _Planner()
