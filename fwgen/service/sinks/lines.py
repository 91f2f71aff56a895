"""Samples as text: rows and JSON documents; a sink that writes JSON lines.

JSON lines may repeat samples after a kill or an error; (log, position) identifies them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from fwgen.service.items import Hole, Item, Mark, Run, SleepNote, StartNote
from fwgen.service.sensors import (
    COLUMNS_AFTER,
    COLUMNS_BEFORE,
    RANGE_SENSOR,
    Sensor,
)
from fwgen.service.sinks.base import SinkError
from fwgen.service.times import iso
from fwgen.wire.sample import STATUS_NAMES


def columns(values: Sequence[str] = RANGE_SENSOR.columns) -> tuple[str, ...]:
    """Return the names of a sample's columns. `values`: those of its values."""
    return (*COLUMNS_BEFORE, *values, *COLUMNS_AFTER)


COLUMNS: Final = columns()
"""Of the range sensor alone."""


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
    """Writes JSON lines, one a sample or gap. `write` raises OSError. `ends`: without a reader
    `store` raises BrokenPipeError, which ends the service: a reader never comes back."""

    def __init__(self, write: Callable[[str], None], *, ends: bool = False) -> None:
        self._write = write
        self._ends = ends

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        lines = [json.dumps(each) + "\n" for item in items for each in documents(item)]
        try:
            self._write("".join(lines))
        except OSError as error:
            if self._ends and isinstance(error, BrokenPipeError):
                raise
            raise SinkError(f"standard output: {error.strerror}") from error
