"""README, "On the board": from `pip install` to rows across a sleep, in the real kernel.

The wheel is installed on this machine and without an index, because that kernel has no network.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

import pytest

from fwgen.generate import render
from tests.backends.running import reference_plan
from tests.board.test_wheel import ROOT, copy_cbor2, make_wheel
from tests.service.board_linux import LinuxBoard, check_each_once

HOUR_S: Final = 3600
WAKEUP: Final = "bus/platform/devices/40490000.mailbox/power/wakeup"
MAILBOX: Final = (
    "export SYS=/tmp/sys; mkdir -p $SYS/bus/platform/devices; "
    "ln -s /sys/bus/virtio/devices/virtio0 $SYS/bus/platform/devices/40490000.mailbox; "
    "ln -s /sys/class /sys/power $SYS"
)
"""In that kernel a virtio device wakes Linux, in place of the chip's mailbox."""
SQLITE3: Final = """#!/bin/sh
exec {python} -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row, sep="|")' "$@"
"""


def commands() -> list[str]:
    section = (ROOT / "README.md").read_text().partition("\n## On the board\n")[2]
    block = re.search(r"On the board:\n\n((?: {7}.+\n)+)", section)
    assert block
    return [line.partition(" # ")[0].strip() for line in block[1].splitlines()]


def install_programs(folder: Path) -> Path:
    """Return a folder with a `sqlite3` and a `pip` that installs for an own Python."""
    venv.create(folder / "board", with_pip=False, symlinks=True)
    copy_cbor2(folder / "board")
    python, programs = folder / "board/bin/python", folder / "board/bin"
    pip = f"{sys.executable} -m pip --python {python} --disable-pip-version-check"
    scripts = {
        "pip": f'#!/bin/sh\nexec {pip} "$@" --no-index --quiet\n',
        "sqlite3": SQLITE3.format(python=sys.executable),
    }
    for name, text in scripts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return programs


@pytest.mark.needs("linux")
def test_the_commands_go_from_the_wheel_to_rows_across_a_sleep(tmp_path: Path) -> None:
    make_wheel(tmp_path)
    programs = install_programs(tmp_path)
    install, run, doctor, prepare, suspend, tail, query = commands()
    path = {"PATH": f"{programs}:/usr/bin:/bin"}
    subprocess.run(install, shell=True, cwd=tmp_path, env=path, check=True)

    board = LinuxBoard(tmp_path)
    board.do("mount -t tmpfs tmpfs /var/lib")
    board.do(f"export PATH={programs}:$PATH")
    assert "online" in board.do(run)
    board.run(3)
    assert "fwgen-peer runs, online" in board.do(doctor)
    (tmp_path / "suspend.sh").write_bytes(render(reference_plan())["fragments/suspend.sh"])
    board.do(f"cd {tmp_path}; {MAILBOX}; echo disabled >$SYS/{WAKEUP}")
    assert "ready: the M33's doorbell wakes Linux, and the RTC after 3600 s." in board.do(prepare)
    assert board.do(f"cat $SYS/{WAKEUP}").strip() == "enabled"
    board.do(suspend)
    board.run(HOUR_S + 5)  # all samples of the sleep have arrived
    assert re.search(r"^slept 3(600|599)\.\d+ s; woken by rtc0 alarm$", board.printed, re.MULTILINE)
    last = board.do(tail).splitlines()
    assert len(last) == 5
    assert all("2027-01-15T09:00:" in line and line.endswith("valid") for line in last)
    rows = board.do(query).splitlines()
    assert len(rows) == 5
    assert all(re.fullmatch(r"2027-01-15T08:00:0[2-9]\.\d{6}Z\|\d+", row) for row in rows)

    board.database = Path("/var/lib/fwgen-peer/samples.sqlite")
    board.copy_database()
    record = board.finish()
    check_each_once(board, record)
    assert len(record.taken.whole().at_us) > HOUR_S / 0.06
    (sleep,) = record.sleeps
    assert sleep.slept_s == pytest.approx(HOUR_S, abs=1)
    board.close()
