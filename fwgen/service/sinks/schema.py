"""The database's format: its schema (schema.sql), and the steps from each older one to it."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import quote

from fwgen.service.sinks.transaction import transaction

FORMAT: Final = 3
"""The database's `user_version`."""
_MAGIC: Final = b"SQLite format 3\0"
APPLICATION_ID: Final = 0x66776770  # "fwgp"

STEPS: Final = {
    1: "ALTER TABLE sleep ADD COLUMN warnings TEXT NOT NULL DEFAULT '';",
    2: """
CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL);
CREATE TABLE value (
  log INTEGER NOT NULL REFERENCES log, position INTEGER NOT NULL,
  channel INTEGER NOT NULL REFERENCES channel, value REAL NOT NULL,
  PRIMARY KEY (log, position, channel)
) WITHOUT ROWID;
CREATE TABLE mark_1 (
  only INTEGER PRIMARY KEY CHECK (only = 1), log INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL, boot INTEGER NOT NULL
);
INSERT INTO channel (name, unit) SELECT 'distance_mm', 'mm' WHERE EXISTS (SELECT 1 FROM sample);
""",
}
"""Format -> the SQL that makes the next one of it. schema.sql has all of them."""
assert sorted(STEPS) == list(range(1, FORMAT))


class FormatError(Exception):
    """The file is no database that this fwgen-peer can use here. Nothing was changed in it."""

    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.cure = cure


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.Error; FormatError if this fwgen-peer does not know the database's format, or
    may not read the log that a killed service left."""
    try:
        return _connect(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(_NO_SHM) and os.access(path, os.R_OK):
            return _connect_without_log(path)
        raise


_NO_SHM: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
"""What SQLite says if it cannot make the file -shm beside the database."""


def _connect_without_log(path: Path) -> sqlite3.Connection:
    """Connect to a database in WAL mode in a folder in which this user may not write, or that is
    read-only. Without a log nobody writes to it: then SQLite need not share memory with others."""
    log = path.resolve()
    log = log.with_name(f"{log.name}-wal")
    if log.exists() and log.stat().st_size:
        text = f"its last samples are in {log}, which cannot be read in a folder that is read-only"
        cure = "copy both to another folder, or read it as root or as the user of fwgen-peer"
        raise FormatError(text, cure)
    return _connect(path, "immutable=1")


def _connect(path: Path, how: str) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True)
    try:
        _check(db)
    except BaseException:
        db.close()
        raise
    return db


def check(path: Path) -> None:
    """Raise FormatError if the file is there and may not be changed. Raises sqlite3.Error and
    OSError."""
    if not path.exists():
        return
    found = path.stat()
    if found.st_nlink > 1:  # SQLite's files -wal and -shm are beside one of the names
        text = f"the file has {found.st_nlink} names (hard links), and SQLite allows one"
        find = f"`find / -samefile {shlex.quote(str(path))}`"
        cure = f"{find} shows them: remove the others, or name a copy with --database"
        raise FormatError(text, cure)
    if not found.st_size:
        return
    with path.open("rb") as file:
        begins = file.read(len(_MAGIC))
    if begins != _MAGIC:  # SQLite takes a file of one byte for an empty database
        text = "expected a database of fwgen-peer, found another file"
        raise FormatError(text, f"move {path} away, or name another with --database")
    with closing(connect_to_read(path)):
        pass


def prepare(db: sqlite3.Connection) -> None:
    """Make the schema in an empty database; bring an older one to FORMAT, in one transaction.
    Call `check` before. Raises sqlite3.Error."""
    with transaction(db):
        version = _check(db)
        if version is None:
            _execute(db, resources.files(__package__).joinpath("schema.sql").read_text("utf-8"))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        else:
            for each in range(version, FORMAT):
                _execute(db, STEPS[each])
        db.execute(f"PRAGMA user_version = {FORMAT}")


def is_empty(db: sqlite3.Connection) -> bool:
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return not tables


def _check(db: sqlite3.Connection) -> int | None:
    """Return the database's format; None: it is empty. Raises FormatError."""
    if is_empty(db):
        return None
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    if owner != APPLICATION_ID:
        text = "expected a database of fwgen-peer, found another one"
        raise FormatError(text, "name another with --database")
    if not 1 <= version <= FORMAT:
        text = f"expected a database of format {FORMAT} or older, found {version}"
        cure = "install the newer fwgen-peer that wrote it, or name another with --database"
        raise FormatError(text, cure)
    return int(version)


def _execute(db: sqlite3.Connection, text: str) -> None:
    for statement in _statements(text):
        db.execute(statement)


def _statements(text: str) -> Iterator[str]:
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
