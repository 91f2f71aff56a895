"""The section of a sensor that a driver of Zephyr reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StrictInt, StrictStr

from fwgen.sensors.zephyr.data import MICRO, units
from fwgen.spec.diagnostics import Findings, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import (
    Choice,
    Integer,
    Key,
    Kind,
    ListOf,
    Part,
    Schema,
    Word,
    read_each,
    read_text,
)
from fwgen.spec.parts import Section, read_part
from fwgen.spec.quantity import SPELLINGS, in_unit
from fwgen.spec.sensor import SensorPart
from fwgen.wire.channel import Channel, decimal
from fwgen.wire.sample import SampleStatus

CHANNELS_MOST = 8
WIDTH_MOST = 24
TEXT_MOST = 100
_FARTHEST = 1_000_000_000  # keeps the firmware's sums far within 64 bits

Property = StrictBool | StrictInt | StrictStr

_GIVEN = re.compile(r"compatible|reg|status|label|phandle|interrupt.*|pinctrl-.*|.*-gpios?")
"""Properties that fwgen writes, or that refer to other nodes, which a property here cannot."""

_COMPATIBLE = r"(?:[a-z0-9][a-z0-9-]*,|(?=[^,]*[0-9]))[a-z0-9][A-Za-z0-9._-]*"
"""Zephyr's bindings of `lm75` and `lm77` name no maker; what has no digit either is no part."""

_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_MEASURE = re.compile(rf"({_NUMBER})\s*([^\s0-9.]\S*)")


@dataclass(frozen=True)
class Measure:
    """A number with a unit."""

    value: Fraction
    unit: str


class _Measured(Kind[Measure]):
    """A quantity in one of the units of Zephyr's channels."""

    def __init__(self, example: str) -> None:
        self.example = example

    def read(self, node: Node, findings: Findings) -> Measure:
        text = read_text(node, findings, self.example)
        found = _MEASURE.fullmatch(text)
        if not found:
            message = f"expected a number with a unit, found {quote(text)}"
            node.reject(findings, "bad-measure", message, f"write it like `{self.example}`")
        value = Fraction(found[1])
        if abs(value) > _FARTHEST or value * MICRO % 1:
            message = f"{quote(text)} is not a whole number of millionths below {_FARTHEST:,}"
            node.reject(findings, "out-of-range", message, f"write it like `{self.example}`")
        return Measure(value, SPELLINGS.get(found[2], found[2]))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": rf"^{_NUMBER}\s*\S+$", "examples": [self.example]}


class _Range(Kind[tuple[Measure, Measure]]):
    example = "[-40 °C, 85 °C]"
    _each = _Measured("-40 °C")

    def read(self, node: Node, findings: Findings) -> tuple[Measure, Measure]:
        items = list(node.items())
        if node.shape != "list" or len(items) != 2:
            found = f"a list of {len(items)}" if node.shape == "list" else f"a {node.shape}"
            message = f"expected a list of two values, found {found}".replace("a nothing", "none")
            node.reject(findings, "bad-range", message, f"write it like `{self.example}`")
        both = read_each([(item, self._each) for item in items], findings)
        same_unit = both[0].unit == both[1].unit  # else one is wrong, which the channel reports
        if same_unit and both[0].value >= both[1].value:
            message = "expected two values, the lower one first"
            node.reject(findings, "bad-range", message, f"write it like `{self.example}`")
        return both[0], both[1]

    def schema(self) -> Schema:
        return {"type": "array", "items": self._each.schema(), "minItems": 2, "maxItems": 2}


