"""What all sensors' sections of a spec have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import Field

from fwgen.facets import facet, sensor_types
from fwgen.spec.diagnostics import Findings
from fwgen.spec.document import Document
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

    def bounds(self, channel: Channel) -> tuple[Fraction, Fraction]:
        """Return the least and the greatest valid quantity of a channel, in its unit."""
        raise NotImplementedError

    @property
    def statuses(self) -> tuple[SampleStatus, ...]:
        """What a sample may be instead of valid, except missed."""
        raise NotImplementedError

    def pin(self, use: PinUse) -> str:
        """Return the name of the pin; Rejected if it could not be read."""
        name: str = getattr(self, use.use)
        return name

    def drop_unused(self, values: dict[str, Any]) -> None:
        """Remove from the written-out values the keys that were added later and are not used, so
        that the hash of a spec without them does not change."""

    def warn(self, document: Document, findings: Findings) -> None:
        """Add warnings that do not depend on the board."""


def sensor_parts() -> dict[str, type[SensorPart]]:
    """Return the parts of all sensors by type."""
    return {name: _part(name) for name in sensor_types()}


def _part(name: str) -> type[SensorPart]:
    part = facet(name, "spec", type)
    if not issubclass(part, SensorPart):
        raise TypeError(f"{name}/spec.py: expected a subclass of SensorPart")
    return part
