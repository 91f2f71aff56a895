"""The sensor's values in the generated application."""

from __future__ import annotations

from fwgen.generate.sensor import SensorNames, c_u32
from fwgen.generate.zephyr import bus_context
from fwgen.plan.model import Plan
from fwgen.sensors.zephyr.plan import sensor_of


class _Names(SensorNames):
    def names(self, plan: Plan) -> dict[str, object]:
        sensor = sensor_of(plan)
        assert plan.sensor_bus
        return {
            **bus_context(plan, plan.sensor_bus),
            "own_bus": plan.bus is None or plan.bus.name != plan.sensor_bus.name,
            "compatible": sensor.compatible,
            "address": f"{sensor.address:x}",
            "properties": [{"name": name, "value": value} for name, value in sensor.properties],
            "channels": [
                {
                    "zephyr": f"SENSOR_CHAN_{channel.name.upper().replace('-', '_')}",
                    "low": str(int(channel.offset * 1_000_000)),
                    "high": str(int(part.range[1].value * 1_000_000)),
                    "step": c_u32(int(channel.resolution * 1_000_000)),
                }
                for channel, part in zip(sensor.channels, sensor.channel_parts, strict=True)
            ],
        }


SENSOR = _Names()
