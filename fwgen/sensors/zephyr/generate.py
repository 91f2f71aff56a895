"""The sensor's values in the generated application."""

from __future__ import annotations

from fwgen.generate.sensor import SensorNames, c_u64
from fwgen.generate.zephyr import bus_context
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.spec import Property


class _Names(SensorNames):
    def names(self, plan: Plan, sensor: PlannedSensor) -> dict[str, object]:
        part = part_of(sensor.part)
        assert sensor.bus
        users = [plan.bus.name] if plan.bus else []
        users += [one.bus.name for one in plan.sensors[: sensor.number] if one.bus]
        shared = sensor.waits.longest_us > 0
        parent = f"fwgen_bus_{sensor.number}"
        return {
            **bus_context(plan, sensor.bus),
            "own_bus": sensor.bus.name not in users,
            "shared": shared,
            "parent": parent if shared else bus_context(plan, sensor.bus)["bus"],
            "parent_node": parent.replace("_", "-"),
            "compatible": part.compatible,
            "address": f"{part.address:x}",
            "properties": [
                _property(name, value) for name, value in part.properties if value is not False
            ],
            "channels": [
                {
                    "zephyr": f"SENSOR_CHAN_{channel.name.upper().replace('-', '_')}",
                    "low": str(int(channel.offset * 1_000_000)),
                    "high": str(int(written.range[1].value * 1_000_000)),
                    "step": c_u64(int(channel.resolution * 1_000_000)),
                }
                for channel, written in zip(part.channels, part.channel_parts, strict=True)
            ],
        }


def _property(name: str, value: Property) -> str:
    """Return a property as a device tree has it."""
    if value is True:
        return name
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name} = "{text}"'
    return f"{name} = <{value}>" if value >= 0 else f"{name} = <({value})>"


SENSOR = _Names()
