"""Reads the service's database, also while the service writes it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError
from fwgen.service.sinks import schema
from fwgen.service.sinks.lines import COLUMNS, columns

_LOG: Final = "log.identity || CASE renumbered WHEN 0 THEN '' ELSE '+' || renumbered END"
_SELECT: Final = f"""
SELECT {_LOG} AS log,
  position, boot, spec, device_us,
  strftime('%Y-%m-%dT%H:%M:%S', utc_us / 1000000, 'unixepoch')
    || printf('.%06dZ', utc_us % 1000000) AS utc,
  within_us, basis,
  CASE status WHEN 0 THEN 'valid' WHEN 1 THEN 'too near' WHEN 2 THEN 'too far'
    WHEN 3 THEN 'no echo' WHEN 4 THEN 'missed period' WHEN 5 THEN 'sensor fault' END AS status,
  distance_mm, late_16ths
FROM sample JOIN log ON log.id = sample.log JOIN life ON life.id = sample.life
"""
_VALUES: Final = """
SELECT name, value FROM value JOIN channel ON channel.id = value.channel
WHERE value.log = (SELECT id FROM log WHERE identity = ? AND renumbered = ?) AND position = ?
"""
_PLAIN: Final = ("distance_mm", "mm")


class Stored(AbstractContextManager["Stored"]):
    """Rows are dicts of `columns`. All methods raise InputError if the database is not usable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._failing():
            self._db = schema.connect_to_read(path)
            if schema.is_empty(self._db):
                text = "expected a database of fwgen-peer, found an empty file"
                raise schema.FormatError(text, "name another one with --database")
            self._db.execute("SELECT 1 FROM sample LIMIT 1").fetchone()
            self._note_channels()

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    def last(self, count: int) -> list[dict[str, Any]]:
        """Return the last samples, oldest first."""
        order = "ORDER BY sample.log DESC, position DESC LIMIT ?"
        found: list[dict[str, Any]] = []
        for second in ("NOT LIKE", "LIKE"):
            where = f"WHERE log.identity {second} '%/1'"
            found += list(self._rows(f"{_SELECT} {where} {order}", (count,)))[::-1]
        if any("/1" in row["log"] for row in found):
            found.sort(key=lambda row: row["utc"] or "")
        return found[-count:] if count else []

    def last_and_ends(self, count: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """Return `last` and `ends` of the same moment."""
        with self._failing():
            self._db.execute("BEGIN")
            try:
                return self.last(count), self.ends()
            finally:
                self._db.execute("ROLLBACK")

    def ends(self) -> dict[str, int]:
        """Return the last sample's position of each log."""
        last = "SELECT max(position) FROM sample WHERE sample.log = log.id"
        with self._failing():
            found = self._db.execute(f"SELECT {_LOG}, ({last}) FROM log").fetchall()
        return {log: position for log, position in found if position is not None}

    def of_log(self, log: str, after: int, until: int) -> Iterator[dict[str, Any]]:
        """Yield the samples of a log after a position, up to another one."""
        self._note_channels()  # there may be new ones
        where = f"WHERE {_LOG} = ? AND position > ? AND position <= ?"
        yield from self._rows(f"{_SELECT} {where} ORDER BY position", (log, after, until))

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

    def _rows(self, query: str, values: tuple[int | str, ...]) -> Iterator[dict[str, Any]]:
        with self._failing():
            for row in self._db.execute(query, values):
                yield self._whole(dict(zip(COLUMNS, row, strict=True)))

    def _whole(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row with the values of all channels."""
        if list(self.units) == ["distance_mm"]:
            return row
        identity, _, renumbered = row["log"].partition("+")
        place = (identity, int(renumbered or 0), row["position"])
        row |= dict(self._db.execute(_VALUES, place).fetchall())
        return {name: row.get(name) for name in self.columns}

    def _note_channels(self) -> None:
        self.units = self._read_units()
        self.columns = columns(list(self.units))

    def _read_units(self) -> dict[str, str]:
        """Return column -> unit of all values. Databases before format 3 have only distances."""
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        query = "SELECT name, unit FROM channel ORDER BY id"
        return dict(self._db.execute(query).fetchall() if version > 2 else ()) or dict([_PLAIN])

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except schema.FormatError as error:
            raise InputError(f"{self._path}: {error}", error.cure) from error
        except sqlite3.Error as error:
            if error.sqlite_errorname == "SQLITE_NOTADB":
                text = f"{self._path}: not a database of fwgen-peer: {error}"
                raise InputError(text, "name another one with --database") from error
            hint = "read it as root, or as the user or a member of the group fwgen-peer"
            if os.access(self._path, os.R_OK):
                hint = "name another one with --database"
            raise InputError(f"{self._path}: cannot read it: {error}", hint) from error
