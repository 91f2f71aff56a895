"""What a board does to the service, in the real Linux kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.service.board_linux import PEER, SYSTEM_PYTHON, LinuxBoard, check_each_once
from tests.service.night import ZERO_US

pytestmark = pytest.mark.needs("linux")
LEAPS_S: Final = (3600, -7200, 90)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[LinuxBoard]:
    made = LinuxBoard(tmp_path)
    yield made
    made.close()


def test_utc_is_within_the_stated_uncertainty_when_the_clock_leaps(board: LinuxBoard) -> None:
    """A sample gets the clock of the time at which it arrives: near a leap either is right."""
    board.serve()
    board.run(3)
    clocks_us = [(-10e6, 0)]  # scenario time, and by how much the system clock is ahead from then
    for leap_s in LEAPS_S:
        set_to = f"time.time() + {leap_s}"
        board.python("import time", f"time.clock_settime(time.CLOCK_REALTIME, {set_to})")
        clocks_us.append((board.now_s * 1e6, clocks_us[-1][1] + leap_s * 1_000_000))
        board.run(4)
    record = board.finish()
    check_each_once(board, record)
    for leap_s in LEAPS_S:
        assert f"the system clock leapt by {leap_s:+.3f} s" in board.told.read_text()

    at_us = record.taken.whole().at_us
    query = f"SELECT utc_us, within_us FROM sample ORDER BY log, position LIMIT {len(at_us)}"
    utc_us, within_us = np.array(board.query(query)).T
    assert within_us.max() < 10_000
    right = np.zeros(len(at_us), bool)
    for begin_us, ahead_us in clocks_us:
        end_us = next((at for at, _ in clocks_us if at > begin_us), 1e12)
        times = (begin_us - 1.5e6 < at_us) & (at_us < end_us + 0.1e6)
        right |= times & (abs(utc_us - (ZERO_US + at_us + ahead_us)) <= within_us)
    assert right.all()


STORM = """
import json, socket, sys
from pathlib import Path
alarm = Path("/sys/class/rtc/rtc0/wakealarm")
service = socket.socket(socket.AF_UNIX)
service.connect(sys.argv[1])
answers = service.makefile("rb")
for number in range(10):
    if number % 3 == 2:
        alarm.write_text("0")
        alarm.write_text("+3")
        Path("/sys/power/state").write_text("mem")
        print("foreign", flush=True)
        continue
    service.sendall(b'{"do": "suspend"}\\n')
    for line in answers:
        document = json.loads(line)
        if "sleep" in document:
            print(document["sleep"]["refused"] or "slept", flush=True)
            break
"""


def test_suspends_in_a_row_some_of_them_foreign(board: LinuxBoard) -> None:
    """The firmware and the service agree on seven; root suspends without them three times."""
    board.serve()
    board.do(f"{PEER} suspend --serve --alarm '3 s' --socket {board.socket} &")
    program = board.folder / "storm.py"
    program.write_text(STORM)
    board.do(f"{SYSTEM_PYTHON} {program} {board.socket} &")
    board.run(45)
    record = board.finish()
    assert board.printed.split() == ["slept", "slept", "foreign"] * 3 + ["slept"]
    assert len(record.sleeps) == 10
    assert all(sleep.slept_s and 1.9 < sleep.slept_s < 4 for sleep in record.sleeps)
    check_each_once(board, record)
    sleeps = board.query("SELECT acknowledged, refused FROM sleep")
    assert sleeps == [(1, "")] * 7


def test_a_command_of_root_uses_the_alarm_of_the_process_that_serves(board: LinuxBoard) -> None:
    """Unless it names another one. Without such a process, the settings' alarm is the net."""
    settings = board.folder / "settings.toml"
    settings.write_text(f'socket = "{board.socket}"\n[sleep]\nalarm = "9 s"\n')
    board.serve()
    board.run(2)
    board.do(f"{PEER} suspend --serve --alarm '3 s' --socket {board.socket} & helper=$!")
    for option in ("", "--alarm '6 s'", ""):
        board.do(f"{PEER} suspend {option} --settings {settings} &")
        board.run(15)
    board.do("kill $helper")
    board.do(f"{PEER} suspend --settings {settings} &")
    board.run(15)
    slept = re.findall(r"slept (\S+) s; woken by (.*)", board.printed)
    assert [round(float(seconds)) for seconds, _ in slept] == [3, 6, 3, 9]
    assert {why for _, why in slept} == {"rtc0 alarm"}
    check_each_once(board, board.finish())
    assert board.query("SELECT DISTINCT causes, warnings FROM sleep") == [("rtc0 alarm", "")]


