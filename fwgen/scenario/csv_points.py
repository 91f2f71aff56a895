"""Points of a signal in a CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from fwgen import files
from fwgen.scenario.steps.base import LONGEST
from fwgen.sensor import Points
from fwgen.spec.diagnostics import Findings, Position, Rejected, quote
from fwgen.spec.document import Node
from fwgen.spec.quantity import parse, whole

_CSV_MOST_BYTES = 16 * 1024 * 1024
_LATEST_MS = whole(parse(LONGEST), "ms")


@dataclass(frozen=True)
class Column:
    """The column beside `time_s`. A number times `scale` is the point's value."""

    name: str
    what: str
    scale: int
    least: int
    most: int
    example: str
    unit: str = ""

    @property
    def header(self) -> list[str]:
        return ["time_s", self.name]


def read_points(path: Path, place: Node, column: Column, findings: Findings) -> Points:
    """Return the points in a CSV file. Raises Rejected."""
    try:
        text = files.read(path, _CSV_MOST_BYTES).decode("utf-8-sig")
    except files.TooBigError:
        hint = "use fewer points: between two points the value changes linearly"
        found = f"expected at most 16 MiB, found more in {quote(str(path), 200)}"
        place.reject(findings, "csv-too-big", found, hint)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        sentence = f"cannot read {quote(str(path), 200)}: {reason}"
        hint = "a relative path starts at the scenario's folder"
        place.reject(findings, "csv-unreadable", sentence, hint)
    return _parse_csv(text, str(path), column, findings)


def _parse_csv(text: str, file: str, column: Column, findings: Findings) -> Points:
    """Read two numbers per line, quoted or not."""
    lines = text.splitlines()
    header = lines[0] if lines else ""
    if [cell.strip(' "') for cell in header.split(",", 2)] != column.header:
        expected = f"expected the header `{','.join(column.header)}`"
        _reject_row(column, file, 1, header, expected, findings)
    points: list[tuple[int, int]] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = [decimal_of(cell) for cell in line.split(",", 2)]
        if len(cells) != 2 or cells[0] is None or cells[1] is None:
            _reject_row(column, file, number, line, "expected two numbers", findings)
            continue
        t_ms, value = round(cells[0] * 1000), round(cells[1] * column.scale)
        if not 0 <= t_ms <= _LATEST_MS:
            found = f"expected a time from 0 to {_LATEST_MS // 1000} s (a leap year), found {{}}"
            found = found.format(quote(line.split(",")[0]))
            _reject_row(column, file, number, line, found, findings)
        if not column.least <= cells[1] <= column.most:
            message = f"expected {column.what} from {column.least} to {column.most}{column.unit}"
            _reject_row(column, file, number, line, message, findings)
        if points and t_ms <= points[-1][0]:
            message = "expected a time at least 1 ms after that of the point before"
            _reject_row(column, file, number, line, message, findings)
        points.append((t_ms, value))
    if not points:
        message = "expected points after the header, found none"
        _reject_row(column, file, 1, header, message, findings)
    return tuple(points)


def _reject_row(
    column: Column, file: str, line: int, text: str, message: str, findings: Findings
) -> None:
    like = f"lines like `0.5,{column.example}`, sorted by time"
    hint = f"write a line `{','.join(column.header)}`, then {like}"
    findings.error("csv-row", message, Position(file, line, 1, max(1, len(text)), text), hint)
    raise Rejected


def decimal_of(text: str) -> Fraction | None:
    """Return a plain decimal number, or None."""
    body = text.strip(' "\t')
    digits = body.removeprefix("-").replace(".", "", 1)
    plain = len(body) < 30 and digits.isascii() and digits.isdecimal()
    return Fraction(body) if plain else None
