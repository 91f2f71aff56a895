"""The obstacle's distance: points in the scenario, or in a CSV file next to it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import Field

from fwgen import files
from fwgen.scenario.steps.base import LONGEST
from fwgen.sensor import Points
from fwgen.spec.diagnostics import Findings, Position, Rejected, quote
from fwgen.spec.document import Node
from fwgen.spec.kinds import Amount, Kind, ListOf, Part, Schema, Text
from fwgen.spec.parts import Section, read_part
from fwgen.spec.quantity import parse, whole

CSV_HEADER = ["time_s", "mm"]
_CSV_MOST_BYTES = 16 * 1024 * 1024
_FARTHEST_MM = 100_000
_LATEST_MS = whole(parse(LONGEST), "ms")


class _Millimetres(Kind[int]):
    """A number of millimetres without a unit; read as micrometres."""

    example = "1500"

    def read(self, node: Node, findings: Findings) -> int:
        value = _fraction(node.text) if node.shape == "text" else None
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
        str, Text("walk.csv"), Field(description=f"A file with `{','.join(CSV_HEADER)}` lines.")
    ]


class Distance(Kind[Points]):
    """A list of points, or {csv: file}; a relative path starts at the scenario's folder."""

    example = "[{at: 0 s, mm: 1500}]"

    def read(self, node: Node, findings: Findings) -> Points:
        if node.shape == "mapping":
            name = read_part(node, _File, findings).csv
            place = node.child("csv") or node
            return _read_csv(Path(node.document.file).parent / name, place, findings)
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


def _read_csv(path: Path, place: Node, findings: Findings) -> Points:
    try:
        text = files.read(path, _CSV_MOST_BYTES).decode("utf-8-sig")
    except files.TooBigError:
        hint = "use fewer points: between two points the distance changes linearly"
        found = f"expected at most 16 MiB, found more in {quote(str(path), 200)}"
        place.reject(findings, "csv-too-big", found, hint)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        sentence = f"cannot read {quote(str(path), 200)}: {reason}"
        hint = "a relative path starts at the scenario's folder"
        place.reject(findings, "csv-unreadable", sentence, hint)
    return _parse_csv(text, str(path), findings)


def _parse_csv(text: str, file: str, findings: Findings) -> Points:
    """Read two numbers per line, quoted or not."""
    lines = text.splitlines()
    header = lines[0] if lines else ""
    if [cell.strip(' "') for cell in header.split(",", 2)] != CSV_HEADER:
        expected = f"expected the header `{','.join(CSV_HEADER)}`"
        _reject_row(file, 1, header, expected, findings)
    points: list[tuple[int, int]] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = [_fraction(cell) for cell in line.split(",", 2)]
        if len(cells) != 2 or cells[0] is None or cells[1] is None:
            _reject_row(file, number, line, "expected two numbers", findings)
            continue
        t_ms, um = round(cells[0] * 1000), round(cells[1] * 1000)
        if not 0 <= t_ms <= _LATEST_MS:
            found = f"expected a time from 0 to {_LATEST_MS // 1000} s (a leap year), found {{}}"
            _reject_row(file, number, line, found.format(quote(line.split(",")[0])), findings)
        if not 0 <= um <= _FARTHEST_MM * 1000:
            message = f"expected a distance from 0 to {_FARTHEST_MM} mm"
            _reject_row(file, number, line, message, findings)
        if points and t_ms <= points[-1][0]:
            message = "expected a time at least 1 ms after that of the point before"
            _reject_row(file, number, line, message, findings)
        points.append((t_ms, um))
    if not points:
        _reject_row(file, 1, header, "expected points after the header, found none", findings)
    return tuple(points)


def _reject_row(file: str, line: int, text: str, message: str, findings: Findings) -> None:
    hint = f"write a line `{','.join(CSV_HEADER)}`, then lines like `0.5,1500`, sorted by time"
    findings.error("csv-row", message, Position(file, line, 1, max(1, len(text)), text), hint)
    raise Rejected


def _fraction(text: str) -> Fraction | None:
    """Return a plain decimal number, or None."""
    body = text.strip(' "\t')
    digits = body.removeprefix("-").replace(".", "", 1)
    plain = len(body) < 30 and digits.isascii() and digits.isdecimal()
    return Fraction(body) if plain else None
