"""Samples as CSV and JSON lines."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from fwgen.service.items import Dated, Hole, Item
from fwgen.service.sensors import Sensor
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.csv_file import CsvFile, csv_line
from fwgen.service.sinks.lines import COLUMNS, JsonLines
from fwgen.wire.channel import Channel
from tests.service.make_items import ONE, PERIOD_US, run

HEADING = csv_line(COLUMNS)


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


@pytest.mark.parametrize("length", [0, 1, 30, len(HEADING) - 1])
@pytest.mark.parametrize("end", [b"", bytes(50)])
def test_a_first_line_that_a_power_cut_left_is_written_again(
    tmp_path: Path, length: int, end: bytes
) -> None:
    """Some file systems fill the rest with zeros."""
    path = tmp_path / "samples.csv"
    path.write_bytes(HEADING[:length] + end)
    store(path, run(0, 10))
    assert path.read_bytes().startswith(HEADING)
    assert positions(path) == list(range(10))


@pytest.mark.parametrize("how", ["moved", "removed", "created again", "emptied"])
def test_a_file_that_is_rotated_goes_on_in_a_new_one(tmp_path: Path, how: str) -> None:
    """As logrotate does, also with `create` and `copytruncate`."""
    path, old = tmp_path / "samples.csv", tmp_path / "samples.csv.1"
    sink = CsvFile(path)
    sink.open()
    sink.store([run(0, 10)], None)
    old.write_bytes(path.read_bytes())
    if how == "emptied":
        os.truncate(path, 0)
    else:
        path.unlink() if how == "removed" else path.rename(old)
        if how == "created again":
            path.touch()
    with pytest.raises(SinkError, match="going on"):
        sink.store([run(10, 10)], None)
    sink.close()
    sink.open()
    sink.store([run(10, 10)], None)
    sink.close()
    assert positions(old) == list(range(10))
    assert positions(path) == list(range(10, 20))


def test_rows_are_only_acknowledged_in_the_file_that_the_path_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it is moved while they are written."""
    path, old = tmp_path / "samples.csv", tmp_path / "samples.csv.1"
    sink = CsvFile(path)
    sink.open()
    monkeypatch.setattr(os, "fsync", lambda handle: path.rename(old))
    with pytest.raises(SinkError, match="the file was moved or removed"):
        sink.store([run(0, 10)], None)
    monkeypatch.undo()
    sink.close()
    sink.open()
    sink.store([run(0, 10)], None)
    sink.close()
    assert positions(old) == positions(path) == list(range(10))


def test_the_unit_is_in_the_first_line(tmp_path: Path) -> None:
    """So no file has values of one column in two units."""
    path = tmp_path / "samples.csv"
    for unit, expected in (("°C", ""), ("a, b", "expected a CSV file of fwgen-peer")):
        sink = CsvFile(path, (Sensor("", (Channel("temp", unit, 10),)),))
        if expected:
            with pytest.raises(SinkError, match=expected) as caught:
                sink.open()
            assert '"temp (a, b)"' in caught.value.cure
        else:
            sink.open()
        sink.close()
    assert ",temp (°C)," in path.read_text("utf-8")


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
    with pytest.raises(BrokenPipeError):
        JsonLines(write, ends=True).store([run(0, 1)], None)
