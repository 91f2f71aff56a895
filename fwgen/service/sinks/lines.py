"""Samples as text: JSON lines on stdout, or CSV in a file.

JSON lines may repeat samples after a kill or an error; (log, position) identifies them. A CSV file
holds each sample once: after a restart the file's end says what it has.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from fwgen.service.items import Hole, Item, Mark, Run, SleepNote, StartNote
from fwgen.service.sensors import (
    COLUMNS_AFTER,
    COLUMNS_BEFORE,
    RANGE_SENSOR,
    Sensor,
    Sensors,
    columns_of,
)
from fwgen.service.sinks.base import SinkError
from fwgen.service.times import iso
from fwgen.wire.sample import STATUS_NAMES


def columns(values: Sequence[str] = RANGE_SENSOR.columns) -> tuple[str, ...]:
    """Return the names of a sample's columns. `values`: those of its values."""
    return (*COLUMNS_BEFORE, *values, *COLUMNS_AFTER)


COLUMNS: Final = columns()
"""Of the range sensor alone."""


_TAIL_BYTES: Final = 1 << 20
"""Of it the last row of each sensor is noted."""


def rows(item: Run) -> Iterator[dict[str, Any]]:
    """Yield each sample as a dict of its columns: times in ISO 8601, None if nothing is known."""
    dated = item.dated
    for sample in item.samples():
        yield {
            "log": item.log.name,
            "position": sample.position,
            "boot": item.block.boot,
            "spec": item.block.spec.hex(),
            "device_us": sample.device_us,
            "utc": None if sample.utc_us is None else iso(sample.utc_us),
            "within_us": None if dated is None else dated.within_us,
            "basis": None if dated is None else dated.basis,
            "status": STATUS_NAMES[sample.status],
            **_values(item.sensor, sample.values),
            "late_16ths": sample.late_16ths,
        }


def _values(sensor: Sensor, values: tuple[int, ...]) -> dict[str, int | float | None]:
    """Return the values by column, in their units; None: the status has none."""
    names = sensor.columns
    return dict(
        zip(names, sensor.quantities(values) if values else (None,) * len(names), strict=True)
    )


def shown_values(row: dict[str, Any]) -> str:
    """Return the values of a row for people: `1500 mm`, `ambient-temp 21.37, humidity 40.1`."""
    distance = row.get("distance_mm")
    known = (*COLUMNS_BEFORE, *COLUMNS_AFTER, "distance_mm")
    others = [
        f"{name} {row[name]:g}" for name in row if name not in known and row[name] is not None
    ]
    return ", ".join([*([] if distance is None else [f"{distance} mm"]), *others])


def last_row(item: Run) -> dict[str, Any]:
    """Return the row of the last sample."""
    skip = item.block.count - 1
    dated = item.dated
    if dated is not None:
        dated = dated._replace(utc_us=dated.utc_us + (item.count - 1) * dated.step_us)
    position = item.position + item.count - 1
    return next(rows(Run(item.log, position, item.block, skip, dated, item.sensor)))


def documents(item: Item) -> Iterator[dict[str, Any]]:
    """Yield the item as JSON documents: one a sample, or one a gap."""
    if isinstance(item, Run):
        yield from rows(item)
    elif isinstance(item, Hole):
        yield {
            "gap": item.reason,
            "log": item.log.name,
            "position": item.position,
            "count": item.count,
        }
    elif isinstance(item, SleepNote):
        yield {"sleep": item.document}
    elif isinstance(item, StartNote):
        yield {"start": item.said, "log": item.log.name, "boot": item.boot}


class JsonLines:
    """Writes JSON lines, one a sample or gap. `write` raises OSError."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        lines = [json.dumps(each) + "\n" for item in items for each in documents(item)]
        try:
            self._write("".join(lines))
        except OSError as error:
            raise SinkError(f"standard output: {error.strerror}") from error


class CsvFile:
    """Appends to a CSV file and syncs it. Gaps are not written: the position shows them.

    `sensors`: their values are the columns; of another sensor's sample the cells are empty.
    """

    def __init__(self, path: Path, sensors: Sensors = (RANGE_SENSOR,)) -> None:
        self._path = path
        self._columns = columns(columns_of(sensors))
        self._file: io.BufferedRandom | None = None
        self._last: dict[str, tuple[str, int]] = {}  # by sensor: log and position of the last row

    def open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._file = os.fdopen(handle, "r+b")
            self._continue(self._file)
        except OSError as error:
            raise SinkError(f"{self._path}: {error.strerror}") from error

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.raw.close()  # nothing is buffered

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        file = self._file
        if file is None:
            raise SinkError(f"{self._path}: the file is not open")
        text = io.StringIO()
        writer = csv.DictWriter(text, self._columns, lineterminator="\n", extrasaction="ignore")
        ends = dict(self._last)
        for item in items:
            for row in rows(item) if isinstance(item, Run) else ():
                log, position = row["log"], row["position"]
                last = ends.get(_owner(log))
                if last is None or last[0] != log or last[1] < position:
                    writer.writerow(row)
                    ends[_owner(log)] = log, position
        try:
            file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self._path}: {error.strerror}") from error
        self._last = ends

    def _continue(self, file: io.BufferedRandom) -> None:
        """Remove a row that was not written to its end; note the last whole one."""
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            file.write((",".join(self._columns) + "\n").encode())
            file.flush()
            return
        start = file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        file.seek(0)
        header = file.readline().decode("utf-8", "replace").rstrip("\n")
        if header != ",".join(self._columns):
            text = "expected a CSV file of fwgen-peer, found another file"
            cure = f"name another one; the columns of these sensors are {','.join(self._columns)}"
            raise SinkError(f"{self._path}: {text}", cure)
        file.truncate(start + len(whole))
        file.seek(0, os.SEEK_END)
        for cells in csv.reader(whole.decode("utf-8", "replace").splitlines()[start > 0 :]):
            if cells[1:2] and cells[1].isdigit():
                self._last[_owner(cells[0])] = cells[0], int(cells[1])


def _owner(log: str) -> str:
    """Return the part of a log's name that says which sensor it is of."""
    return log.partition("/")[2][:1]
