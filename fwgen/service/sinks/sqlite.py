"""Samples in an SQLite database: each once, whatever is killed when.

The items of one `store` and the mark at which the next service continues are one transaction. WAL:
others may read while it is written. `synchronous=FULL`: a commit survives a loss of power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from fwgen.service.dating import MOST_RATE, Basis, LastDated
from fwgen.service.items import Item, Log, Mark, Redate, Run, SleepNote, StartNote
from fwgen.service.sensors import Sensor
from fwgen.service.sinks import schema
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.older import Ends
from fwgen.service.sinks.place import MovedError, Place
from fwgen.service.sinks.retention import Retention
from fwgen.service.sinks.transaction import transaction

_MARKS: Final = ("mark", "mark_1")
"""By stream."""
_BROKEN: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_CURE: Final = (
    "move {0} away, with {0}-wal and {0}-shm: fwgen-peer then makes a new one; "
    "`sqlite3 FILE .recover` saves what is in the old one"
)
_BUSY_S: Final = 10.0
_WAL_BYTES: Final = 4 << 20

_ONCE: Final = "ON CONFLICT DO NOTHING"
_INSERT: Final = f"INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_ONCE}"

_VALUE: Final = f"INSERT INTO value VALUES (?, ?, ?, ?) {_ONCE}"

_REDATE: Final = """
UPDATE sample SET utc_us = ? + device_us - ?,
  within_us = ? + CAST(abs(device_us - ?) * ? AS INTEGER), basis = ?
WHERE log = ? AND life IN (SELECT id FROM life WHERE log = ? AND boot = ?) AND utc_us IS NULL
"""
_LAST_DATED: Final = """
SELECT identity, boot, device_us, utc_us, within_us
FROM sample JOIN log ON log.id = sample.log JOIN life ON life.id = sample.life
WHERE sample.log = (SELECT log FROM mark) ORDER BY position DESC LIMIT 1
"""
_RECORDED: Final = (
    "SELECT identity, renumbered, position, boot FROM {table} JOIN log ON log.id = {table}.log"
)
_LAST: Final = """
SELECT max(position) FROM sample
WHERE log = (SELECT id FROM log WHERE identity = ? AND renumbered = ?)
"""
_BEFORE: Final = """
SELECT 1 FROM sample JOIN log ON log.id = sample.log JOIN life ON life.id = sample.life
WHERE identity = ? AND renumbered < ? AND position & 0xFFFFFFFF = ? & 0xFFFFFFFF
AND boot = (SELECT boot FROM life WHERE id = ?) AND device_us = ?
"""


class _Contents(NamedTuple):
    """Of the database's file: what shows that another program has written to it."""

    size: int
    changed_ns: int
    marks: list[list[tuple[object, ...]]]


