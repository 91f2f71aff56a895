"""Faults of the display and its bus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fwgen.plan.model import Plan


NO_DISPLAY: Final = "the spec has no display"


def why_not_plugged(plan: Plan, plugged: bool, is_plugged: bool) -> str:
    """Return why connecting the display, or disconnecting it, changes nothing; "": it does."""
    if plan.spec.display is None:
        return NO_DISPLAY
    if plugged == is_plugged:
        return f"the display is already {'on' if plugged else 'off'}"
    return ""


def why_no_bus(plan: Plan) -> str:
    """Return why the display's bus cannot be disturbed; "": it can."""
    if plan.bus is None or plan.spec.display is None:
        return NO_DISPLAY
    if any(sensor.bus and sensor.bus.name == plan.bus.name for sensor in plan.sensors):
        return "a sensor is on the display's bus: use `mute-sensor`"
    return ""
