"""The service as a process, opposite the compiled node on a pty."""

from __future__ import annotations

import ctypes
import json
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from fwgen.errors import InputError
from fwgen.peer.events import LatencyNotHeld
from fwgen.service.lock import only_one
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.service import Service
from fwgen.service.settings import Settings
from fwgen.service.sinks.base import Sink
from fwgen.service.system_clock import utc_offset_us
from tests.patience import PATIENCE_S, wait_until
from tests.service.pty_firmware import LOG, PtyFirmware, distance_mm
from tests.service.running import end, positions, start

pytestmark = pytest.mark.needs("pty")
KILLS = 12
BUSY_US = 2_000_000
"""A busy machine delays a message by more than docs/SPEC.md allows; test_kernel.py and
test_dating.py hold the stated uncertainty in virtual time."""


@pytest.fixture
def firmware() -> Iterator[PtyFirmware]:
    made = PtyFirmware()
    yield made
    made.close()


def test_samples_arrive_in_the_database_and_are_freed(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    database = tmp_path / "new folder/samples.sqlite"
    firmware.skip(2000)
    service = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) >= 2000, "2000 samples in the database")
    code, out, err = end(service)
    assert (code, out) == (0, "")
    assert f"online: log {LOG:016x}, boot 1" in err
    found = positions(database)
    assert found == list(range(len(found)))
    rows = sqlite3.connect(database).execute("SELECT position, status, distance_mm FROM samples")
    assert all(row == (row[0], "valid", distance_mm(row[0])) for row in rows)
    other = tmp_path / "other"  # a service that knows nothing gets what was not freed
    service = start("--tty", firmware.path, "--database", other)
    wait_until(lambda: len(positions(other)) > 0, "a sample")
    end(service)
    assert positions(other)[0] > 1900


def test_a_crash_is_printed_once(firmware: PtyFirmware, tmp_path: Path) -> None:
    """The firmware does not report it to the next service: it was acknowledged."""
    firmware.keep_crash(2, 0x0A04_3210, 61)
    firmware.skip(100)
    words, printed = "crash 1: bus fault at 0x0a043210, in boot 1 after 61 s", []
    for name in ("first", "second"):
        database = tmp_path / name
        service = start("--tty", firmware.path, "--database", database)
        wait_until(lambda: len(positions(database)) > 0, "a sample")  # noqa: B023 - called at once
        printed.append(end(service)[2].count(words))
        firmware.skip(100)
    assert printed == [1, 0]


def test_each_sample_is_kept_once_however_often_the_service_is_killed(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    database, table = tmp_path / "samples.sqlite", tmp_path / "samples.csv"
    chance = random.Random(11)
    for _ in range(KILLS):
        firmware.skip(400)
        service = start("--tty", firmware.path, "--database", database, "--csv", table)
        time.sleep(chance.uniform(0.1, 1.5))
        service.kill()
        service.communicate()
    firmware.skip(10)
    taken = firmware.taken
    service = start("--tty", firmware.path, "--database", database, "--csv", table)
    wait_until(lambda: len(positions(database)) >= taken, "all samples in the database")
    code, _, _ = end(service)
    assert code == 0
    found = positions(database)
    assert found == list(range(len(found)))
    assert len(found) >= taken > 400 * KILLS
    db = sqlite3.connect(database)
    assert db.execute("SELECT count(*) FROM gap").fetchone() == (0,), "nothing was reported lost"
    rows = table.read_text().splitlines()[1:]
    assert [int(row.split(",")[1]) for row in rows][:taken] == list(range(taken)), "also in CSV"


def test_the_stated_time_of_each_sample_is_right(tmp_path: Path) -> None:
    firmware = PtyFirmware(ppm=100)
    database = tmp_path / "db"
    service = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) > 20, "20 samples")
    end(service)
    rows = sqlite3.connect(database).execute("SELECT device_us, utc_us, within_us FROM sample")
    offset_us = utc_offset_us()
    for device_us, utc_us, within_us in rows:
        error_us = abs(utc_us - (firmware.linux_us(device_us) + offset_us))
        assert error_us <= within_us + BUSY_US and within_us < 60_000
    firmware.close()


def test_json_lines_are_printed_as_they_are_stored(firmware: PtyFirmware, tmp_path: Path) -> None:
    service = start("--tty", firmware.path, "--database", tmp_path / "db", "--json-lines")
    assert service.stdout is not None
    first = json.loads(service.stdout.readline())
    end(service)
    assert first["log"] == f"{LOG:016x}"
    assert (first["position"], first["status"]) == (0, "valid")
    assert first["distance_mm"] == distance_mm(0)


