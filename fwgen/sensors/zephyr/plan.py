"""The figures that the plan derives for the sensor."""

from __future__ import annotations

from typing import Final

from fwgen.plan.density import Density
from fwgen.plan.sensor import SensorPlan, SensorPlanner
from fwgen.sensors.zephyr.bus import longest_us
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.spec.sensor import SensorPart

_BYTES: Final = 0.5
_MEASURED: Final = "an estimate: half a byte a channel, as of a temperature that drifts slowly"


class _Planner(SensorPlanner):
    def plan(self, sensor: SensorPart) -> SensorPlan:
        """At the end of the period a measurement counts as failed."""
        density = Density(_BYTES * len(part_of(sensor).channel_parts), _MEASURED, "slow signal")
        return SensorPlan(sensor.period_us, density)

    def longest_transfer_us(self, sensor: SensorPart, bus_hz: int) -> int:
        return longest_us(part_of(sensor), bus_hz)


def part_of(sensor: SensorPart) -> ZephyrSensor:
    """Return the section of such a sensor."""
    assert isinstance(sensor, ZephyrSensor)
    return sensor


SENSOR = _Planner()
