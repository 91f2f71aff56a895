"""The figures that the plan derives for the sensor."""

from __future__ import annotations

from typing import Final

from fwgen.plan.density import Density
from fwgen.plan.model import Plan
from fwgen.plan.sensor import SensorPlan, SensorPlanner
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.spec.model import Spec

_BYTES: Final = 0.5
_MEASURED: Final = "an estimate: half a byte a channel, as of a temperature that drifts slowly"


class _Planner(SensorPlanner):
    def plan(self, spec: Spec) -> SensorPlan:
        """At the end of the period a measurement counts as failed."""
        sensor = part_of(spec)
        density = Density(_BYTES * len(sensor.channel_parts), _MEASURED, "slow signal")
        return SensorPlan(sensor.period_us, density)


def part_of(spec: Spec) -> ZephyrSensor:
    """Return the sensor's section of a spec with this sensor."""
    assert isinstance(spec.sensor, ZephyrSensor)
    return spec.sensor


def sensor_of(plan: Plan) -> ZephyrSensor:
    return part_of(plan.spec)


SENSOR = _Planner()
