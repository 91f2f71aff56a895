"""The database: each sample once, whatever happens."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.service.items import Dated, Hole, Item, Log, Mark, StartNote
from fwgen.service.sensors import Sensor
from fwgen.service.sinks.base import SinkError
from fwgen.service.sinks.retention import Retention, used_bytes
from fwgen.service.sinks.sqlite import SqliteSink
from fwgen.wire.channel import Channel
from tests.service.make_items import ONE, PERIOD_US, run
from tests.service.running import positions

DAY_US = 86_400_000_000


def store(
    path: Path, *items: Item, mark: Mark | None = None, retention: Retention | None = None
) -> None:
    sink = SqliteSink(path, retention)
    sink.open()
    sink.store(items, None)
    sink.close()


def read(path: Path, query: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def test_samples_that_come_again_are_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "db"
    store(path, run(0, 10), run(10, 10))
    store(path, run(5, 20))
    assert positions(path) == list(range(25))


def test_the_mark_and_the_samples_are_one_transaction(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / "db")
    sink.open()
    sink.store([run(0, 10)], Mark(ONE, 10, 1))
    with pytest.raises(SinkError):
        sink.store([run(10, 10), Hole(ONE, 20, 1, None, 1)], Mark(ONE, 21, 1))  # type: ignore[arg-type]
    assert sink.recorded() == Mark(ONE, 10, 1)
    sink.store([run(10, 10)], Mark(ONE, 20, 1))
    assert sink.recorded() == Mark(ONE, 20, 1)
    sink.close()
    assert positions(tmp_path / "db") == list(range(20))


def test_a_new_database_has_no_mark(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / "db")
    sink.open()
    assert sink.recorded() is None
    sink.close()


def test_it_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "db"
    sink = SqliteSink(path)
    sink.open()
    sink.store([run(0, 10)], None)
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sample").fetchone()
    sink.store([run(10, 10)], None)
    assert reader.execute("SELECT count(*) FROM sample").fetchone() == (10,), "its snapshot"
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM sample").fetchone() == (20,)
    reader.close()
    sink.close()


def test_gaps_are_kept_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "db"
    holes = [Hole(ONE, 10, 5, "declared", 1), Hole(ONE, 30, None, "new-log", 1)]
    store(path, *holes)
    store(path, *holes)
    assert read(path, "SELECT position, count, reason FROM gap") == [
        (10, 5, "declared"),
        (30, None, "new-log"),
    ]


def test_numbers_used_again_are_other_samples_but_survivors_are_not(tmp_path: Path) -> None:
    """The firmware's log lost its newest part: 8 and 9 are used again, 0 to 7 come again."""
    path = tmp_path / "db"
    again = Log(ONE.identity, 1)
    store(path, run(0, 10), Hole(ONE, 10, None, "renumbered", 1))
    store(path, run(0, 8, again), run(8, 5, again, boot=2, start_us=0))
    found = read(path, "SELECT renumbered, position, boot FROM samples")
    assert found == [(0, n, 1) for n in range(10)] + [(1, n, 2) for n in range(8, 13)]


def test_crashes_are_acknowledged_when_they_are_stored(tmp_path: Path) -> None:
    stored: list[int] = []
    note = StartNote(Mark(ONE, 5, 2), 2, 7, "why\ncrash 1", lambda: stored.append(1))
    store(tmp_path / "db", note)
    store(tmp_path / "db", note)
    assert stored == [1, 1]
    assert read(tmp_path / "db", "SELECT boot, said FROM start") == [(2, "why\ncrash 1")]
    sink = SqliteSink(tmp_path / "db")
    with pytest.raises(SinkError):
        sink.store([note], None)  # not open
    assert stored == [1, 1]


