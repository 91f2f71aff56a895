"""The model of a sensor; each sensor's `model.py` implements it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fwgen.facets import facet, sensor_types
from fwgen.sensor.chance import Ints
from fwgen.sensor.scene import Scene
from fwgen.series import Words

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor


class Condition(StrEnum):
    """As in `scenario.board.Board.set_sensor`. `HELD`: the sensor holds its line, as if a
    measurement never ended. `STUCK`: it gives the value of the first measurement after it, again
    and again. The others: see docs/scenarios.md, `disturb-sensor`."""

    WELL = ""
    MUTE = "mute"
    HELD = "hold"
    STUCK = "stuck"
    SPIKES = "spikes"
    LONG_ECHO = "long-echo"
    HOLDS_LINE = "holds-line"


@dataclass(frozen=True)
class Instants:
    """When the firmware measures. `at_us`: on one clock over all calls, in order. `t_ms`: since the
    first measurement of the run. `late_us`: by index, how much later than that."""

    at_us: Ints
    t_ms: Ints
    late_us: Mapping[int, int]


@dataclass(frozen=True)
class Readings:
    """`given`: what the sensor gives the firmware, a row each, as its host_sensor.c reads it.
    `words`: the samples that the firmware must report. `waits_us`: for how long each measurement
    waits for something else; empty: none does."""

    given: NDArray[np.uint32]
    words: Words
    waits_us: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class SimulatedSensor(ABC):
    """A sensor of the simulated M33. `scene` and `condition` may change between two calls."""

    scene: Scene
    condition: Condition = Condition.WELL

    @abstractmethod
    def read(self, instants: Instants) -> Readings: ...


class SensorModel(ABC):
    """`copies`: the copies of the sensor that a scenario may name. `conditions`: those in which it
    can be. `hears_echoes`: a scenario's `distance`, `noise` and `air` are said of it."""

    copies: tuple[str, ...] = ()
    hears_echoes: bool = False
    conditions: tuple[Condition, ...] = (Condition.WELL, Condition.MUTE, Condition.HELD)

    @abstractmethod
    def units(self) -> Mapping[str, str]:
        """Return the unit of each channel that such a sensor may have, by name."""

    @abstractmethod
    def usual(self, sensor: PlannedSensor) -> Mapping[str, str]:
        """Return what each channel sees where nobody says it, as in a scenario: `20 °C`."""

    @abstractmethod
    def simulated(self, sensor: PlannedSensor, scene: Scene) -> SimulatedSensor: ...

    @abstractmethod
    def truth(self, sensor: PlannedSensor, scene: Scene) -> Sequence[NDArray[np.float64]]:
        """Return for each channel the corners of what it should show, as rows of seconds and values
        in the channel's unit."""


def model_of(sensor_type: str) -> SensorModel:
    return facet(sensor_type, "model", SensorModel)


def can_be(sensor: PlannedSensor, condition: Condition) -> bool:
    """Return whether a sensor can be in this condition."""
    return condition in model_of(sensor.part.TYPE).conditions


def named_sensors(plan: Plan, name: str) -> list[PlannedSensor]:
    """Return the sensors that have this name; "": all."""
    return [sensor for sensor in plan.sensors if name in ("", sensor.name)]


def channel_units() -> dict[str, str]:
    """Return the units of the channels of all sensors, for scenarios. A distance has one of its
    units."""
    return {name: unit for kind in sensor_types() for name, unit in model_of(kind).units().items()}


def copies() -> tuple[str, ...]:
    """Return the copies of all sensors, for scenarios."""
    return tuple(copy for name in sensor_types() for copy in model_of(name).copies)
