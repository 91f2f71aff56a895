"""The figures that the plan derives for the sensor."""

from __future__ import annotations

from fwgen.plan.model import Plan
from fwgen.plan.sensor import SensorPlan, SensorPlanner
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.spec.model import Spec


class _Planner(SensorPlanner):
    def plan(self, spec: Spec) -> SensorPlan:
        """At the end of the period a measurement counts as failed."""
        return SensorPlan(measures_us=part_of(spec).period_us)


def part_of(spec: Spec) -> ZephyrSensor:
    """Return the sensor's section of a spec with this sensor."""
    assert isinstance(spec.sensor, ZephyrSensor)
    return spec.sensor


def sensor_of(plan: Plan) -> ZephyrSensor:
    return part_of(plan.spec)


SENSOR = _Planner()
