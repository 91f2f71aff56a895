"""What test_linux_troubles.py does in the real kernel, as far as a pseudo-terminal allows it: for
machines without that kernel. Not possible: a getty's hang-up, and a suspend of Linux itself."""

from __future__ import annotations

import os
import select
import sqlite3
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from fwgen.service import service as service_module
from fwgen.service.caller import Caller
from fwgen.service.clock import Clock
from fwgen.service.dating import LastDated
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.power.sysfs import Slept
from fwgen.service.service import Service
from fwgen.service.settings import Settings
from fwgen.service.sinks.sqlite import SqliteSink
from fwgen.service.system_clock import utc_offset_us
from tests.patience import wait_until
from tests.service.pty_firmware import PtyFirmware
from tests.service.running import end, positions, start

pytestmark = pytest.mark.needs("pty")
SLEEPS: Final = 10
LEAP_US: Final = 3_600_000_000
BUSY_US: Final = 60_000_000
"""A busy machine delays messages; the stated uncertainty is tested in virtual time."""


@pytest.fixture
def firmware() -> Iterator[PtyFirmware]:
    made = PtyFirmware()
    yield made
    made.close()


def check_each_once(firmware: PtyFirmware, database: Path) -> None:
    taken = firmware.taken
    wait_until(lambda: len(positions(database)) >= taken, "all samples in the database")
    found = positions(database)
    assert found == list(range(len(found)))
    db = sqlite3.connect(database)
    assert db.execute("SELECT count(*) FROM gap").fetchone() == (0,)
    db.close()


def test_suspends_in_a_row(firmware: PtyFirmware, tmp_path: Path) -> None:
    """In each the firmware's time jumps ahead by 3 s, while its door is closed."""
    database, socket = tmp_path / "db", tmp_path / "socket"
    service = start("--tty", firmware.path, "--database", database, "--socket", socket)
    wait_until(lambda: len(positions(database)) > 0, "a sample")
    server, asker = Caller(socket), Caller(socket)
    doors: list[bool] = []

    def suspend() -> None:
        for _ in server.lines():
            doors.append(firmware.node.door_open)
            firmware.skip(50)
            server.send({"slept": Slept(3.0).to_json()})

    server.send({"do": "serve"})
    thread = threading.Thread(target=suspend)
    thread.start()
    answers = asker.lines()
    for _ in range(SLEEPS):
        asker.send({"do": "suspend"})
        assert next(answers)["sleep"]["refused"] == ""
    check_each_once(firmware, database)
    asker.close()
    end(service)
    thread.join()
    server.close()
    assert doors == [False] * SLEEPS
    sleeps = sqlite3.connect(database).execute("SELECT acknowledged, refused FROM sleep").fetchall()
    assert sleeps == [(1, "")] * SLEEPS
    assert firmware.taken > SLEEPS * 50


def cook(handle: int) -> None:
    """Set the modes that a tty has when nobody has changed them."""
    modes = termios.tcgetattr(handle)
    modes[0] |= termios.ICRNL
    modes[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(handle, termios.TCSANOW, modes)


def test_a_prober_that_writes_reads_and_changes_the_modes(
    firmware: PtyFirmware, tmp_path: Path
) -> None:
    """As ModemManager does with a tty that it does not know."""
    database = tmp_path / "db"
    service = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) > 0, "a sample")
    stolen = 0
    for number in range(20):
        if number % 10 == 5:
            cook(firmware._slave)
        os.write(firmware._slave, b"AT\r\n")
        firmware.skip(20)
        if select.select([firmware._slave], [], [], 0.1)[0]:
            stolen += len(os.read(firmware._slave, 4096))
    check_each_once(firmware, database)
    end(service)
    assert stolen > 0


def test_a_leap_of_the_system_clock(
    firmware: PtyFirmware, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead_us = 0.0

    def leaping(last: LastDated | None, tell: Callable[[str], None]) -> Clock:
        return Clock(last, tell, lambda: utc_offset_us() + ahead_us)

    monkeypatch.setattr(service_module, "Clock", leaping)
    told: list[str] = []
    database = tmp_path / "db"
    service = Service(
        Settings(tty=firmware.path, hold_latency=False),
        {"sqlite": SqliteSink(database)},
        suspender=RemoteSuspender(),
        recorder="sqlite",
        tell=told.append,
    )
    thread = threading.Thread(target=service.run)
    thread.start()
    wait_until(lambda: len(positions(database)) > 20, "samples before the leap")
    ahead_us = LEAP_US
    wait_until(lambda: len(positions(database)) > 80, "samples after the leap")
    check_each_once(firmware, database)
    service.stop()
    thread.join()
    assert told.count("the system clock leapt by +3600.000 s") == 1
    now_us = time.time_ns() / 1e3
    rows = sqlite3.connect(database).execute("SELECT utc_us FROM sample").fetchall()
    hours = [round((utc_us - now_us) / LEAP_US) for (utc_us,) in rows]
    assert hours == sorted(hours) and set(hours) == {0, 1}
    late_us = [
        now_us + hour * LEAP_US - utc_us for (utc_us,), hour in zip(rows, hours, strict=True)
    ]
    assert min(late_us) > -1e6 and max(late_us) < BUSY_US
