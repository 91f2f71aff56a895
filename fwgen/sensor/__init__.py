"""What the sensors of a scenario see, and the interface of their models."""

from __future__ import annotations

from fwgen.sensor.model import (
    Condition,
    Instants,
    Readings,
    SensorModel,
    SimulatedSensor,
    can_be,
    copies,
    model_of,
)
from fwgen.sensor.scene import DISTANCE, Points, Scene, scenes, value_at

__all__ = [
    "DISTANCE",
    "Condition",
    "Instants",
    "Points",
    "Readings",
    "Scene",
    "SensorModel",
    "SimulatedSensor",
    "can_be",
    "copies",
    "model_of",
    "scenes",
    "value_at",
]
