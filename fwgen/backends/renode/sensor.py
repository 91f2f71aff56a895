"""The emulated sensor; each sensor's `renode.py` wires it, drives it, and says what it measured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fwgen.backends.renode.machine import Machine
from fwgen.backends.renode.vcd import Wire
from fwgen.facets import facet
from fwgen.record import Ints, Taken
from fwgen.sensor import Condition, Scene

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor


@dataclass(frozen=True)
class Boot:
    """One boot of the firmware. `clock_ns`: when its clock began; `ended_ns`: None if it still
    runs."""

    number: int
    clock_ns: int
    ended_ns: int | None = None


@dataclass(frozen=True)
class Seen:
    """`jitter_us`: measurement minus schedule, for each one, without the clocks' drift."""

    taken: Taken
    jitter_us: Ints


class EmulatedSensor(ABC):
    """The sensor of a running machine; times in nanoseconds of the machine."""

    scene: Scene

    @abstractmethod
    def show(self, scene: Scene) -> None:
        """Let the sensor see this scene from now on."""

    @abstractmethod
    def set_condition(self, condition: Condition) -> None: ...

    @property
    @abstractmethod
    def first_ns(self) -> int | None:
        """When the firmware first measured; None: not yet."""

    @property
    @abstractmethod
    def measurements(self) -> int: ...

    @abstractmethod
    def seen(
        self, boots: Sequence[Boot], delivered: tuple[Ints, Ints, Ints], zero_ns: int, end_ns: int
    ) -> Seen:
        """Return the samples that the firmware must have taken before `end_ns`, numbered from 0.
        The times in `boots` count from `zero_ns`. `delivered`: boot and device time in us of the
        delivered samples."""

    def record_edges(self) -> None:  # noqa: B027 (a sensor may have no lines)
        """Record every edge of the sensor's lines from now on."""

    def wires(self, zero_ns: int) -> list[Wire]:
        """Return the lines' recorded edges."""
        return []


class SensorEmulation(ABC):
    @abstractmethod
    def repl(self, sensor: PlannedSensor) -> list[str]:
        """Return the lines of the platform that wire the sensor, without its bus. Its part that
        the backend speaks to is `part_name(sensor)`."""

    @abstractmethod
    def on(
        self, machine: Machine, plan: Plan, sensor: PlannedSensor, scene: Scene
    ) -> EmulatedSensor: ...


def part_name(sensor: PlannedSensor) -> str:
    """Return the name of the sensor's part on the emulated board."""
    return f"sensor{sensor.number or ''}"


def emulation_of(sensor_type: str) -> SensorEmulation:
    return facet(sensor_type, "renode", SensorEmulation)
