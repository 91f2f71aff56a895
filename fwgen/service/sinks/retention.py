"""Removes old samples from the database: by age, or to keep it below a size."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from fwgen.service.sinks.transaction import transaction

_EVERY_S: Final = 60.0
_CHUNK: Final = 2_000
"""Samples removed in one transaction: the database is not locked for long."""
_PAGES: Final = 1_000
"""Free pages that are given back to the file system in one step."""

_LOGS: Final = "SELECT id FROM log WHERE (identity LIKE '%/1') = ? ORDER BY id"
_OLDEST: Final = "SELECT log, position, utc_us FROM sample WHERE log = ? ORDER BY position LIMIT ?"
_Rows = list[tuple[int, int, int | None]]


@dataclass
class Retention:
    """`keep_us`: samples older than this are removed; `most_bytes`: the oldest samples are removed
    so that the database stays below it. None: no limit. A sample without a time has no age."""

    keep_us: int | None = None
    most_bytes: int | None = None
    utc_us: Callable[[], int] = lambda: time.time_ns() // 1000
    monotonic_s: Callable[[], float] = time.monotonic
    _next_s: float = field(default=0.0, init=False)

    def apply(self, db: sqlite3.Connection) -> None:
        """Remove at most one chunk; called after each transaction. Raises sqlite3.Error."""
        if self.monotonic_s() < self._next_s:
            return
        removed = self._remove_old(db) or self._remove_large(db)
        if removed:
            db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        else:
            self._next_s = self.monotonic_s() + _EVERY_S

    def _remove_old(self, db: sqlite3.Connection) -> bool:
        if self.keep_us is None:
            return False
        before_us = self.utc_us() - self.keep_us
        return self._remove(db, before_us)

    def _remove_large(self, db: sqlite3.Connection) -> bool:
        return (
            self.most_bytes is not None
            and used_bytes(db) > self.most_bytes
            and self._remove(db, None)
        )

    def _remove(self, db: sqlite3.Connection, before_us: int | None) -> bool:
        rows = _oldest(db)
        if before_us is not None:
            rows = [row for row in rows if row[2] is not None and row[2] < before_us]
        keys = [(log, position) for log, position, _ in rows]
        with transaction(db):
            for table in ("sample", "value"):
                db.executemany(f"DELETE FROM {table} WHERE log = ? AND position = ?", keys)
        return bool(rows)


def _oldest(db: sqlite3.Connection) -> _Rows:
    """Return the oldest samples of the sensor that has the oldest one."""
    found = []
    for second in (False, True):
        for (log,) in db.execute(_LOGS, (second,)).fetchall():
            rows: _Rows = db.execute(_OLDEST, (log, _CHUNK)).fetchall()
            if rows:
                found.append(rows)
                break
    return min(found, key=lambda rows: rows[0][2] or 0, default=[])


def used_bytes(db: sqlite3.Connection) -> int:
    """Return the bytes of the database's pages that are in use."""
    pages, free, size = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