def test_the_view_shows_times_and_names(tmp_path: Path) -> None:
    path = tmp_path / "db"
    dated = Dated(1_764_149_000_000_001.0, PERIOD_US, 2500, "pair")
    store(path, run(1, 1, dated=dated), run(2, 1, words=[3 << 13]))
    rows = read(
        path,
        "SELECT log, boot, spec, position, utc, within_us, basis, status, distance_mm FROM samples",
    )
    log = f"{ONE.identity:016x}"
    assert rows == [
        (log, 1, "00010203", 1, "2025-11-26T09:23:20.000001Z", 2500, "pair", "valid", 1001),
        (log, 1, "00010203", 2, None, None, None, "no echo", None),
    ]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "db"
    sink = SqliteSink(path)
    sink.open()
    sink.store([run(0, 100)], Mark(ONE, 100, 1))
    pages = sink._open_db.execute("PRAGMA page_count").fetchone()[0]
    sink._open_db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SinkError, match="database or disk is full"):
        sink.store([run(100, 1000)], Mark(ONE, 1100, 1))
    assert sink.recorded() == Mark(ONE, 100, 1)
    sink.close()
    sink.open()  # space again
    sink.store([run(100, 1000)], Mark(ONE, 1100, 1))
    sink.close()
    assert positions(path) == list(range(1100))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x", "expected a database of fwgen-peer, found another file"),
        (b"SQLite format 2\x00" + bytes(200), "expected a database of fwgen-peer, found another f"),
        (b"SQLite format 3\x00" + bytes(200), "file is not a database"),
        ("CREATE TABLE x (y)", "expected a database of fwgen-peer, found another one"),
        ("PRAGMA user_version = 9", "expected a database of format 3 or older, found 9"),
        ("PRAGMA user_version = 0", "expected a database of format 3 or older, found 0"),
    ],
)
def test_a_file_that_is_not_its_own_is_left_alone(
    tmp_path: Path, content: bytes | str, why: str
) -> None:
    path = tmp_path / "db"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        if "user_version" in content:
            store(path)
        db = sqlite3.connect(path)
        db.execute(content)
        db.close()
    before = path.read_bytes()
    with pytest.raises(SinkError, match=why):
        store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("ends", [("",), ("", "-wal", "-shm"), ("-wal",), ("-shm",)], ids=str)
@pytest.mark.parametrize("how", ["moved", "removed", "replaced"])
def test_only_what_is_in_the_file_that_the_path_names_is_stored(
    tmp_path: Path, ends: tuple[str, ...], how: str
) -> None:
    path, old = tmp_path / "db", tmp_path / "old"
    store(tmp_path / "other", run(0, 3))
    sink = SqliteSink(path)
    sink.open()
    sink.store([run(0, 10)], Mark(ONE, 10, 1))
    for end in ends:
        name = tmp_path / f"db{end}"
        name.unlink() if how == "removed" else name.rename(tmp_path / f"old{end}")
        if how == "replaced":
            name.write_bytes(b"" if end else (tmp_path / "other").read_bytes())
    with pytest.raises(
        SinkError, match=r"the file was .*: going on in the one that the path names"
    ):
        sink.store([run(10, 10)], Mark(ONE, 20, 1))
    sink.close()
    sink.open()
    sink.store([run(10, 10)], Mark(ONE, 20, 1))
    sink.close()
    before = list(range(10)) if "" not in ends else [0, 1, 2] if how == "replaced" else []
    assert positions(path) == [*before, *range(10, 20)]
    assert read(path, "PRAGMA integrity_check") == [("ok",)]
    if "" in ends and how != "removed":
        assert positions(old) == list(range(10)), "also what was in the write-ahead log"


def test_a_database_that_moves_while_it_stores_has_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, moved = tmp_path / "db", tmp_path / "moved"
    sink = SqliteSink(path)
    sink.open()
    monkeypatch.setattr(sink, "_record", lambda db, mark: path.rename(moved))
    with pytest.raises(SinkError, match="was moved or removed"):
        sink.store([run(0, 10)], Mark(ONE, 10, 1))
    sink.close()


