"""The sensor's values in the generated application."""

from __future__ import annotations

from fwgen.generate.sensor import SensorNames, c_u32
from fwgen.generate.zephyr import bus_context
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.sensors.zephyr.plan import part_of


class _Names(SensorNames):
    def names(self, plan: Plan, sensor: PlannedSensor) -> dict[str, object]:
        part = part_of(sensor.part)
        assert sensor.bus
        users = [plan.bus.name] if plan.bus else []
        users += [one.bus.name for one in plan.sensors[: sensor.number] if one.bus]
        return {
            **bus_context(plan, sensor.bus),
            "own_bus": sensor.bus.name not in users,
            "compatible": part.compatible,
            "address": f"{part.address:x}",
            "properties": [{"name": name, "value": value} for name, value in part.properties],
            "channels": [
                {
                    "zephyr": f"SENSOR_CHAN_{channel.name.upper().replace('-', '_')}",
                    "low": str(int(channel.offset * 1_000_000)),
                    "high": str(int(written.range[1].value * 1_000_000)),
                    "step": c_u32(int(channel.resolution * 1_000_000)),
                }
                for channel, written in zip(part.channels, part.channel_parts, strict=True)
            ],
        }


SENSOR = _Names()
