"""What all sensors' sections of a spec have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from fwgen.facets import facet, sensor_types
from fwgen.spec.diagnostics import Findings
from fwgen.spec.document import Document, PathStep
from fwgen.spec.kinds import Key, Part, Period, Word
from fwgen.wire.channel import Channel
from fwgen.wire.sample import SampleStatus

PIN = Word(
    r"P[A-Z](?:[0-9]|1[0-5])",
    "a pin (`P`, the port's letter, a number from 0 to 15)",
    "PG5",
    "bad-pin",
    lambda text: text.upper().replace("_", "").replace("-", ""),
)


NAME = Word(
    r"(?=.{1,24}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
    "a sensor's name (a-z, 0-9 and `-`, beginning with a letter, at most 24 characters)",
    "climate",
    "bad-name",
    lambda text: "-".join(text.lower().replace("_", " ").replace("-", " ").split()),
)


@dataclass(frozen=True)
class PinUse:
    """A pin of the sensor. `use`: its key in the spec, which is also the attribute.

    `interrupt`: the pin needs its EXTI line. `note`: what to know when wiring it.
    """

    use: str
    interrupt: bool = False
    note: str = ""


class SensorPart(Part):
    """A sensor and how often it measures; each sensor has its own part with its own keys."""

    TYPE: ClassVar[str]
    """`type`, also of a part that could not be read."""

    PINS: ClassVar[tuple[PinUse, ...]] = ()

    ALONE: ClassVar[str] = ""
    """Why a node cannot have two sensors of this type; "": it can."""

    name: str = ""
    """Which of two sensors it is; "": there is only this one."""

    type: str
    period_us: Annotated[
        int,
        Key("period"),
        Period("1 ms", "1 h", example="60 ms"),
        Field(description="Time from one sample to the next."),
    ]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What a sample has, in the order of the record."""
        raise NotImplementedError

    @property
    def on_bus(self) -> str | None:
        """The name of the sensor's I2C bus; None: it has none."""
        return None

    @property
    def bus_address(self) -> int | None:
        """Its address on that bus."""
        return None

    def bounds(self, channel: Channel) -> tuple[Fraction, Fraction]:
        """Return the least and the greatest valid quantity of a channel, in its unit."""
        raise NotImplementedError

    @property
    def zephyr_driver(self) -> str | None:
        """The `compatible` of the driver of Zephyr that reads it; None: it has its own code."""
        return None

    def coarse(self, channel: Channel) -> int:
        """Return to how many units of its last decimal the display rounds a channel while Linux
        sleeps."""
        return 1

    @property
    def statuses(self) -> tuple[SampleStatus, ...]:
        """What a sample may be instead of valid, except missed."""
        raise NotImplementedError

    def pin_name(self, use: PinUse) -> str:
        """Return the name of the pin; Rejected if it could not be read."""
        name: str = getattr(self, use.use)
        return name

    def drop_unused(self, values: dict[str, Any]) -> None:
        """Remove from the written-out values the keys that were added later and are not used, so
        that the hash of a spec without them does not change."""

    def warn(self, document: Document, path: tuple[PathStep, ...], findings: Findings) -> None:
        """Add warnings that do not depend on the board. `path`: of the sensor's section."""


def sensor_parts() -> dict[str, type[SensorPart]]:
    """Return the parts of all sensors by type."""
    return {name: _part(name) for name in sensor_types()}


def named_parts() -> dict[str, type[SensorPart]]:
    """Return the same with a name, for the sensors of a node that has two."""
    return {name: _named(part) for name, part in sensor_parts().items()}


@cache
def _named(part: type[SensorPart]) -> type[SensorPart]:
    name = Annotated[str, NAME, Field(description="The sensor's name, in conditions and reports.")]
    return create_model(
        f"Named{part.__name__}",
        __base__=part,
        __doc__=part.__doc__,
        __module__=__name__,
        name=(name, ...),
    )


def __getattr__(name: str) -> type[SensorPart]:
    """Return the part of a named sensor by its class's name; pickle asks for it."""
    parts = sensor_parts().values() if name.startswith("Named") else ()
    for part in parts:
        if name == f"Named{part.__name__}":
            return _named(part)
    raise AttributeError(name)


def _part(name: str) -> type[SensorPart]:
    part = facet(name, "spec", type)
    if not issubclass(part, SensorPart):
        raise TypeError(f"{name}/spec.py: expected a subclass of SensorPart")
    return part