class SqliteSink:
    """The recorder among the sinks: `recorded` returns the mark."""

    def __init__(self, path: Path, retention: Retention | None = None) -> None:
        self._path = path
        self._retention = retention or Retention()
        self._db: sqlite3.Connection | None = None
        self._place = Place()
        self._left: _Contents | None = None  # after `open` and `store`
        self._suspect = False  # another program has written to the file
        self._ends = Ends()
        self._logs: dict[Log, int] = {}
        self._lives: dict[tuple[int, int, bytes], int] = {}
        self._channels: dict[Sensor, tuple[int, ...]] = {}

    def open(self) -> None:
        with self._failing():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                self._path.touch()
            before, real = Place(self._path), self._path.resolve()
            schema.check(self._path)
            db = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._db = db
            if self._suspect:
                self._check_whole(db)
            self._prepare(db)
            others = (real.with_name(real.name + end) for end in ("-wal", "-shm"))
            self._place = Place(self._path, *others)
            before.check()
            self._ends = Ends([self._end_of(db, mark) for mark in self._marks(db)])
            self._left, self._suspect = self._contents(db), False

    def close(self) -> None:
        db, self._db = self._db, None
        self._forget()
        if db is not None:
            with suppress(sqlite3.Error):  # so that it can be read where nobody may write
                db.execute("PRAGMA busy_timeout = 0")
                db.execute("PRAGMA journal_mode = DELETE")
            with suppress(sqlite3.Error):
                db.close()

    def recorded(self) -> Mark | None:
        """Return the mark of the last service; None: the database is new. Raises SinkError."""
        with self._failing():
            marks = self._marks(self._open_db)
        if not marks or marks[0].log.stream:
            return None
        return marks[0]._replace(other=marks[1] if len(marks) > 1 else None)

    def last_dated(self) -> LastDated | None:
        """Return the last sample, if its time is known. Raises SinkError."""
        with self._failing():
            row = self._open_db.execute(_LAST_DATED).fetchone()
        if row is None or row[3] is None:
            return None
        identity, boot, device_us, utc_us, within_us = row
        return LastDated(int(identity, 16), boot, device_us, utc_us, within_us)

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        db = self._open_db
        with self._failing():
            self._place.check()
            self._check_contents()
            with transaction(db):
                for item in [*self._ends.holes(items, mark), *items]:
                    self._store(db, item)
                if mark is not None:
                    self._record(db, mark)
            self._place.check()
            self._ends.note(items, mark)
            for item in items:
                if isinstance(item, StartNote):
                    item.stored()
            self._retention.apply(db)
            self._left, self._suspect = self._contents(db), False

    # ------------------------------------------------------------------------------------ inside

    def _forget(self) -> None:
        self._logs.clear()
        self._lives.clear()
        self._channels.clear()

    def _marks(self, db: sqlite3.Connection) -> list[Mark]:
        marks = []
        for stream, table in enumerate(_MARKS):
            row = db.execute(_RECORDED.format(table=table)).fetchone()
            if row is not None:
                identity, renumbered, position, boot = row
                log = Log(int(identity.partition("/")[0], 16), renumbered, stream)
                marks.append(Mark(log, position, boot))
        return marks

    def _end_of(self, db: sqlite3.Connection, mark: Mark) -> Mark:
        """Return the mark after all samples that are stored: it may lag behind them."""
        (last,) = db.execute(_LAST, (mark.log.owner, mark.log.renumbered)).fetchone()
        return mark._replace(position=max(mark.position, -1 if last is None else last + 1))

    @property
    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise SinkError(f"{self._path}: the database is not open")
        return self._db

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except MovedError:
            self._complete()
            raise
        except schema.FormatError as error:
            raise SinkError(f"{self._path}: {error}", error.cure) from error
        except (sqlite3.Error, OSError) as error:
            self._forget()  # a rolled-back insert must not stay known
            broken = getattr(error, "sqlite_errorname", "").startswith(_BROKEN)
            cure = _CURE.format(self._path) if broken else ""
            text = getattr(error, "strerror", "") or error
            raise SinkError(f"{self._path}: {text}", cure) from error

    def _contents(self, db: sqlite3.Connection) -> _Contents:
        marks = [db.execute(f"SELECT * FROM {table}").fetchall() for table in _MARKS]
        found = self._path.stat()
        return _Contents(found.st_size, found.st_mtime_ns, marks)

    def _check_contents(self) -> None:
        """Raise SinkError if another program has written something else into the file, as `cp`
        does. This connection might not notice it for long: it has the pages in memory."""
        found, left = self._path.stat(), self._left
        if left is None or (found.st_size, found.st_mtime_ns) == (left.size, left.changed_ns):
            return
        self._suspect = True
        with closing(schema.connect_to_read(self._path)) as db:
            self._check_whole(db)
            if self._contents(db).marks != left.marks:
                text = "another program has written another database into it: going on in that one"
                raise SinkError(f"{self._path}: {text}")
        self._suspect = False

    def _check_whole(self, db: sqlite3.Connection) -> None:
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            text = f"another program has damaged it: {found}"
            raise SinkError(f"{self._path}: {text}", _CURE.format(self._path))

    def _complete(self) -> None:
        """Move what is in the write-ahead log to the database that is open, wherever that is now;
        SQLite does not when it closes a database that was moved."""
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _prepare(self, db: sqlite3.Connection) -> None:
        if schema.is_empty(db):
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        schema.prepare(db)
        self._retention.begin(db)

    def _record(self, db: sqlite3.Connection, mark: Mark) -> None:
        for table, each in zip(_MARKS, (mark, mark.other), strict=True):
            if each is None:
                db.execute(f"DELETE FROM {table}")
            else:
                place = (self._log_id(db, each.log), each.position, each.boot)
                db.execute(f"INSERT OR REPLACE INTO {table} VALUES (1, ?, ?, ?)", place)

    def _store(self, db: sqlite3.Connection, item: Item) -> None:
        log = self._log_id(db, item.log)
        if isinstance(item, Redate):
            reference = (item.utc_us, item.device_us, item.within_us, item.device_us)
            other = item.mark.other
            for each in [log] if other is None else [log, self._log_id(db, other.log)]:
                db.execute(_REDATE, (*reference, MOST_RATE, Basis.LATER, each, each, item.boot))
        elif isinstance(item, StartNote):
            start = (log, item.boot, item.noted_us, item.said)
            db.execute(f"INSERT INTO start VALUES (?, ?, ?, ?) {_ONCE}", start)
        elif isinstance(item, SleepNote):
            sleep = item.document
            causes, warnings = ", ".join(sleep["causes"]), "\n".join(sleep["warnings"])
            what = (sleep["by"], sleep["acknowledged"], sleep["slept_s"], causes, sleep["refused"])
            times = (item.asked_us, item.ended_us)
            values = (*times, *what, warnings)
            db.execute(f"INSERT INTO sleep VALUES (?, ?, ?, ?, ?, ?, ?, ?) {_ONCE}", values)
        elif isinstance(item, Run):
            life = self._life_id(db, log, item.block.boot, item.block.spec)
            channels = self._channel_ids(db, item.sensor)
            rows: Iterable[tuple[object, ...]] = _rows(item, log, life)
            known = set()
            if item.log.renumbered:
                rows = list(rows)
                known = {row[1] for row in rows if self._stored_before(db, item.log, row)}
                rows = [row for row in rows if row[1] not in known]
            db.executemany(_INSERT, rows)
            if not item.sensor.is_plain:
                quantities = _values(item, log, channels)
                db.executemany(_VALUE, (row for row in quantities if row[1] not in known))
        else:
            row = (log, item.position, item.count, item.reason)
            db.execute(f"INSERT INTO gap VALUES (?, ?, ?, ?) {_ONCE}", row)

    def _stored_before(self, db: sqlite3.Connection, log: Log, row: tuple[object, ...]) -> bool:
        """Whether the sample was stored before its log was renumbered: the firmware sends again
        what survived the damage."""
        position, life, device_us = row[1:4]
        key = (log.owner, log.renumbered, position, life, device_us)
        found = db.execute(_BEFORE, key)
        return found.fetchone() is not None

    def _log_id(self, db: sqlite3.Connection, log: Log) -> int:
        if log not in self._logs:
            key = (log.owner, log.renumbered)
            db.execute(f"INSERT INTO log (identity, renumbered) VALUES (?, ?) {_ONCE}", key)
            found = db.execute("SELECT id FROM log WHERE identity = ? AND renumbered = ?", key)
            self._logs[log] = found.fetchone()[0]
        return self._logs[log]

    def _channel_ids(self, db: sqlite3.Connection, sensor: Sensor) -> tuple[int, ...]:
        if sensor not in self._channels:
            found = []
            for name, channel in zip(sensor.columns, sensor.channels, strict=True):
                found.append(_channel_id(db, name, channel.unit))
            self._channels[sensor] = tuple(found)
        return self._channels[sensor]

    def _life_id(self, db: sqlite3.Connection, log: int, boot: int, spec: bytes) -> int:
        life = (log, boot, spec)
        if life not in self._lives:
            key = (log, boot, spec.hex())
            db.execute(f"INSERT INTO life (log, boot, spec) VALUES (?, ?, ?) {_ONCE}", key)
            found = db.execute("SELECT id FROM life WHERE log = ? AND boot = ? AND spec = ?", key)
            self._lives[life] = found.fetchone()[0]
        return self._lives[life]


def _channel_id(db: sqlite3.Connection, name: str, unit: str) -> int:
    """Return the id of the channel; it is made if it is new. If another spec gave its name another
    unit, its name is `NAME (UNIT)`."""
    for each in (name, f"{name} ({unit})"):
        db.execute(f"INSERT INTO channel (name, unit) VALUES (?, ?) {_ONCE}", (each, unit))
        row = db.execute("SELECT id, unit FROM channel WHERE name = ?", (each,)).fetchone()
        if row[1] == unit:
            break
    return int(row[0])


def _rows(run: Run, log: int, life: int) -> Iterator[tuple[object, ...]]:
    within_us = None if run.dated is None else run.dated.within_us
    basis = None if run.dated is None else run.dated.basis
    for sample in run.samples():
        yield (
            *(log, sample.position, life, sample.device_us, sample.utc_us, within_us, basis),
            *(sample.status, sample.distance_mm, sample.late_16ths),
        )


def _values(run: Run, log: int, channels: Sequence[int]) -> Iterator[tuple[object, ...]]:
    for sample in run.samples():
        if sample.values:
            quantities = run.sensor.quantities(sample.values)
            for channel, quantity in zip(channels, quantities, strict=True):
                yield log, sample.position, channel, quantity
