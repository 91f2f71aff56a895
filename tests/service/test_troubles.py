"""The service goes on after a full disk, a restarted firmware and a tty that went away."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import resource
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from fwgen.errors import InputError
from fwgen.service import link as link_module
from fwgen.service import service as service_module
from fwgen.service.caller import Caller
from fwgen.service.lock import ENDING, only_one
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.power.sleeping import Outcome
from fwgen.service.service import Service
from fwgen.service.settings import Settings, SinkSettings
from fwgen.service.sinks.base import Sink
from fwgen.service.sinks.lines import JsonLines
from tests.patience import PATIENCE_S, wait_until
from tests.service.pty_firmware import PtyFirmware
from tests.service.running import end, positions, start

pytestmark = pytest.mark.needs("pty")
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def firmware() -> Iterator[PtyFirmware]:
    made = PtyFirmware()
    yield made
    made.close()


def trouble(socket: Path) -> dict[str, str]:
    caller = Caller(socket)
    found: dict[str, str] = caller.ask("status", "status")["trouble"]
    caller.close()
    return found


def test_a_full_disk_is_survived_and_told(firmware: PtyFirmware, tmp_path: Path) -> None:
    """The limit of the file's size stands for the disk's."""
    database, socket = tmp_path / "db", tmp_path / "socket"
    service = start("--tty", firmware.path, "--database", database, "--socket", socket)
    wait_until(lambda: len(positions(database)) > 0, "a sample")
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    firmware.skip(6000)
    wait_until(lambda: "sqlite" in trouble(socket), "the trouble is shown")
    assert "disk" in trouble(socket)["sqlite"]
    firmware.skip(1000)
    taken = firmware.taken
    assert len(positions(database)) < taken - 1000, "they wait in the firmware"
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, UNLIMITED)
    wait_until(lambda: len(positions(database)) >= taken, "all samples after there is space again")
    assert trouble(socket) == {}
    _, _, err = end(service)
    assert "samples wait" in err
    assert "sqlite: stores again" in err
    found = positions(database)
    assert found == list(range(len(found)))
    assert sqlite3.connect(database).execute("SELECT count(*) FROM gap").fetchone() == (0,)


def test_files_that_are_moved_are_told_and_made_again(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    """No sample is in neither file."""
    database, table = tmp_path / "db", tmp_path / "csv"
    old = {path: path.with_name(f"{path.name}.old") for path in (database, table)}
    service = start("--tty", firmware.path, "--database", database, "--csv", table)
    wait_until(lambda: len(positions(database)) > 0, "a sample")
    for path, other in old.items():
        path.rename(other)
    wait_until(lambda: len(positions(database)) > 20, "samples in the new database")
    _, _, err = end(service)
    for kind, path in (("sqlite", database), ("csv", table)):
        text = "the file was moved or removed: going on in the one that the path names"
        assert f"{kind}: {path}: {text}; samples wait" in err
        assert f"{kind}: stores again" in err
    found = {*positions(old[database]), *positions(database)}
    assert found == set(range(len(found)))
    rows = [
        int(line.split(",")[1])
        for path in (old[table], table)
        for line in path.read_text().splitlines()[1:]
    ]
    assert rows == list(range(len(rows)))


def test_a_database_that_is_not_required_stops_no_other_sink(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    """Neither while the service runs nor at its start."""
    table, file, socket = tmp_path / "csv", tmp_path / "file", tmp_path / "socket"
    file.write_text("no folder")
    chosen = tmp_path / "settings.toml"
    for database in (tmp_path / "garbage", file / "db"):
        if database.parent == tmp_path:
            database.write_text("no database")
        chosen.write_text(
            f"[sinks.sqlite]\nfile = '{database}'\nrequired = false\n[sinks.csv]\nfile = '{table}'"
        )
        firmware.skip(1000)
        taken = firmware.taken
        words = ("--settings", chosen, "--tty", firmware.path, "--socket", socket)
        service = start(*words)
        wait_until(
            lambda: table.exists() and table.read_bytes().count(b"\n") > taken,  # noqa: B023
            "all samples in the CSV file",
        )
        assert "sqlite" in trouble(socket)
        code, _, err = end(service)
        assert code == 0
        assert "the settings do not require it: going on without it" in err
    rows = table.read_text().splitlines()[1:]
    assert [int(row.split(",")[1]) for row in rows] == list(range(len(rows)))


def test_a_lock_file_that_cannot_be_made_is_bad_input() -> None:
    with pytest.raises(InputError, match=r"/proc/db\.fwgen-peer\.lock: No such file") as caught:
        only_one(Path("/proc/db")).__enter__()
    assert "check its folder" in caught.value.hint


def test_a_lock_file_for_which_the_disk_is_full_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(
            InputError, match=r"db\.fwgen-peer\.lock: No space left on device"
        ) as caught:
            only_one(tmp_path / "db").__enter__()
    assert "free space on its disk" in caught.value.hint


def test_a_second_service_by_another_name_of_the_file_is_refused(tmp_path: Path) -> None:
    """The first one goes on."""
    firmware, other = PtyFirmware(), PtyFirmware()
    database, link = tmp_path / "db", tmp_path / "link"
    service = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) > 10, "samples")
    link.hardlink_to(database)
    refused = start("--tty", other.path, "--database", link)
    _, err = refused.communicate(timeout=PATIENCE_S)
    assert refused.returncode == 2
    assert f"{link}: the file has 2 names (hard links), and SQLite allows one" in err
    assert "help: `find / -samefile" in err
    before = len(positions(database))
    wait_until(lambda: len(positions(database)) > before + 10, "more samples")
    assert end(service)[0] == 0
    for each in (firmware, other):
        each.close()


@pytest.mark.parametrize("kind", ["text", "device", "folder"])
def test_a_refused_database_has_no_lock_file_beside_it(tmp_path: Path, kind: str) -> None:
    """As /etc/passwd.lock would be."""
    database = tmp_path / "folder" / "passwd"
    database.parent.mkdir()
    if kind == "text":
        database.write_text("root:x:0:0\n")
    elif kind == "device":
        database.symlink_to("/dev/null")
    else:
        database.mkdir()
    before = {*database.parent.iterdir(), *Path("/dev").iterdir()}
    service = start("--tty", tmp_path / "tty", "--database", database)
    assert service.wait(PATIENCE_S) == 2
    assert {*database.parent.iterdir(), *Path("/dev").iterdir()} == before


def test_a_lock_file_that_its_owner_removes_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service starts while another one ends: of two later ones one is refused."""
    database, locks = tmp_path / "db", tmp_path / f"db{ENDING}"
    flock, removals = fcntl.flock, [locks.unlink]

    def late(handle: int, how: int) -> None:
        if removals:
            removals.pop()()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with only_one(database):
        assert locks.read_text() == f"{os.getpid()}\n"
        with pytest.raises(InputError, match="another fwgen-peer"), only_one(database):
            pass
    assert not locks.exists()


