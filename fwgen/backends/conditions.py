"""Which sensors of a run are disturbed, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fwgen.errors import InputError
from fwgen.sensor import Condition, can_be, named_sensors

if TYPE_CHECKING:
    from fwgen.plan.model import Plan


class Conditions:
    """The condition of each sensor of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.of = [Condition.WELL for _ in plan.sensors]
        """By the sensor's number."""
        self._since_us = [-1 for _ in plan.sensors]

    @property
    def shown(self) -> list[Condition]:
        """By the sensor's number, what it does: while one sensor holds an I2C bus, no sensor on
        this bus answers."""
        sensors = self._plan.sensors
        held = {
            sensor.bus.name
            for sensor, condition in zip(sensors, self.of, strict=True)
            if sensor.bus and condition is Condition.HELD
        }
        return [
            Condition.HELD if sensor.bus and sensor.bus.name in held else condition
            for sensor, condition in zip(sensors, self.of, strict=True)
        ]

    def set(self, fault: str, name: str, now_us: int) -> str:
        """Set a condition of the sensor of this name; "": of the first that can be so, or of all if
        `fault` is "". Return why that changes nothing; "": it does. A fault that ends in the
        instant in which it began has changed nothing, unless its line had an edge. Raises
        InputError if no sensor has the name."""
        condition = Condition(fault)
        sensors = named_sensors(self._plan, name)
        if not sensors:
            names = ", ".join(f"`{sensor.name}`" for sensor in self._plan.sensors if sensor.name)
            hint = f"its sensors: {names}" if names else "it has one sensor: remove `sensor`"
            raise InputError(f"the spec has no sensor `{name}`", hint)
        sensors = [sensor for sensor in sensors if can_be(sensor, condition)]
        if condition != Condition.WELL:
            sensors = sensors[:1]
        if not sensors:
            return f"this sensor has no fault `{fault}`"
        changed = [sensor.number for sensor in sensors if self.of[sensor.number] != condition]
        at_once = all(
            self._since_us[number] == now_us and self.of[number] != Condition.HELD
            for number in changed
        )
        for number in changed:
            self.of[number], self._since_us[number] = condition, now_us
        if changed and condition == Condition.WELL and at_once:
            return "the sensor's fault began in the same instant"
        if changed:
            return ""
        return "the sensor is already so" if condition else "the sensor already works"
