"""Reads the service's database, also while the service writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError
from fwgen.service.sinks import schema
from fwgen.service.sinks.lines import COLUMNS

_SELECT: Final = """
SELECT log.identity || CASE renumbered WHEN 0 THEN '' ELSE '+' || renumbered END AS log,
  position, boot, spec, device_us,
  strftime('%Y-%m-%dT%H:%M:%S', utc_us / 1000000, 'unixepoch')
    || printf('.%06dZ', utc_us % 1000000) AS utc,
  within_us, basis,
  CASE status WHEN 0 THEN 'valid' WHEN 1 THEN 'too near' WHEN 2 THEN 'too far'
    WHEN 3 THEN 'no echo' WHEN 4 THEN 'missed period' WHEN 5 THEN 'sensor fault' END AS status,
  distance_mm, late_16ths
FROM sample JOIN log ON log.id = sample.log JOIN life ON life.id = sample.life
"""


class Stored(AbstractContextManager["Stored"]):
    """Rows are dicts of COLUMNS. All methods raise InputError if the database is not usable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._failing():
            self._db = schema.connect_to_read(path)
            self._db.execute("SELECT 1 FROM sample LIMIT 1").fetchone()

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    def last(self, count: int) -> list[dict[str, Any]]:
        """Return the last samples, oldest first."""
        order = "ORDER BY sample.log DESC, position DESC LIMIT ?"
        return list(self._rows(f"{_SELECT} {order}", (count,)))[::-1]

    def between(self, since_us: int | None, until_us: int | None) -> Iterator[dict[str, Any]]:
        """Yield the samples in the order of their logs; with a limit only those with a time."""
        conditions, values = [], []
        if since_us is not None:
            conditions.append("utc_us >= ?")
            values.append(since_us)
        if until_us is not None:
            conditions.append("utc_us < ?")
            values.append(until_us)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        yield from self._rows(f"{_SELECT} {where} ORDER BY sample.log, position", tuple(values))

    def _rows(self, query: str, values: tuple[int, ...]) -> Iterator[dict[str, Any]]:
        with self._failing():
            for row in self._db.execute(query, values):
                yield dict(zip(COLUMNS, row, strict=True))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except schema.FormatError as error:
            raise InputError(f"{self._path}: {error}", error.cure) from error
        except sqlite3.Error as error:
            raise InputError(f"{self._path}: not a database of fwgen-peer: {error}") from error
