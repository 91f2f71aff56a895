"""The names for the templates of a sensor's folder; each sensor's `generate.py` adds its own.

`overlay` and `conf` are the parts that the application's overlay and prj.conf include.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fwgen.facets import facet, sensor_folder

if TYPE_CHECKING:
    from fwgen.plan.model import PinPlan, Plan, PlannedSensor


class SensorNames(ABC):
    @abstractmethod
    def names(self, plan: Plan, sensor: PlannedSensor) -> dict[str, object]:
        """Return the values of the group `sensor` in templates, as text for the output."""


def sensor_context(plan: Plan, sensor: PlannedSensor) -> dict[str, object]:
    """Return the group `sensor`."""
    kind = sensor.part.TYPE
    folder = f"app/src/sensors/{sensor_folder(kind).name}"
    parts = {name: f"{folder}/{name}.part.j2" for name in ("overlay", "conf")}
    label = f"fwgen_sensor{_number(sensor)}"
    return {**parts, "label": label, **facet(kind, "generate", SensorNames).names(plan, sensor)}


def generated_folder(sensor: PlannedSensor) -> str:
    """Return the name of the folder with the sensor's sources in the application."""
    return f"{sensor_folder(sensor.part.TYPE).name}{_number(sensor)}"


def source_head(sensor: PlannedSensor) -> bytes:
    """Return the first lines of the sensor's C files, see own.h; nothing for a single sensor."""
    return f"#define SENSOR_STREAM {sensor.number}\n".encode() if sensor.name else b""


def _number(sensor: PlannedSensor) -> str:
    return f"_{sensor.number}" if sensor.name else ""


def c_bool(value: bool) -> str:
    """Return a truth value in C's syntax."""
    return "true" if value else "false"


def c_u32(value: int) -> str:
    """Return a number in C's syntax. Raises ValueError for one that C would cut."""
    return f"{_within(value, 0, 1 << 32)}u"


def c_u64(value: int) -> str:
    """Return a number in C's syntax. Raises ValueError for one that C would cut."""
    return f"{_within(value, 0, 1 << 64)}ull"


def c_i32(value: int) -> str:
    """Return a number in C's syntax. Raises ValueError for one that C would cut."""
    return str(_within(value, -(1 << 31), 1 << 31))


def _within(value: int, least: int, end: int) -> int:
    if not least <= value < end:
        raise ValueError(f"expected a number from {least} to {end - 1}, found {value}")
    return value


def cells_of(pin: PinPlan) -> str:
    """Return the device-tree cells of a pin."""
    return f"&{pin.gpio_node} {pin.number}"
