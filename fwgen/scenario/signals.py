"""What the channels of a sensor see: points in the scenario, or in CSV files next to it.

signals:
  ambient-temp: [{at: 0 s, value: 20 °C}, {at: 1 h, value: -5 °C}]
  humidity: {csv: humidity.csv, noise: 0.2 %}
  accel-z: {points: [{at: 0 s, value: 9.81 m/s²}], noise: 0.02 m/s²}
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, NoReturn

from pydantic import Field

from fwgen.scenario.csv_points import Column, read_points
from fwgen.scenario.steps.base import LONGEST
from fwgen.sensor import DISTANCE, Points, channel_units
from fwgen.spec.diagnostics import Findings, Position, Rejected, did_you_mean, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Amount, Kind, ListOf, Part, Schema, Text, read_text
from fwgen.spec.parts import Section, read_part
from fwgen.spec.quantity import SPELLINGS, in_unit

_VALUE: Final = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([^\s0-9.]\S*)")
_MICRO: Final = 1_000_000
LENGTHS: Final = {"mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": Fraction(1)}
"""The units of lengths, in metres. They may be written for each other."""
_MOST: Final = 1_000_000_000
_COLUMN: Final = Column("value", "a value", _MICRO, -_MOST, _MOST, "20")


@dataclass(frozen=True)
class Signal:
    """`points`: (t_ms, millionths of the channel's unit; lengths in micrometres). `noise`: standard
    deviation, likewise. `bare`: the points are numbers without a unit, in millionths of the
    channel's own."""

    name: str
    points: Points
    noise: int = 0
    bare: bool = False


@dataclass(frozen=True)
class _Value:
    """`micro`: millionths of `unit`, which is m for all lengths. `name`: of its place in the
    document; "": it is not written."""

    micro: int
    unit: str = ""
    text: str = ""
    name: str = ""
    position: Position = field(default_factory=lambda: Position(""))

    def of(self, channel: str, findings: Findings) -> int:
        """Return the millionths. Raises Rejected if no channel of this name has the unit."""
        units = channel_units()
        known = set(units.values()) | LENGTHS.keys()
        if not self.name:
            return self.micro
        if channel not in units:  # `fwgen.scenario.seen` refuses it
            if self.unit not in known:
                message = f"no channel of any sensor has the unit {quote(self.unit)}"
                hint = did_you_mean(self.unit, sorted(known))
                self.reject("unknown-unit", message, hint, findings)
            return self.micro
        unit = units[channel]
        length = unit in LENGTHS
        if self.unit != ("m" if length else unit):
            wanted, number = "mm, cm or m" if length else unit, _VALUE.fullmatch(self.text)
            assert number
            message = f"{channel} is in {wanted}, found {quote(self.text)}"
            hint = in_unit(unit, number[1], number[2], also=wanted)
            self.reject("wrong-unit", message, hint, findings)
        return self.micro

    def reject(self, rule_id: str, message: str, hint: str, findings: Findings) -> NoReturn:
        findings.error(rule_id, f"`{self.name}`: {message}", self.position, hint)
        raise Rejected


def _like(text: str, node: Node) -> str:
    """Return an example with the unit of the channel that the node is of."""
    channel = str(node.path[1]).rpartition(".")[2] if len(node.path) > 1 else ""
    unit = channel_units().get(channel, "")
    number = re.fullmatch(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*", text)
    if not unit or (number and abs(Fraction(number[1])) > _MOST):
        return f"20 {unit or '°C'}"
    return f"{number[1] if number else 20} {unit}"


class _Quantity(Kind[_Value]):
    """A number with the channel's unit."""

    example = "20 °C"

    def read(self, node: Node, findings: Findings) -> _Value:
        text = read_text(node, findings, self.example)
        found = _VALUE.fullmatch(text)
        if not found or abs(Fraction(found[1])) > _MOST:
            message = f"expected a number with the channel's unit, found {quote(text)}"
            node.reject(findings, "bad-measure", message, f"write it like `{_like(text, node)}`")
        unit = SPELLINGS.get(found[2], found[2])
        micro = round(Fraction(found[1]) * LENGTHS.get(unit, 1) * _MICRO)
        return _Value(micro, "m" if unit in LENGTHS else unit, text, node.name, node.position)

    def schema(self) -> Schema:
        return {"type": "string", "examples": [self.example]}


class _Point(Part):
    at: Annotated[int, Amount("ms", "0 s", LONGEST, example="10 s"), Field(description="When.")]
    value: Annotated[_Value, _Quantity(), Field(description="The true value, with its unit.")]


class _PointList(Kind[tuple[_Point, ...]]):
    example = "[{at: 0 s, value: 20 °C}]"
    _each = ListOf(Section(_Point))

    def read(self, node: Node, findings: Findings) -> tuple[_Point, ...]:
        points = self._each.read(node, findings)
        for index, (before, after) in enumerate(pairwise(points), 1):
            if after.at <= before.at:
                place = (node.child(index) or node).child("at") or node
                message = "expected a later time than that of the point before"
                place.reject(findings, "points-order", message, "sort the points by time")
        return tuple(points)

    def schema(self) -> Schema:
        return self._each.schema()


class _Detailed(Part):
    points: Annotated[
        tuple[_Point, ...], _PointList(), Field(description="Corners of the signal.")
    ] = ()
    csv: Annotated[str, Text("t.csv"), Field(description="A file with `time_s,value` lines.")] = ""
    noise: Annotated[
        _Value, _Quantity(), Field(description="Standard deviation; random from the seed.")
    ] = _Value(0)


class Signals(Kind[tuple[Signal, ...]]):
    """A signal by channel: a list of points, or a mapping with `points` or `csv`, and `noise`."""

    example = "{ambient-temp: [{at: 0 s, value: 20 °C}]}"

    def read(self, node: Node, findings: Findings) -> tuple[Signal, ...]:
        if node.shape != "mapping":
            message = f"expected a mapping of channels, found a {node.shape}".replace(
                "a nothing", "none"
            )
            node.reject(findings, "wrong-shape", message, f"write it like `{self.example}`")
        return tuple(self._signal(name, value, findings) for name, value in node.entries())

    def _signal(self, name: str, node: Node, findings: Findings) -> Signal:
        channel = name.rpartition(".")[2]  # as of `cellar.ambient-temp`
        if node.shape != "mapping":
            return Signal(name, _corners(channel, _PointList().read(node, findings), findings))
        given = read_part(node, _Detailed, findings)
        if bool(given.csv) == bool(given.points):
            message = "expected either `points` or `csv`"
            node.reject(findings, "bad-signal", message, "write one of them")
        noise = given.noise.of(channel, findings)
        if noise < 0:
            message = "expected a standard deviation of at least 0"
            hint = "write it without the minus sign"
            given.noise.reject("out-of-range", message, hint, findings)
        points = _corners(channel, given.points, findings)
        if given.csv:
            path = Path(node.document.file).parent / given.csv
            points = read_points(path, node.child("csv") or node, _COLUMN, findings)
        return Signal(name, points, noise, bare=bool(given.csv))

    def schema(self) -> Schema:
        one = {"anyOf": [_PointList().schema(), Section(_Detailed).schema()]}
        return {"type": "object", "additionalProperties": one}


def _corners(channel: str, points: tuple[_Point, ...], findings: Findings) -> Points:
    corners = tuple((point.at, point.value.of(channel, findings)) for point in points)
    for point in points:
        if channel == DISTANCE and point.value.micro < 0:
            message = "expected a distance of at least 0"
            point.value.reject("out-of-range", message, "write it without the sign", findings)
    return corners
