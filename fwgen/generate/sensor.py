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
    kind = sensor.part.TYPE
    folder = f"app/src/sensors/{sensor_folder(kind).name}"
    parts = {name: f"{folder}/{name}.part.j2" for name in ("overlay", "conf")}
    return {**parts, **facet(kind, "generate", SensorNames).names(plan, sensor)}


def c_bool(value: bool) -> str:
    """Return a truth value in C's syntax."""
    return "true" if value else "false"


def c_u32(value: int) -> str:
    """Return a number in C's syntax."""
    return f"{value}u"


def cells_of(pin: PinPlan) -> str:
    """Return the device-tree cells of a pin."""
    return f"&{pin.gpio_node} {pin.number}"
