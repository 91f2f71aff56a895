"""What the channels of a sensor see: points in the scenario, or in CSV files next to it.

signals:
  ambient-temp: [{at: 0 s, value: 20 °C}, {at: 1 h, value: -5 °C}]
  humidity: {csv: humidity.csv, noise: 0.2 %}
  accel-z: {points: [{at: 0 s, value: 9.81 m/s²}], noise: 0.02 m/s²}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from fwgen.scenario.csv_points import Column, read_points
from fwgen.scenario.steps.base import LONGEST
from fwgen.sensor import Points
from fwgen.spec.diagnostics import Findings, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Amount, Kind, ListOf, Part, Schema, Text, read_text
from fwgen.spec.parts import Section, read_part

_VALUE: Final = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([^\s0-9.]\S*)")
_MICRO: Final = 1_000_000
_MOST: Final = 1_000_000_000
_COLUMN: Final = Column("value", "a value", _MICRO, -_MOST, _MOST, "20")


@dataclass(frozen=True)
class Signal:
    """`points`: (t_ms, millionths of the channel's unit). `noise`: standard deviation, likewise."""

    name: str
    points: Points
    noise: int = 0


class _Quantity(Kind[int]):
    """A number with the channel's unit, in millionths."""

    example = "20 °C"

    def read(self, node: Node, findings: Findings) -> int:
        text = read_text(node, findings, self.example)
        found = _VALUE.fullmatch(text)
        if not found or abs(Fraction(found[1])) > _MOST:
            message = f"expected a number with the channel's unit, found {quote(text)}"
            node.reject(findings, "bad-measure", message, f"write it like `{self.example}`")
        return round(Fraction(found[1]) * _MICRO)

    def schema(self) -> Schema:
        return {"type": "string", "examples": [self.example]}


class _Point(Part):
    at: Annotated[int, Amount("ms", "0 s", LONGEST, example="10 s"), Field(description="When.")]
    value: Annotated[int, _Quantity(), Field(description="The true value, with its unit.")]


class _PointList(Kind[Points]):
    example = "[{at: 0 s, value: 20 °C}]"
    _each = ListOf(Section(_Point))

    def read(self, node: Node, findings: Findings) -> Points:
        points = self._each.read(node, findings)
        for index, (before, after) in enumerate(pairwise(points), 1):
            if after.at <= before.at:
                place = (node.child(index) or node).child("at") or node
                message = "expected a later time than that of the point before"
                place.reject(findings, "points-order", message, "sort the points by time")
        return tuple((point.at, point.value) for point in points)

    def schema(self) -> Schema:
        return self._each.schema()


class _Detailed(Part):
    points: Annotated[Points, _PointList(), Field(description="Corners of the signal.")] = ()
    csv: Annotated[str, Text("t.csv"), Field(description="A file with `time_s,value` lines.")] = ""
    noise: Annotated[
        int, _Quantity(), Field(description="Standard deviation; random from the seed.")
    ] = 0


class Signals(Kind[tuple[Signal, ...]]):
    """A signal by channel: a list of points, or a mapping with `points` or `csv`, and `noise`."""

    example = "{ambient-temp: [{at: 0 s, value: 20 °C}]}"

    def read(self, node: Node, findings: Findings) -> tuple[Signal, ...]:
        if node.shape != "mapping":
            message = f"expected a mapping of channels, found a {node.shape}"
            node.reject(findings, "wrong-shape", message, f"write it like `{self.example}`")
        return tuple(self._signal(name, value, findings) for name, value in node.entries())

    def _signal(self, name: str, node: Node, findings: Findings) -> Signal:
        if node.shape != "mapping":
            return Signal(name, _PointList().read(node, findings))
        given = read_part(node, _Detailed, findings)
        if bool(given.csv) == bool(given.points):
            message = "expected either `points` or `csv`"
            node.reject(findings, "bad-signal", message, "write one of them")
        points = given.points
        if given.csv:
            path = Path(node.document.file).parent / given.csv
            points = read_points(path, node.child("csv") or node, _COLUMN, findings)
        return Signal(name, points, given.noise)

    def schema(self) -> Schema:
        one = {"anyOf": [_PointList().schema(), Section(_Detailed).schema()]}
        return {"type": "object", "additionalProperties": one}
