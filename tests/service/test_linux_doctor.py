"""`fwgen-peer doctor` finds what is planted in the real kernel.

The bus is one that a driver of Linux holds, the RTC's. test_doctor.py has what this kernel lacks in
imitations: remoteproc and the device tree.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from tests.backends.running import plan_of
from tests.service.board_linux import PEER, LinuxBoard

pytestmark = pytest.mark.needs("linux")
TTY: Final = "/dev/ttyRPMSG0"
MAILBOX: Final = "virtio0"
"""The firmware's device: its doorbell wakes this Linux."""
ARMED: Final = f"/sys/bus/virtio/devices/{MAILBOX}/power/wakeup"
MEM_SLEEP: Final = "/sys/power/mem_sleep"
RTC: Final = "uml-rtc.0"
RTC_DRIVER: Final = "/sys/bus/platform/drivers/uml-rtc"
FAULTS: Final = {
    # name of the finding: text in it, how to plant it, how to undo that
    "tty-modes": ("icrnl echo", f"stty -F {TTY} icrnl echo", f"stty -F {TTY} raw -echo"),
    "tty-users": ("open: sleep (", f"sleep 1000 < {TTY} & reader=$!", "kill $reader"),
    "mailbox": (
        "virtio0 does not wake Linux",
        f"echo disabled > {ARMED}",
        f"echo enabled > {ARMED}",
    ),
    "mem_sleep": ("[s2idle]", f"echo s2idle > {MEM_SLEEP}", f"echo deep > {MEM_SLEEP}"),
    "clock": ("1970-01-01", "now=$(date +%s); date -s @1000", "date -s @$now"),
}


def small_log(folder: Path) -> Path:
    """Return the reference spec with a log that is soon full."""
    spec = folder / "small.yaml"
    text = example_paths()[REFERENCE_BOARD].read_text()
    spec.write_text(text.replace("log: auto", "log: 8 KiB"))
    return spec


def test_each_planted_fault_is_found_alone(tmp_path: Path) -> None:
    """doctor_elf.py does the same opposite the firmware's ELF."""
    plant_all(LinuxBoard(tmp_path, plan_of(small_log(tmp_path))))


def plant_all(board: LinuxBoard) -> None:
    tmp_path = board.folder
    disk, settings, wrong = tmp_path / "disk", tmp_path / "settings.toml", tmp_path / "wrong.toml"
    board.do(f"mkdir {disk}; mount -t tmpfs -o size=100M tmpfs {disk}")
    board.database = disk / "samples.sqlite"
    text = f'socket = "{board.socket}"\nmailbox = "{MAILBOX}"\n'
    text += f'%s[sinks.sqlite]\nfile = "{board.database}"\n'
    settings.write_text(text % "")
    wrong.write_text(text % f'spec = "{"ff" * 8}"\nfirmware_devices = ["{RTC}"]\n')
    board.serve(f"--settings {settings}")
    board.run(2)

    def bad(chosen: Path = settings) -> dict[str, str]:
        report = json.loads(board.do(f"{PEER} doctor --json --settings {chosen}"))
        found = {each["name"]: each["text"] for each in report["findings"] if "cure" in each}
        assert found.pop("remoteproc") == "no remote processor"
        return found

    assert bad() == {}
    for name, (words, plant, cure) in FAULTS.items():
        board.do(plant)
        found = bad()
        assert list(found) == [name]
        assert words in found[name]
        board.do(cure)
    found = bad(wrong)
    assert list(found) == ["spec", "bus"]
    assert "expected firmware of the spec ffffffffffffffff" in found["spec"]
    assert f"Linux holds {RTC}" in found["bus"]
    assert bad() == {}, "all are cured"

    board.do(f"mount -o remount,size=2M {disk}")
    found = bad()
    assert list(found) == ["disk"]
    assert "1 MiB are free" in found["disk"]
    board.do(f"head -c 9M /dev/zero > {disk}/ballast 2>/dev/null")
    board.run(10)
    found = bad()
    assert list(found) == ["service", "disk"]
    assert "full" in found["service"]
    board.run(600)
    found = bad()
    assert list(found) == ["service", "log", "dropped", "disk"]
    assert "blocks of the firmware's log are in use" in found["log"]

    assert board.do(f"echo {RTC} > {RTC_DRIVER}/unbind") == ""
    found = bad()
    assert list(found) == ["service", "log", "dropped", "alarm", "disk"]
    assert "rtc0 has no alarm" in found["alarm"]
    board.close()
