"""Faults of the display's bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fwgen.plan.model import Plan


def why_no_bus(plan: Plan) -> str:
    """Return why the display's bus cannot be disturbed; "": it can."""
    if plan.bus is None or plan.spec.display is None:
        return "the spec has no display"
    if any(sensor.bus and sensor.bus.name == plan.bus.name for sensor in plan.sensors):
        return "a sensor is on the display's bus: use `mute-sensor`"
    return ""