def test_a_second_service_for_the_same_database_is_refused(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    database = tmp_path / "samples.sqlite"
    first = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) > 0, "a sample")
    second = start("--tty", firmware.path, "--database", database)
    _, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 2
    assert f"another fwgen-peer (process {first.pid}) writes to it" in err
    end(first)


def test_a_second_service_for_the_same_tty_waits_and_says_why(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    first = start("--tty", firmware.path, "--database", tmp_path / "one")
    wait_until(lambda: len(positions(tmp_path / "one")) > 0, "a sample")
    second = start("--tty", firmware.path, "--database", tmp_path / "two")
    assert second.stderr is not None
    assert "another process has locked it" in second.stderr.readline()
    end(first)
    wait_until(lambda: len(positions(tmp_path / "two")) > 0, "it takes over")
    end(second)


def test_without_a_reader_of_its_output_the_service_ends_as_programs_do(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    """As `fwgen-peer run --json-lines | head -1`."""
    database = tmp_path / "db"
    service = start("--tty", firmware.path, "--database", database, "--json-lines")
    assert service.stdout is not None and service.stderr is not None
    assert json.loads(service.stdout.readline())["position"] == 0
    service.stdout.close()
    assert service.wait(PATIENCE_S) == 128 + signal.SIGPIPE
    assert "Broken pipe" not in service.stderr.read()
    found = positions(database)
    assert found == list(range(len(found)))


def test_what_another_service_got_is_no_loss(firmware: PtyFirmware, tmp_path: Path) -> None:
    """The table `gap` says that the firmware gave the samples away."""
    for name in ("one", "two", "one"):
        service = start("--tty", firmware.path, "--database", tmp_path / name)
        for _ in range(3):  # by the third block the first one is acknowledged
            before = len(positions(tmp_path / name))
            wait_until(lambda: len(positions(tmp_path / name)) > before, "samples")  # noqa: B023
        end(service)
    one, two = positions(tmp_path / "one"), positions(tmp_path / "two")
    lacks = sorted(set(range(one[-1])) - set(one))
    assert lacks == list(range(lacks[0], lacks[0] + len(lacks)))
    assert set(lacks) <= set(two), "the last ones before a stop may come again"
    db = sqlite3.connect(tmp_path / "one")
    found = db.execute("SELECT position, count, reason FROM gap").fetchall()
    db.close()
    assert found == [(lacks[0], len(lacks), "missed")]


def test_one_database_by_any_name_has_one_service(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder/db")
    (tmp_path / "other").symlink_to(tmp_path / "folder")
    with only_one(tmp_path / "folder/db"):
        for name in ("link", "other/db", "folder/../folder/db"):
            with pytest.raises(InputError, match="another fwgen-peer"), only_one(tmp_path / name):
                pass
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with only_one(tmp_path / "loop", needed=False):
        pass


def test_a_service_stops_at_once_on_each_signal(firmware: PtyFirmware, tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        service = start("--tty", firmware.path, "--database", tmp_path / "db")
        assert service.stderr is not None
        assert "online" in service.stderr.readline()
        service.send_signal(number)
        _, err = service.communicate(timeout=PATIENCE_S)
        assert (service.returncode, err) == (0, "stopped\n")


def test_a_signal_that_the_kernel_gives_to_another_thread_stops_the_service(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    """As it does after a kill -STOP and a kill -CONT."""
    service = start("--tty", firmware.path, "--database", tmp_path / "db")
    assert service.stderr is not None
    assert "online" in service.stderr.readline()
    threads = {int(path.name) for path in Path(f"/proc/{service.pid}/task").iterdir()}
    other = max(threads - {service.pid})
    assert ctypes.CDLL(None).tgkill(service.pid, other, signal.SIGTERM) == 0
    try:
        _, err = service.communicate(timeout=PATIENCE_S)
    finally:
        service.kill()
    assert (service.returncode, err) == (0, "stopped\n")


def test_a_latency_that_cannot_be_held_is_reported(tmp_path: Path) -> None:
    told: list[str] = []
    sinks: dict[str, Sink] = {"sqlite": cast(Sink, None)}  # never opened
    service = Service(
        Settings(tty=tmp_path / "tty"), sinks, suspender=RemoteSuspender(), tell=told.append
    )
    service._handle(LatencyNotHeld(13, "/dev/cpu_dma_latency: Permission denied (EACCES)"))
    (line,) = told
    assert line.startswith("/dev/cpu_dma_latency: Permission denied (EACCES): while Linux idles")
    assert "hold_latency = false" in line
