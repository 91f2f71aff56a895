"""The obstacle's distance: points in the scenario, or in a CSV file next to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from fwgen.scenario.csv_points import Column, decimal_of, read_points
from fwgen.scenario.steps.base import LONGEST
from fwgen.sensor import Points
from fwgen.spec.diagnostics import Findings, Position, Rejected, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Amount, Kind, ListOf, Part, Schema, Text
from fwgen.spec.parts import Section, read_part

_FARTHEST_MM = 100_000
COLUMN = Column("mm", "a distance", 1000, 0, _FARTHEST_MM, "1500", " mm")


class _Millimetres(Kind[int]):
    """A number of millimetres without a unit; read as micrometres."""

    example = "1500"

    def read(self, node: Node, findings: Findings) -> int:
        value = decimal_of(node.text) if node.shape == "text" else None
        if value is None or not 0 <= value <= _FARTHEST_MM:
            sentence = "expected a number of millimetres from 0 to 100000"
            if node.shape == "text":
                sentence += f", found {quote(node.text)}"
            node.reject(findings, "bad-distance", sentence, f"write it like `mm: {self.example}`")
        return round(value * 1000)

    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": _FARTHEST_MM}


class _Point(Part):
    at: Annotated[int, Amount("ms", "0 s", LONGEST, example="10 s"), Field(description="When.")]
    mm: Annotated[int, _Millimetres(), Field(description="True distance in millimetres.")]


class _File(Part):
    csv: Annotated[
        str, Text("walk.csv"), Field(description=f"A file with `{','.join(COLUMN.header)}` lines.")
    ]


class Distance(Kind[Points]):
    """A list of points, or {csv: file}; a relative path starts at the scenario's folder."""

    example = "[{at: 0 s, mm: 1500}]"

    def read(self, node: Node, findings: Findings) -> Points:
        if node.shape == "mapping":
            name = read_part(node, _File, findings).csv
            place = node.child("csv") or node
            return read_points(Path(node.document.file).parent / name, place, COLUMN, findings)
        points = ListOf(Section(_Point)).read(node, findings)
        for index in range(1, len(points)):
            if points[index].at <= points[index - 1].at:
                _reject_order(node.document.where(*node.path, index, "at"), findings)
        return tuple((point.at, point.mm) for point in points)

    def schema(self) -> Schema:
        return {"anyOf": [ListOf(Section(_Point)).schema(), Section(_File).schema()]}


def _reject_order(place: Position, findings: Findings) -> None:
    message = "expected a later time than that of the point before"
    findings.error("points-order", message, place, "sort the points by time")
    raise Rejected
