"""Samples in a CSV file, each once: after a restart the file's end says what it has."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fwgen.service.items import Item, Mark, Run
from fwgen.service.sensors import RANGE_SENSOR, Sensors, columns_of, headings_of
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.lines import columns, rows
from fwgen.service.sinks.place import MovedError, Place

_TAIL_BYTES: Final = 1 << 20
"""Of it the last row of each sensor is noted."""


class CsvFile:
    """Appends to a CSV file and syncs it. Gaps are not written: the position shows them.

    `sensors`: their values are the columns; of another sensor's sample the cells are empty.
    """

    def __init__(self, path: Path, sensors: Sensors = (RANGE_SENSOR,)) -> None:
        self._path = path
        self._columns = columns(columns_of(sensors))
        self._heading = csv_line(columns(headings_of(sensors)))
        self._file: io.BufferedRandom | None = None
        self._place = Place()
        self._size = 0
        self._last: dict[str, tuple[str, int]] = {}  # by sensor: log and position of the last row

    def open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._file = os.fdopen(handle, "r+b")
            self._place = Place.of(self._path, handle)
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
        self._check(file)
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
            self._size += file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self._path}: {error.strerror}") from error
        self._check(file)
        self._last = ends

    def _check(self, file: io.BufferedRandom) -> None:
        """Raise MovedError if the path names another file, or if another program has written to it
        or emptied it."""
        self._place.check()
        if os.fstat(file.fileno()).st_size != self._size:
            text = "another program changed its size: going on at its end"
            raise MovedError(f"{self._path}: {text}")

    def _continue(self, file: io.BufferedRandom) -> None:
        """Remove a row that was not written to its end; note the last whole one."""
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        file.seek(0)
        if not start and not whole and self._heading.startswith(tail.rstrip(b"\0")):
            whole = self._heading  # a new file, or power failed before it had all of this line
            file.truncate(0)
            file.write(whole)
            file.flush()
        elif file.readline() != self._heading:
            text = "expected a CSV file of fwgen-peer, found another file"
            heading = self._heading.decode().rstrip()
            cure = f"name another one; the columns of these sensors are {heading}"
            raise SinkError(f"{self._path}: {text}", cure)
        self._size = start + len(whole)
        file.truncate(self._size)
        file.seek(0, os.SEEK_END)
        for cells in csv.reader(whole.decode("utf-8", "replace").splitlines()[start > 0 :]):
            if cells[1:2] and cells[1].isdigit():
                self._last[_owner(cells[0])] = cells[0], int(cells[1])


def csv_line(cells: Sequence[str]) -> bytes:
    """Return a line of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _owner(log: str) -> str:
    """Return the part of a log's name that says which sensor it is of."""
    return log.partition("/")[2][:1]