@pytest.mark.parametrize("logged", [False, True], ids=["", "log"])
@pytest.mark.parametrize("how", ["emptied", "garbage", "another database"])
def test_a_database_that_another_program_overwrites_is_noticed(
    tmp_path: Path, how: str, logged: bool
) -> None:
    """`mv` puts another file in its place, but `cp` writes into the one that is open. `logged`: the
    write-ahead log has pages of the old one."""
    path, other = tmp_path / "db", tmp_path / "other"
    store(other, run(0, 5))
    content = {"emptied": b"", "garbage": b"garbage" * 1000}.get(how, other.read_bytes())
    sink = SqliteSink(path)
    sink.open()
    for number in range(50):
        sink.store([run(100 * number, 100)], Mark(ONE, 100 * number + 100, 1))
        if number == 40 or not logged:
            sink._complete()
    path.write_bytes(content)
    with pytest.raises(SinkError):
        sink.store([run(5000, 10)], Mark(ONE, 5010, 1))
    sink.close()
    try:
        sink.open()
        sink.store([run(5000, 10)], Mark(ONE, 5010, 1))
    except SinkError as error:
        assert f"move {path} away" in error.cure
        sink.close()
        for each in tmp_path.glob("db*"):
            each.unlink()
        sink.open()
        sink.store([run(5000, 10)], Mark(ONE, 5010, 1))
    else:
        assert how != "garbage" and not logged
    sink.close()
    before = range(5) if how == "another database" and not logged else range(0)
    assert positions(path) == [*before, *range(5000, 5010)]
    assert read(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("how", ["moved", "copied"])
def test_an_older_backup_that_replaces_the_database_gets_a_gap(tmp_path: Path, how: str) -> None:
    """As if it had been restored while no service ran: the firmware has freed those samples."""
    path, backup, second = tmp_path / "db", tmp_path / "backup", Log(ONE.identity, stream=1)

    def mark(one: int, two: int) -> Mark:
        return Mark(ONE, one, 1, Mark(second, two, 1))

    sink = SqliteSink(path)
    sink.open()
    sink.store([run(0, 10), run(0, 5, second)], mark(10, 5))
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(backup)) as copy:
        db.backup(copy)
    sink.store([run(10, 10), run(5, 7, second)], mark(20, 12))
    sink.store([run(20, 10)], mark(30, 12))
    sink._complete()
    if how == "moved":
        backup.rename(path)
    else:
        path.write_bytes(backup.read_bytes())
    with pytest.raises(SinkError, match="going on in"):
        sink.store([run(30, 10)], mark(40, 12))
    sink.close()
    sink.open()
    sink.store([], mark(30, 12))
    sink.store([run(30, 10)], mark(40, 12))
    sink.store([run(40, 10), run(12, 1, second)], mark(50, 13))
    sink.close()
    gaps = "SELECT identity, position, count, reason FROM gap JOIN log ON log.id = log"
    assert read(path, gaps) == [
        (ONE.owner, 10, 20, "missed"),
        (second.owner, 5, 7, "missed"),
    ]
    stored = [*range(10), *range(30, 50), *range(5), 12]
    assert positions(path) == stored


def test_a_backup_of_another_log_gets_a_gap_of_unknown_size(tmp_path: Path) -> None:
    path, backup = tmp_path / "db", tmp_path / "backup"
    for name, log in ((backup, Log(0xB0B)), (path, ONE)):
        sink = SqliteSink(name)
        sink.open()
        sink.store([run(0, 10, log)], Mark(log, 10, 1))
        sink.close()
    sink.open()
    backup.rename(path)
    with pytest.raises(SinkError, match="was replaced"):
        sink.store([run(10, 10)], Mark(ONE, 20, 1))
    sink.close()
    sink.open()
    sink.store([run(10, 10)], Mark(ONE, 20, 1))
    sink.close()
    assert read(path, "SELECT position, count, reason FROM gap") == [(10, None, "new-log")]


def test_other_programs_may_write_to_the_database(tmp_path: Path) -> None:
    path = tmp_path / "db"
    sink = SqliteSink(path)
    sink.open()
    sink.store([run(0, 100)], None)
    for _ in range(3):
        other = sqlite3.connect(path)
        other.execute("DELETE FROM sample WHERE position < 10")
        other.commit()
        other.execute("VACUUM")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        other.close()
        sink.store([run(100, 10)], None)
    sink.close()
    assert positions(path) == list(range(10, 110))


def test_a_symbolic_link_that_names_another_database_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    (tmp_path / "disk").mkdir()
    link.symlink_to(tmp_path / "disk/db")
    sink = SqliteSink(link)
    sink.open()
    sink.store([run(0, 10)], None)
    sink.store([run(10, 10)], None)
    link.unlink()
    link.symlink_to(tmp_path / "disk/second")
    with pytest.raises(SinkError, match=r"was moved or removed|was replaced"):
        sink.store([run(20, 10)], None)
    sink.close()
    assert positions(tmp_path / "disk/db") == list(range(20))


@pytest.mark.parametrize("content", ["samples", "empty"])
def test_a_database_with_two_names_is_refused(tmp_path: Path, content: str) -> None:
    """Each name would get a -wal file of its own, and a lock."""
    path, other = tmp_path / "db", tmp_path / "other"
    sink = SqliteSink(path)
    if content == "samples":
        sink.open()
        sink.store([run(0, 10)], None)
        sink.close()
    else:
        path.touch()
    other.hardlink_to(path)
    before = path.read_bytes()
    for name in (path, other):
        with pytest.raises(SinkError, match=r"the file has 2 names \(hard links\)") as caught:
            SqliteSink(name).open()
        assert f"find / -samefile {name}" in caught.value.cure
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["db", "other"]
    other.unlink()
    sink.open()
    sink.store([run(10, 10)], None)
    sink.close()
    assert positions(path) == list(range(0 if content == "samples" else 10, 20))


