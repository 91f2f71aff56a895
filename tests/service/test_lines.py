"""Samples as CSV and JSON lines."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fwgen.service.items import Dated, Hole, Item
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.lines import COLUMNS, CsvFile, JsonLines
from tests.service.make_items import ONE, PERIOD_US, run


def store(path: Path, *items: Item) -> None:
    sink = CsvFile(path)
    sink.open()
    sink.store(items, None)
    sink.close()


def positions(path: Path) -> list[int]:
    with path.open(newline="") as file:
        return [int(row["position"]) for row in csv.DictReader(file)]


def test_rows_that_come_again_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    store(path, run(0, 10))
    store(path, run(5, 10), Hole(ONE, 15, 5, "missing", 1), run(20, 2))
    assert positions(path) == [*range(15), 20, 21]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_row_that_was_cut_short_is_written_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "samples.csv"
    store(path, run(0, 10))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    store(path, run(0, 10))
    assert path.read_bytes() == whole


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(SinkError, match="expected a CSV file of fwgen-peer"):
        store(path, run(0, 10))
    assert path.read_text() == "a,b\n1,2\n"


def test_json_lines_have_the_columns_and_gaps() -> None:
    lines: list[str] = []
    dated = Dated(1_764_149_000_000_000.0, PERIOD_US, 2500, "pair")
    sink = JsonLines(lines.append)
    sink.store([run(7, 2, dated=dated), Hole(ONE, 9, None, "new-log", 1)], None)
    first, second, gap = map(json.loads, "".join(lines).splitlines())
    assert tuple(first) == COLUMNS
    assert first["utc"] == "2025-11-26T09:23:20.000000Z"
    assert second["utc"] == "2025-11-26T09:23:20.060000Z"
    assert gap == {"gap": "new-log", "log": f"{ONE.identity:016x}", "position": 9, "count": None}


def test_a_reader_that_is_gone_is_an_error_of_the_sink() -> None:
    def write(text: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(SinkError, match="standard output: Broken pipe"):
        JsonLines(write).store([run(0, 1)], None)
