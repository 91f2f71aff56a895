"""An older database is brought to the present format; a newer one is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from fwgen.service.command.main import main
from fwgen.service.items import Mark, SleepNote
from fwgen.service.sinks import schema
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.sqlite import SqliteSink
from tests.service.make_items import ONE, run

OLD: Final = sorted(Path(__file__).with_name("formats").glob("*.sql"))
TABLES: Final = ("log", "life", "sample", "gap", "sleep", "start", "mark")


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database that an earlier fwgen-peer wrote."""
    path = tmp_path / "samples.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(request.param.read_text())
    return path


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}


def columns(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return name, type, NOT NULL, default and key of all columns of tables and views."""
    with closing(sqlite3.connect(path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema ORDER BY name")]
        return {name: db.execute(f"PRAGMA table_info({name})").fetchall() for name in names}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_there_is_one_of_each_older_format() -> None:
    assert [path.stem for path in OLD] == [str(number) for number in schema.STEPS]


def test_the_service_continues_in_an_older_database(old: Path) -> None:
    before = contents(old)
    sink = SqliteSink(old)
    sink.open()
    assert sink.recorded() == Mark(ONE, 42, 3)
    document = {
        **{"by": "command", "acknowledged": True, "slept_s": 3.0, "causes": [], "refused": ""},
        "warnings": ["no alarm", "no mode"],
    }
    sink.store([run(42, 3, boot=3), SleepNote(Mark(ONE, 45, 3), 5, 9, document)], None)
    sink.close()
    assert version(old) == schema.FORMAT
    after = contents(old)
    assert after["sample"][:-3] == before["sample"]
    assert [row[1] for row in after["sample"]] == [40, 41, 42, 43, 44]
    new, sleep = after["sleep"]
    assert sleep[:7] == before["sleep"][0][:7] and sleep[7:] == ("",)
    assert new[-1] == "no alarm\nno mode"
    for name in ("log", "life", "gap", "start", "mark"):
        assert after[name] == before[name]


def test_it_then_has_the_columns_of_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    for path in (old, new):
        sink = SqliteSink(path)
        sink.open()
        sink.close()
    assert columns(old) == columns(new)


def test_a_step_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(old), columns(old)
    last = schema.FORMAT - 1
    steps = {**schema.STEPS, last: f"{schema.STEPS[last]}\nDROP TABLE absent;"}
    monkeypatch.setattr(schema, "STEPS", steps)
    sink = SqliteSink(old)
    with pytest.raises(SinkError, match="no such table: absent"):
        sink.open()
    sink.close()
    assert version(old) in schema.STEPS
    assert (contents(old), columns(old)) == before


def test_an_older_database_is_read_as_it_is(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = old.read_bytes()
    assert main(["export", "--database", str(old)]) == 0
    assert "1040" in capsys.readouterr().out
    assert old.read_bytes() == before


@pytest.mark.parametrize("command", ["run", "export", "tail"])
def test_a_newer_database_is_refused_and_left_alone(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what a killed service has left beside it."""
    path = tmp_path / "samples.sqlite"
    sink = SqliteSink(path)
    sink.open()
    newer = schema.FORMAT + 1
    sink._open_db.execute(f"PRAGMA user_version = {newer}")
    files = {path: path.read_bytes() for path in tmp_path.glob("samples.sqlite*")}
    wal = tmp_path / "samples.sqlite-wal"
    assert len(files[wal]) > 0
    killed = tmp_path / "killed"
    killed.mkdir()
    for file, data in files.items():
        (killed / file.name).write_bytes(data)
    sink.close()
    words = ["--socket", str(tmp_path / "socket")] if command == "run" else []
    assert main([command, "--database", str(killed / path.name), *words]) == 2
    error = capsys.readouterr().err
    assert f"expected a database of format {schema.FORMAT} or older, found {newer}" in error
    assert "help: install the newer fwgen-peer that wrote it" in error
    for file in (path, wal):
        assert (killed / file.name).read_bytes() == files[file]
