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
from fwgen.service.sinks.base import SinkError
from fwgen.service.times import iso
from fwgen.wire.sample import STATUS_NAMES

COLUMNS: Final = (
    *("log", "position", "boot", "spec", "device_us", "utc", "within_us", "basis"),
    *("status", "distance_mm", "late_16ths"),
)
_TAIL_BYTES: Final = 4096


def rows(item: Run) -> Iterator[dict[str, Any]]:
    """Yield each sample as a dict of COLUMNS, times in ISO 8601, None where nothing is known."""
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
            "distance_mm": sample.distance_mm,
            "late_16ths": sample.late_16ths,
        }


def last_row(item: Run) -> dict[str, Any]:
    """Return the row of the last sample."""
    skip = item.block.count - 1
    dated = item.dated
    if dated is not None:
        dated = dated._replace(utc_us=dated.utc_us + (item.count - 1) * dated.step_us)
    position = item.position + item.count - 1
    return next(rows(Run(item.log, position, item.block, skip, dated)))


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
    """Appends to a CSV file and syncs it. Gaps are not written: the position shows them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: io.BufferedRandom | None = None
        self._last: tuple[str, int] | None = None  # log and position of the last row

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
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        last = self._last
        for item in items:
            for row in rows(item) if isinstance(item, Run) else ():
                key = (row["log"], row["position"])
                if last is None or last[0] != key[0] or last[1] < key[1]:
                    writer.writerow(row)
                    last = key
        try:
            file.write(text.getvalue().encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self._path}: {error.strerror}") from error
        self._last = last

    def _continue(self, file: io.BufferedRandom) -> None:
        """Remove a row that was not written to its end; note the last whole one."""
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            file.write((",".join(COLUMNS) + "\n").encode("ascii"))
            file.flush()
            return
        start = file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        if start == 0 and whole.partition(b"\n")[0].decode("utf-8", "replace") != ",".join(COLUMNS):
            raise SinkError(f"{self._path}: expected a CSV file of fwgen-peer, found another file")
        file.truncate(start + len(whole))
        file.seek(0, os.SEEK_END)
        cells = next(csv.reader([whole.decode("ascii", "replace").splitlines()[-1]]))
        if cells[1:2] and cells[1].isdigit():
            self._last = (cells[0], int(cells[1]))
