"""`tail` and `export`: numbers and files that cannot be; the database of another user, and in a
read-only folder."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from fwgen.service.command.main import COMMANDS, PROGRAM, main
from fwgen.service.sinks.sqlite import SqliteSink
from tests.service.make_items import run

NOBODY = 65534


@pytest.fixture
def database() -> Iterator[Path]:
    """In a folder that every user may read."""
    for command in COMMANDS:
        PROGRAM.module(command)  # another user may not import it
    folder = Path(tempfile.mkdtemp(prefix="fwgen-read-"))
    folder.chmod(0o755)
    sink = SqliteSink(folder / "db")
    sink.open()
    sink.store([run(0, 10)], None)
    sink.close()
    yield folder / "db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """No file can be made in the folder."""
    folder.chmod(0o555)
    users = os.getresuid()
    if users[1] == 0:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(*users)


def left_in_wal_mode(database: Path, *names: str) -> None:
    """Write a row, and leave of the database what a killed service leaves; of it `names`."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("DELETE FROM sample WHERE position = 0")
        db.commit()
        kept = {end: database.with_name(f"{database.name}{end}").read_bytes() for end in names}
    for end, content in kept.items():
        database.with_name(f"{database.name}{end}").write_bytes(content)


def test_after_the_service_any_reader_of_sqlite_can_read_it(database: Path) -> None:
    assert [each.name for each in database.parent.iterdir()] == ["db"]
    with without_rights(database.parent), closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT count(*) FROM sample").fetchone() == (10,)


@pytest.mark.parametrize("command", ["tail", "export"])
@pytest.mark.parametrize("names", [(), ("", "-wal", "-shm")], ids=["older service", "killed"])
def test_it_can_be_read_although_it_expects_a_log(
    database: Path, command: str, names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """An older fwgen-peer has left it so, or a killed one."""
    left_in_wal_mode(database, *names)
    with without_rights(database.parent):
        assert main([command, "--database", str(database)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 9 + (command == "export")


def test_a_log_that_cannot_be_read_is_an_error_with_the_way_out(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left_in_wal_mode(database, "", "-wal")
    with without_rights(database.parent):
        assert main(["tail", "--database", str(database)]) == 2
    err = capsys.readouterr().err
    assert f"its last samples are in {database}-wal" in err
    assert "copy both to another folder" in err


def test_a_database_of_another_user_is_an_error_with_the_way_out(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.chmod(0o000)
    with without_rights(database.parent):
        assert main(["tail", "--database", str(database)]) == 2
    err = capsys.readouterr().err
    assert f"{database}: cannot read it" in err
    assert "group fwgen-peer" in err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("folder", "folder: expected a file"),
        ("empty", "empty: expected a database of fwgen-peer, found an empty file"),
        ("text", "text: not a database of fwgen-peer: file is not a database"),
        ("/dev/null", "/dev/null: expected a file"),
    ],
)
def test_what_is_no_database_is_bad_input(
    tmp_path: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("text" * 100)
    assert main(["tail", "--database", str(tmp_path / name)]) == 2
    err = capsys.readouterr().err
    assert text in err
    assert "\nhelp: name a" in err


@pytest.mark.parametrize(("count", "code", "lines"), [(10**21, 0, 10), (0, 0, 0), (-1, 2, 0)])
def test_any_number_of_last_samples_can_be_asked_for(
    database: Path, count: int, code: int, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tail", f"-n={count}", "--database", str(database)]) == code
    assert len(capsys.readouterr().out.splitlines()) == lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing/out.csv", "missing/out.csv: the folder does not exist\nhelp: make it: `mkdir -p"),
        ("folder", "folder: expected a file, found a folder"),
        ("db", "db: the file exists"),
        ("link", "link: the file exists"),
        ("db/out.csv", "db/out.csv: Not a directory"),
        ("/proc/out.csv", "/proc/out.csv: no file can be made there"),
    ],
)
def test_a_file_that_cannot_be_made_is_bad_input(
    database: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = database.parent
    (folder / "folder").mkdir()
    (folder / "link").symlink_to("nowhere")
    before = sorted(folder.iterdir())
    assert main(["export", "--database", str(database), "-o", str(folder / name)]) == 2
    assert text in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", ["out.csv", "x" * 255])
def test_a_file_system_without_second_names_gets_the_file_too(
    database: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As FAT, which USB sticks have."""

    def refuse(*words: object) -> NoReturn:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    target = database.with_name(name)
    assert main(["export", "--database", str(database), "-o", str(target)]) == 0
    assert len(target.read_text().splitlines()) == 11
    assert {each.name for each in database.parent.iterdir()} == {"db", name}