def test_the_command_is_killed_while_it_asks_and_after_a_sleep(board: LinuxBoard) -> None:
    """night.py kills a service in its own program; this is `fwgen-peer run` itself."""
    for after_s in (0.3, 1.7):
        board.serve()
        board.run(after_s)
        board.do("kill -9 $!")
    for killed_after_s in (0.13, 0.2):  # the firmware has not agreed yet; Linux has woken
        board.serve()
        board.run(3)
        board.do("service=$!")
        board.do(f"(sleep {killed_after_s}; kill -9 $service) &")
        board.do(f"{PEER} suspend --alarm '4 s' --socket {board.socket} 2>&1 &")
        board.run(8)
    board.serve()
    board.run(4)
    record = board.finish()
    assert re.findall(r"ended|slept", board.printed) == ["ended", "slept"]
    assert [round(sleep.slept_s or 0) for sleep in record.sleeps] == [4]
    assert board.told.read_text().count("online") == 5
    check_each_once(board, record)


def test_a_full_disk_is_survived_and_reported(board: LinuxBoard) -> None:
    """A tmpfs that another file fills. The samples wait in the firmware's log."""
    disk = board.folder / "disk"
    board.do(f"mkdir {disk}; mount -t tmpfs -o size=1M tmpfs {disk}")
    board.database = disk / "samples.sqlite"
    board.serve()
    board.run(4)
    board.do(f"head -c 9M /dev/zero > {disk}/ballast 2>/dev/null")
    board.run(15)
    status = board.do(f"{PEER} status --socket {board.socket}")
    assert "trouble   sqlite: " in status
    assert "full" in status
    waiting = int(status.partition("backlog   ")[2].split()[0])
    assert 50 < waiting < 400
    board.do(f"rm {disk}/ballast")
    board.run(30)
    assert "trouble" not in board.do(f"{PEER} status --socket {board.socket}")
    told = board.told.read_text()
    assert "full; samples wait" in told
    assert "sqlite: stores again" in told
    board.copy_database()
    check_each_once(board, board.finish())


def test_two_services_at_once(board: LinuxBoard) -> None:
    board.serve()
    board.run(2)
    same = board.do(f"{PEER} run --database {board.database} --socket {board.folder}/two 2>&1")
    assert "another fwgen-peer (process " in same
    other, told = board.folder / "other.sqlite", board.folder / "other.txt"
    board.do(f"{PEER} run --database {other} --socket {board.folder}/two 2>{told} &")
    board.run(8)
    assert "another process has locked it" in told.read_text()
    check_each_once(board, board.finish())
    assert board.told.read_text().count("online") == 1, "the first was not disturbed"


def test_the_tty_goes_and_comes_back_with_another_number(board: LinuxBoard) -> None:
    """As when remoteproc starts the firmware again while a process holds the old tty."""
    board.serve()
    board.run(3)
    assert "online over /dev/ttyRPMSG0" in board.do(f"{PEER} status --socket {board.socket}")
    board.do("sleep 10000 < /dev/ttyRPMSG0 &")
    driver = "/sys/bus/virtio/drivers/virtio_rpmsg_bus"
    board.do(f"echo virtio0 > {driver}/unbind")
    board.run(30)
    assert "offline" in board.do(f"{PEER} status --socket {board.socket}")
    refused = board.do(f"{PEER} suspend --socket {board.socket} 2>&1 &")
    board.run(3)
    assert "Linux did not suspend: the tty of the channel rpmsg-tty does not exist" in board.printed
    assert refused == "", "it waited for the tty"
    board.do(f"echo virtio0 > {driver}/bind")
    board.run(6)
    assert "online over /dev/ttyRPMSG1" in board.do(f"{PEER} status --socket {board.socket}")
    check_each_once(board, board.finish())


PROBER: Final = """
import os, select, sys, termios, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
modes = termios.tcgetattr(handle)
modes[0] |= termios.ICRNL
modes[3] |= termios.ICANON | termios.ECHO
termios.tcsetattr(handle, termios.TCSANOW, modes)
for _ in range(5):
    os.write(handle, b"AT\\r\\n")
    time.sleep(0.6)
    if select.select([handle], [], [], 0)[0]:
        os.read(handle, 4096)
print("probed")
"""


def test_a_getty_and_a_modem_prober_on_the_tty(board: LinuxBoard) -> None:
    """They run as root, so that no lock keeps them out. They cost repetitions, not samples."""
    board.serve()
    board.run(3)
    prober = board.folder / "prober.py"
    prober.write_text(PROBER)
    board.do(f"{SYSTEM_PYTHON} {prober} /dev/ttyRPMSG0 &")
    board.run(1)
    suspend = f"{PEER} suspend --alarm '3 s' --socket {board.socket} &"
    board.do(suspend)
    board.run(8)
    assert "probed" in board.printed
    assert "another program changed the tty's modes: " in board.told.read_text()
    assert board.told.read_text().count("online") == 1
    board.do("setsid agetty --noissue ttyRPMSG0 115200 vt100 & getty=$!")
    board.run(4)
    assert "/dev/ttyRPMSG0 open: agetty (" in board.do(f"{PEER} doctor --socket {board.socket}")
    board.do("kill $getty")  # hangs the tty up: the service opens it again
    board.do(suspend)
    board.run(8)
    assert board.printed.count("woken by") == 2
    assert board.told.read_text().count("online") == 2
    check_each_once(board, board.finish())
