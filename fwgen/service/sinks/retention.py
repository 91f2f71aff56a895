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
_DATED: Final = (
    "SELECT log, position, utc_us FROM sample WHERE log = ? AND utc_us IS NOT NULL "
    "ORDER BY position LIMIT 1"
)
_NEWEST: Final = (
    "SELECT utc_us FROM sample WHERE utc_us IS NOT NULL ORDER BY log DESC, position DESC LIMIT 1"
)
_Row = tuple[int, int, int | None]
_Rows = list[_Row]


def _boottime_s() -> float:
    """Return the seconds since Linux was started, with its sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class Retention:
    """`keep_us`: samples older than this are removed; `most_bytes`: the oldest samples are removed
    so that the database stays below it. None: no limit. A sample without a time is older than
    the next one of its sensor that has a time; without a next one it has no age.

    The system clock may be wrong. So the age is counted to the newest sample that was there at
    `begin`, and the time that has passed since then, if the clock is later than that.
    """

    keep_us: int | None = None
    most_bytes: int | None = None
    utc_us: Callable[[], int] = lambda: time.time_ns() // 1000
    monotonic_s: Callable[[], float] = _boottime_s
    _next_s: float = field(default=0.0, init=False)
    _begun: tuple[int, float] | None = field(default=None, init=False)  # UTC in us, monotonic in s

    def begin(self, db: sqlite3.Connection) -> None:
        """Called before anything is stored. Raises sqlite3.Error."""
        if self.keep_us is not None and self._begun is None:
            newest = db.execute(_NEWEST).fetchone()
            self._begun = newest and (newest[0], self.monotonic_s())

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
        if self._begun is None:  # the database was new
            if db.execute(_NEWEST).fetchone() is None:
                return False
            self._begun = self.utc_us(), self.monotonic_s()
        newest_us, begun_s = self._begun
        passed_us = int((self.monotonic_s() - begun_s) * 1e6)
        before_us = min(self.utc_us(), newest_us + passed_us) - self.keep_us
        return self._remove(db, before_us)

    def _remove_large(self, db: sqlite3.Connection) -> bool:
        return (
            self.most_bytes is not None
            and used_bytes(db) > self.most_bytes
            and self._remove(db, None)
        )

    def _remove(self, db: sqlite3.Connection, before_us: int | None) -> bool:
        rows, first = _oldest(db)
        if before_us is not None:
            rows = [row for row in rows if _is_older(row, before_us, first)]
        keys = [(log, position) for log, position, _ in rows]
        with transaction(db):
            for table in ("sample", "value"):
                db.executemany(f"DELETE FROM {table} WHERE log = ? AND position = ?", keys)
        return bool(rows)


def _is_older(row: _Row, before_us: int, first: _Row | None) -> bool:
    """`first`: the sensor's first sample that has a time."""
    if row[2] is not None:
        return row[2] < before_us
    return first is not None and row[:2] < first[:2] and (first[2] or 0) < before_us


def _oldest(db: sqlite3.Connection) -> tuple[_Rows, _Row | None]:
    """Return the oldest samples of the sensor that has the oldest one, and its first sample that
    has a time."""
    found = []
    for second in (False, True):
        logs = db.execute(_LOGS, (second,)).fetchall()
        rows: _Rows = next(filter(None, (_fetch(db, log) for (log,) in logs)), [])
        dated = (db.execute(_DATED, log).fetchone() for log in logs)
        if rows:
            found.append((rows, next(filter(None, dated), None)))
    return min(found, key=lambda each: each[1][2] or 0 if each[1] else 0, default=([], None))


def _fetch(db: sqlite3.Connection, log: int) -> _Rows:
    return db.execute(_OLDEST, (log, _CHUNK)).fetchall()


def used_bytes(db: sqlite3.Connection) -> int:
    """Return the bytes of the database's pages that are in use."""
    pages, free, size = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