def test_a_channel_whose_unit_has_changed_is_another_channel(tmp_path: Path) -> None:
    path = tmp_path / "db"
    for number, unit in enumerate(("°C", "°F", "°C", "")):
        sensor = Sensor("", (Channel("temp", unit, 13),))
        item = replace(run(10 * number, 1, words=[20 + number]), sensor=sensor)
        store(path, item)
    rows = read(path, "SELECT position, name, unit, value FROM value JOIN channel ON id = channel")
    assert rows == [
        (0, "temp", "°C", 20.0),
        (10, "temp (°F)", "°F", 21.0),
        (20, "temp", "°C", 22.0),
        (30, "temp ()", "", 23.0),
    ]


def test_old_samples_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "db"
    now_us = 100 * DAY_US
    runs = [
        run(number * 10, 10, dated=Dated(number * 10.0 * DAY_US, PERIOD_US, 1, "pair"))
        for number in range(10)
    ]
    store(path, *runs, retention=Retention(keep_us=30 * DAY_US, utc_us=lambda: now_us))
    assert positions(path) == list(range(70, 100))


def test_a_sample_without_a_time_has_no_age(tmp_path: Path) -> None:
    path = tmp_path / "db"
    store(path, run(0, 10), retention=Retention(keep_us=1))
    assert positions(path) == list(range(10))


def test_samples_without_a_time_are_older_than_the_next_that_has_one(tmp_path: Path) -> None:
    path = tmp_path / "db"
    clock = iter(range(0, 10_000_000, 100))
    retention = Retention(30 * DAY_US, None, lambda: 100 * DAY_US, lambda: float(next(clock)))
    sink = SqliteSink(path, retention)
    sink.open()
    old, new = (Dated(day * float(DAY_US), PERIOD_US, 1, "pair") for day in (10, 99))
    sink.store([run(number * 1000, 1000) for number in range(3)], None)
    sink.store([run(3000, 10, dated=old), run(3010, 10), run(3020, 10, dated=new)], None)
    for number in range(5):
        sink.store([run(4000 + number, 1, dated=new)], None)
    sink.close()
    assert positions(path) == [*range(3010, 3030), *range(4000, 4005)]


def test_samples_that_will_never_have_a_time_are_removed_with_their_log(tmp_path: Path) -> None:
    path, other = tmp_path / "db", Log(0xB0B)
    retention = Retention(keep_us=30 * DAY_US, utc_us=lambda: 100 * DAY_US)
    old = Dated(10.0 * DAY_US, PERIOD_US, 1, "pair")
    new = old._replace(utc_us=99.0 * DAY_US)
    sink = SqliteSink(path, retention)
    sink.open()
    sink.store([run(0, 1000), run(0, 10, other, dated=old), run(10, 10, other, dated=new)], None)
    sink.store([], None)
    sink.close()
    assert positions(path) == list(range(10, 20))


@pytest.mark.parametrize("restarted", [False, True])
def test_a_leap_of_the_clock_removes_nothing(tmp_path: Path, restarted: bool) -> None:
    path, now_us, seconds = tmp_path / "db", 100 * DAY_US, 0.0

    def made() -> SqliteSink:
        sink = SqliteSink(path, Retention(30 * DAY_US, None, lambda: now_us, lambda: seconds))
        sink.open()
        return sink

    sink = made()
    sink.store([run(0, 10, dated=Dated(float(now_us), PERIOD_US, 1, "pair"))], None)
    if restarted:
        sink.close()
        sink = made()
    now_us, seconds = now_us + 40 * DAY_US, 100.0
    sink.store([run(10, 10, dated=Dated(float(now_us), PERIOD_US, 1, "pair"))], None)
    assert positions(path) == list(range(20))
    seconds = 31 * 86_400.0
    sink.store([], None)
    assert positions(path) == list(range(10, 20)), "in time they are old"
    sink.close()


def test_the_database_stays_below_its_size(tmp_path: Path) -> None:
    path = tmp_path / "db"
    most = 400_000
    clock = iter(range(0, 10_000_000, 100))
    sink = SqliteSink(path, Retention(most_bytes=most, monotonic_s=lambda: float(next(clock))))
    sink.open()
    for number in range(60):
        sink.store([run(number * 1000, 1000)], None)
    assert used_bytes(sink._open_db) < most + 100_000
    sink.close()
    assert path.stat().st_size < most + 200_000, "the file shrinks, too"
    found = positions(path)
    assert found[-1] == 59_999
    assert found == list(range(found[0], 60_000)), "only the oldest are removed"