class ZephyrChannel(Part):
    """One of the sensor's channels."""

    name: Annotated[
        str,
        Key("name", example="ambient-temp"),
        Choice({name: name for name in units()}, {"temperature": "ambient-temp"}),
        Field(description="Its name in Zephyr's sensor API, such as ambient-temp or accel-x."),
    ]
    range: Annotated[
        tuple[Measure, Measure],
        _Range(),
        Field(description="Lowest and highest value that is kept; others are out of range."),
    ]
    resolution: Annotated[
        Measure, _Measured("0.01 °C"), Field(description="Step of the kept values.")
    ]

    @property
    def steps(self) -> Fraction:
        low, high = self.range
        return (high.value - low.value) / self.resolution.value

    @cached_property
    def micro(self) -> tuple[int, int, int]:
        """The range's ends and the resolution, in millionths."""
        low, high = (int(end.value * MICRO) for end in self.range)
        return low, high, int(self.resolution.value * MICRO)

    @cached_property
    def channel(self) -> Channel:
        low, _ = self.range
        most = -(-self.steps.numerator // self.steps.denominator)
        return Channel(
            self.name, units()[self.name], most.bit_length(), self.resolution.value, low.value
        )


class _Channels(Kind[tuple[ZephyrChannel, ...]]):
    _each = Section(ZephyrChannel)
    example = "[{name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.01 °C}]"

    def read(self, node: Node, findings: Findings) -> tuple[ZephyrChannel, ...]:
        channels = ListOf(_OneChannel()).read(node, findings)
        if len(channels) > CHANNELS_MOST:
            message = f"expected at most {CHANNELS_MOST} channels, found {len(channels)}"
            node.reject(findings, "too-many-channels", message, "leave out some")
        names = [channel.name for channel in channels]
        for index, name in enumerate(names):
            if name in names[:index]:
                place = node.child(index)
                assert place
                place.reject(findings, "channel-twice", f"{name} is there already", "remove it")
        return tuple(channels)

    def schema(self) -> Schema:
        return ListOf(self._each).schema()


class _OneChannel(Kind[ZephyrChannel]):
    """A channel whose values have the channel's unit."""

    example = "{name: ambient-temp, range: [-40 °C, 85 °C], resolution: 0.01 °C}"

    def read(self, node: Node, findings: Findings) -> ZephyrChannel:
        channel = read_part(node, ZephyrChannel, findings)
        unit = units()[channel.name]
        for key, measure in (
            ("range", channel.range[0]),
            ("range", channel.range[1]),
            ("resolution", channel.resolution),
        ):
            if measure.unit != unit:
                place = node.child(key) or node
                message = f"Zephyr gives {channel.name} in {unit}, found {measure.unit}"
                hint = in_unit(unit, decimal(measure.value), measure.unit)
                place.reject(findings, "wrong-unit", message, hint)
        self._check_steps(node, channel, findings)
        return channel

    def _check_steps(self, node: Node, channel: ZephyrChannel, findings: Findings) -> None:
        place = node.child("resolution") or node
        if channel.resolution.value <= 0:
            message = "expected a resolution above 0"
            hint = f"write it like `0.01 {units()[channel.name]}`"
            place.reject(findings, "bad-resolution", message, hint)
        if channel.channel.width > WIDTH_MOST:
            low, high = channel.range
            least = (high.value - low.value) / ((1 << WIDTH_MOST) - 1)
            message = (
                f"{channel.name} has {int(channel.steps):,} steps, more than {WIDTH_MOST} bits"
            )
            at_least = f"{decimal(_rounded_up(least))} {low.unit}"
            hint = f"write a resolution of at least `{at_least}`, or a closer range"
            place.reject(findings, "bad-resolution", message, hint)
        if channel.steps < 1:
            message = "expected a resolution below the width of the range"
            place.reject(findings, "bad-resolution", message, "write a smaller one")

    def schema(self) -> Schema:
        return Section(ZephyrChannel).schema()


def _rounded_up(value: Fraction) -> Fraction:
    """Return a value of at most three digits that is not less, in whole millionths."""
    unit = Fraction(1, MICRO)
    while value / unit > 999:
        unit *= 10
    return -(-value // unit) * unit


class _Property(Kind[Property]):
    """A whole number, a flag (`true`, `false`) or a text."""

    example = "100"
    _number = Integer(-0x8000_0000, 0xFFFF_FFFF, "100")

    def read(self, node: Node, findings: Findings) -> Property:
        text = read_text(node, findings, self.example)
        if node.plain and text in ("true", "false"):
            return text == "true"
        if node.plain and text.lower() in ("true", "false", "on", "off", "yes", "no"):
            message = f"expected `true` or `false` for a flag, found {quote(text)}"
            node.reject(findings, "bad-property", message, f'write `true`, or a text: `"{text}"`')
        if node.plain and re.match("[+-]?[.]?[0-9]", text):
            return self._number.read(node, findings)
        if not text.isprintable() or len(text) > TEXT_MOST:
            message = f"{quote(text)} is not one line of at most {TEXT_MOST} characters"
            node.reject(findings, "bad-property", message, 'write one line, like `"text"`')
        return text

    def schema(self) -> Schema:
        text: Schema = {"type": "string", "maxLength": TEXT_MOST}
        return {"anyOf": [self._number.schema(), {"type": "boolean"}, text]}


class _Properties(Kind[tuple[tuple[str, Property], ...]]):
    """Further properties of the sensor's node."""

    example = "{odr: 100}"
    _value = _Property()

    def read(self, node: Node, findings: Findings) -> tuple[tuple[str, Property], ...]:
        if node.shape != "mapping":
            message = f"expected a mapping, found a {node.shape}"
            node.reject(findings, "wrong-shape", message, f"write it like `{self.example}`")
        found = []
        for name, value in node.entries():
            if not re.fullmatch(r"[a-z][a-z0-9,_-]{0,30}", name):
                message = f"{quote(name)} is not a property of a sensor's node"
                value.reject(findings, "bad-property", message, "see the sensor's binding")
            if _GIVEN.fullmatch(name):
                message = f"{quote(name)} of the sensor's node cannot be set here"
                value.reject(findings, "bad-property", message, f"remove it; {_instead(name)}")
            found.append((name, self._value.read(value, findings)))
        return tuple(found)

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self._value.schema()}


def _instead(name: str) -> str:
    """Return where the value of such a property comes from."""
    written = {"compatible": "compatible", "reg": "address"}
    if name in written:
        return f"`{written[name]}` of the sensor says it"
    if name in ("status", "label", "phandle"):
        return "fwgen writes the node's own"
    return "fwgen reads sensors without lines of their own"


_TYPE = Choice(
    {"zephyr": "zephyr"},
    otherwise='for a sensor that Zephyr drives: `type: zephyr, compatible: "MAKER,{}"`, as in its '
    "binding",
)


class ZephyrSensor(SensorPart):
    """A sensor on an I2C bus that a driver of Zephyr reads."""

    TYPE: ClassVar = "zephyr"

    type: Annotated[str, _TYPE, Field(description="The sensor.")]
    compatible: Annotated[
        str,
        Word(
            _COMPATIBLE,
            "the `compatible` of an I2C sensor, which names maker and part",
            "silabs,si7006",
            correct=str.lower,
        ),
        Field(description="The sensor as Zephyr's device tree binding names it."),
    ]
    bus: Annotated[
        str,
        Word(r"[a-z][a-z0-9_-]*", "the name of a bus", "i2c8", correct=str.lower),
        Field(description="The sensor's I2C bus."),
    ]
    address: Annotated[
        int,
        Integer(0, 0xFFFF, "0x40", hexadecimal=True),
        Field(description="Its 7-bit address on the bus."),
    ]
    channel_parts: Annotated[
        tuple[ZephyrChannel, ...],
        Key("channels"),
        _Channels(),
        Field(description="What is kept of it, in the order of the record."),
    ]
    properties: Annotated[
        tuple[tuple[str, Property], ...],
        _Properties(),
        Field(description="Properties of its device tree node, as in its binding, such as odr."),
    ] = ()

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(part.channel for part in self.channel_parts)

    @property
    def zephyr_driver(self) -> str | None:
        return self.compatible

    @property
    def on_bus(self) -> str | None:
        return self.bus

    @property
    def bus_address(self) -> int | None:
        return self.address

    def bounds(self, channel: Channel) -> tuple[Fraction, Fraction]:
        part = next(part for part in self.channel_parts if part.name == channel.name)
        return part.range[0].value, part.range[1].value

    @property
    def statuses(self) -> tuple[SampleStatus, ...]:
        return SampleStatus.TOO_NEAR, SampleStatus.TOO_FAR, SampleStatus.FAULT

    def drop_unused(self, values: dict[str, Any]) -> None:
        if not self.properties:
            del values["properties"]


SENSOR = ZephyrSensor
