"""What the sensors of a scenario see, and the interface of their models."""

from __future__ import annotations

from fwgen.sensor.model import (
    Condition,
    Instants,
    Readings,
    SensorModel,
    SimulatedSensor,
    can_be,
    channel_units,
    copies,
    model_of,
    named_sensors,
)
from fwgen.sensor.scene import DISTANCE, SECOND, Points, Scene, value_at

__all__ = [
    "DISTANCE",
    "SECOND",
    "Condition",
    "Instants",
    "Points",
    "Readings",
    "Scene",
    "SensorModel",
    "SimulatedSensor",
    "can_be",
    "channel_units",
    "copies",
    "model_of",
    "named_sensors",
    "value_at",
]