def test_a_request_to_suspend_ends_the_pause_after_an_unusable_tty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "_TTY_PAUSE_S", (1000.0, 1000.0))
    told: list[str] = []
    sinks: dict[str, Sink] = {"json": JsonLines(lambda text: None)}
    service = Service(
        Settings(tty=Path("/dev/null"), sinks=(SinkSettings("json"),)),
        sinks,
        suspender=RemoteSuspender(),
        tell=told.append,
    )
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    wait_until(lambda: any("trying again" in text for text in told), "the tty is no tty")
    service.sleeping.request("command", Outcome())
    wait_until(lambda: any("did not suspend" in text for text in told), "the answer")
    service.stop()
    thread.join()


@pytest.mark.parametrize("how", ["missing", "silent"])
def test_a_tty_without_the_firmware_is_told(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a wrong name in the settings. The status has it until the firmware answers."""
    monkeypatch.setattr(link_module, "PATIENCE_S", 0.1)
    told: list[str] = []
    tty = tmp_path / "tty"
    master, slave = pty.openpty()
    if how == "silent":
        tty.symlink_to(os.ttyname(slave))
    sinks: dict[str, Sink] = {"json": JsonLines(lambda text: None)}
    settings = Settings(tty=tty, sinks=(SinkSettings("json"),), hold_latency=False)
    service = Service(settings, sinks, suspender=RemoteSuspender(), tell=told.append)
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    expected = {"missing": f"{tty} does not exist", "silent": f"does not answer on {tty}"}[how]
    wait_until(lambda: expected in str(service.status()["trouble"]), "the trouble is shown")
    assert service.status()["online"] is False
    assert [line for line in told if expected in line and "`channel` and `tty`" in line]
    firmware = PtyFirmware()
    tty.unlink(missing_ok=True)
    tty.symlink_to(firmware.path)
    os.close(master)  # hangs up
    os.close(slave)
    wait_until(lambda: service.status()["online"] is True, "the firmware has answered")
    wait_until(lambda: service.status()["trouble"] == {}, "the trouble has ended")
    assert len([line for line in told if expected in line]) == 1, "told once"
    service.stop()
    thread.join()
    firmware.close()


def test_a_second_reader_that_takes_all_messages_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "QUIET_S", 0.5)
    told: list[str] = []
    firmware, tty = PtyFirmware(), tmp_path / "tty"
    tty.symlink_to(firmware.path)
    sinks: dict[str, Sink] = {"json": JsonLines(lambda text: None)}
    settings = Settings(tty=tty, sinks=(SinkSettings("json"),), hold_latency=False)
    service = Service(settings, sinks, suspender=RemoteSuspender(), tell=told.append)
    thread = threading.Thread(target=service.run, daemon=True)
    with firmware.path.open("rb") as own:
        other = subprocess.Popen(["sleep", "600"], stdin=own)
    thread.start()
    wait_until(lambda: any("online" in line for line in told), "the firmware has answered")
    firmware.pause()  # as if the other one read all messages
    expected = f"takes the firmware's messages: sleep (process {other.pid})"
    wait_until(lambda: expected in str(service.status()["trouble"]), "the trouble is shown")
    assert [line for line in told if line.startswith("tty: nothing has") and expected in line]
    monkeypatch.setattr(link_module, "PATIENCE_S", 0.1)
    service._link._state = lambda: "greeting"  # as after 15 s
    silent = f"the firmware does not answer on {tty}; another process reads it"
    wait_until(lambda: silent in str(service.status()["trouble"]), "the reader is still named")
    other.kill()
    other.wait()
    service.stop()
    thread.join()
    firmware.close()


def test_the_tty_of_a_restarted_firmware_is_found_again(tmp_path: Path) -> None:
    """The firmware loses its memory: a new log, and a gap of unknown size in the old one."""
    tty, database = tmp_path / "tty", tmp_path / "db"
    first = PtyFirmware()
    tty.symlink_to(first.path)
    service = start("--tty", tty, "--database", database)
    wait_until(lambda: len(positions(database)) > 5, "samples of the first log")
    second = PtyFirmware(log_id=0xB0B)
    tty.unlink()
    tty.symlink_to(second.path)
    first.close()

    def logs() -> int:
        db = sqlite3.connect(database)
        return int(db.execute("SELECT count(DISTINCT log) FROM sample").fetchone()[0])

    wait_until(lambda: logs() == 2, "samples of the second log")
    _, _, err = end(service)
    second.close()
    assert err.count("online: log") == 2
    db = sqlite3.connect(database)
    assert db.execute("SELECT reason, count FROM gap").fetchall() == [("new-log", None)]
    for log in (1, 2):
        query = "SELECT position FROM sample WHERE log = ? ORDER BY position"
        found = [row[0] for row in db.execute(query, (log,))]
        assert found == list(range(len(found)))
