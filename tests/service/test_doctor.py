"""The doctor finds each planted fault, and only it."""

from __future__ import annotations

import json
import os
import pty
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fwgen.peer.system import System, make_raw
from fwgen.service.command.doctor import examine
from fwgen.service.command.main import main
from fwgen.service.doctor.board import Board
from fwgen.service.settings import Settings, SinkSettings

SPEC = bytes.fromhex("0011223344556677")
DISPLAY = "46040000.i2c"
OTHER_PROCESS = 4321
NODE = "/sys/class/remoteproc/remoteproc0/device/of_node"


class Planted:
    """A board without faults; the tests change one thing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(
            spec=SPEC,
            firmware_devices=(DISPLAY,),
            sinks=(SinkSettings("sqlite", options={"file": Path("/var/lib/db")}),),
        )
        self.utc_us = 1_800_000_000_000_000
        firmware = {"spec": SPEC.hex(), "log_used": 3, "log_slots": 200, "dropped": 0}
        firmware |= {"log": "a11ce", "boot": 7}
        self.status: dict[str, Any] | None = {
            "pid": 99,
            "online": True,
            "tty": None,
            "other_spec": "",
            "trouble": {},
            "firmware": firmware,
        }
        self.write("/sys/class/remoteproc/remoteproc0/state", "running")
        self.write("/sys/class/remoteproc/remoteproc0/name", "m33")
        self.write("/sys/class/remoteproc/remoteproc0/firmware", "range-node.elf")
        self.write("/sys/class/tty/ttyRPMSG0/device/name", "rpmsg-tty")
        self.write("/sys/class/tty/ttyRPMSG0/device/dst", "0x400")
        self.write("/sys/bus/platform/devices/40490000.mailbox/power/wakeup", "enabled")
        self.write("/sys/power/state", "freeze mem")
        self.write("/sys/power/mem_sleep", "s2idle [deep]")
        self.write("/sys/class/rtc/rtc0/wakealarm", "")
        self.write("/dev/cpu_dma_latency", "")
        self.write(f"/sys/bus/platform/devices/{DISPLAY}/uevent", "")
        self.write("/var/lib/placeholder", "")
        for name in ("keep-power-in-suspend", "power-domains"):
            self.write(f"{NODE}/{name}", b"")
        self.write(f"{NODE}/compatible", b"st,stm32mp2-m33\0")
        self.reserve("cm33-sram1", 0x0A043000, 0x1D000)
        self.reserve("cm33-sram2", 0x0A060000, 0x20000)
        self.open_by(99, "fwgen-peer")
        self.master, self.slave = pty.openpty()
        make_raw(self.slave, Path("tty"), System())
        (root / "dev/ttyRPMSG0").symlink_to(os.ttyname(self.slave))

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else f"{content}\n".encode())

    def reserve(self, name: str, start: int, size: int) -> None:
        region = start.to_bytes(8) + size.to_bytes(8)
        self.write(f"/proc/device-tree/reserved-memory/{name}@{start:x}/reg", region)

    def open_by(self, process: int, name: str) -> None:
        self.write(f"/proc/{process}/comm", name)
        (self.root / f"proc/{process}/fd").mkdir()
        (self.root / f"proc/{process}/fd/5").symlink_to("/dev/ttyRPMSG0")

    def bad(self) -> dict[str, str]:
        board = Board(self.settings, self.root, self.status, self.utc_us)
        return {f.name: f"{f.text} -> {f.cure}" for f in examine(board) if f.state == "bad"}

    def firmware(self) -> dict[str, Any]:
        assert self.status is not None
        firmware: dict[str, Any] = self.status["firmware"]
        return firmware

    def note(self, **values: object) -> None:
        """Change the service's status."""
        assert self.status is not None
        self.status.update(values)

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


def cook(board: Planted) -> None:
    os.close(board.master)
    os.close(board.slave)
    board.master, board.slave = pty.openpty()
    (board.root / "dev/ttyRPMSG0").unlink()
    (board.root / "dev/ttyRPMSG0").symlink_to(os.ttyname(board.slave))


def cook_open(board: Planted) -> None:
    cook(board)
    board.note(tty="/dev/ttyRPMSG0")


def hold_bus(board: Planted) -> None:
    board.write(f"/sys/bus/platform/devices/{DISPLAY}/driver/x", "")


FAULTS: dict[str, tuple[Callable[[Planted], None], str, str]] = {
    "a cooked tty": (cook, "tty-modes", "changes bytes or echoes them: icrnl"),
    "a second reader": (
        lambda board: board.open_by(OTHER_PROCESS, "agetty"),
        "tty-users",
        "agetty (4321) -> stop it: `systemctl mask --now serial-getty@ttyRPMSG0`",
    ),
    "the mailbox is not armed": (
        lambda board: board.write(
            "/sys/bus/platform/devices/40490000.mailbox/power/wakeup", "disabled"
        ),
        "mailbox",
        "-> `echo enabled > /sys/bus/platform/devices/40490000.mailbox/power/wakeup`",
    ),
    "the mailbox is no wake-up source": (
        lambda board: (
            board.root / "sys/bus/platform/devices/40490000.mailbox/power/wakeup"
        ).unlink(),
        "mailbox",
        "no wakeup-source",
    ),
    "mem_sleep is wrong": (
        lambda board: board.write("/sys/power/mem_sleep", "[s2idle] deep"),
        "mem_sleep",
        "-> `echo deep > /sys/power/mem_sleep`",
    ),
    "another mailbox": (
        lambda board: setattr(board, "settings", replace(board.settings, mailbox="virtio0")),
        "mailbox",
        "no device has the name virtio0 -> correct `mailbox` in the settings",
    ),
    "the node does not keep its power": (
        lambda board: (board.root / f"{NODE[1:]}/keep-power-in-suspend").unlink(),
        "device-tree",
        "(EBUSY) -> add `keep-power-in-suspend` to m33_rproc",
    ),
    "the node has no power domains": (
        lambda board: (board.root / f"{NODE[1:]}/power-domains").unlink(),
        "device-tree",
        "no effect without power-domains",
    ),
    "two regions overlap": (
        lambda board: board.reserve("cm33-sram1-old", 0x0A041000, 0x1F000),
        "reserved-memory",
        "cm33-sram1-old@a041000 0xa041000+0x1f000 and cm33-sram1@a043000 0xa043000+0x1d000 overlap",
    ),
    "no suspend": (
        lambda board: board.write("/sys/power/state", "freeze"),
        "mem_sleep",
        "cannot suspend to RAM",
    ),
    "no alarm": (
        lambda board: (board.root / "sys/class/rtc/rtc0/wakealarm").unlink(),
        "alarm",
        "rtc0 has no alarm",
    ),
    "a cooked tty of the service": (
        cook_open,
        "tty-modes",
        "icrnl ixon opost isig icanon echo iexten -> the service corrects it within some seconds",
    ),
    "the firmware is gone": (
        lambda board: board.note(online=False),
        "firmware",
        "the firmware no longer answers; it was log a11ce, boot 7 -> check remoteproc",
    ),
    "the firmware has another format": (
        lambda board: board.note(online=False, other_spec=SPEC.hex()),
        "format",
        "another format than this fwgen-peer -> install",
    ),
    "the service has taken firmware of another spec": (
        lambda board: board.firmware().update(spec="ff" * 8),
        "spec",
        f"expected firmware of the spec {SPEC.hex()}, found ffffffffffffffff",
    ),
    "firmware of another spec": (
        lambda board: board.note(online=False, other_spec="ff" * 8, firmware={}),
        "spec",
        f"expected firmware of the spec {SPEC.hex()}, found ffffffffffffffff",
    ),
    "log full": (
        lambda board: board.firmware().update(log_used=190),
        "log",
        "190 of 200 blocks",
    ),
    "samples dropped": (lambda board: board.firmware().update(dropped=7), "dropped", "drop 7"),
    "clock unset": (
        lambda board: setattr(board, "utc_us", 5_000_000),
        "clock",
        "never set: 1970-01-01T00:00:05",
    ),
    "bus held by Linux": (hold_bus, "bus", f"Linux holds {DISPLAY}"),
    "the M33 is off": (
        lambda board: board.write("/sys/class/remoteproc/remoteproc0/state", "offline"),
        "remoteproc",
        "-> `echo start > /sys/class/remoteproc/remoteproc0/state`",
    ),
    "the service does not run": (
        lambda board: setattr(board, "status", None),
        "service",
        "fwgen-peer does not run",
    ),
    "no tty": (
        lambda board: board.write("/sys/class/tty/ttyRPMSG0/device/name", "other"),
        "tty",
        "no tty of the channel rpmsg-tty exists",
    ),
}


@pytest.mark.needs("pty")
@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_is_found_alone(fault: str, tmp_path: Path) -> None:
    board = Planted(tmp_path)
    if fault == "the service does not run":
        (board.root / "proc/99/fd/5").unlink()
    assert board.bad() == {}
    plant, name, text = FAULTS[fault]
    plant(board)
    found = board.bad()
    board.close()
    assert list(found) == [name]
    assert text in found[name]


@pytest.mark.needs("pty")
def test_a_tree_for_signed_firmware_is_a_fault_if_none_runs(tmp_path: Path) -> None:
    board = Planted(tmp_path)
    board.write(f"{NODE}/compatible", b"st,stm32mp2-m33-tee\0")
    assert board.bad() == {}, "OP-TEE has loaded it"
    board.write("/sys/class/remoteproc/remoteproc0/state", "offline")
    found = board.bad()
    assert list(found) == ["remoteproc", "device-tree"]
    assert "signed firmware only" in found["device-tree"]
    board.close()


@pytest.mark.needs("pty")
def test_a_disk_nearly_full_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = Planted(tmp_path)
    real = os.statvfs(tmp_path)

    class Stat:
        f_bavail, f_frsize, f_blocks = 1000, real.f_frsize, real.f_blocks

    monkeypatch.setattr(os, "statvfs", lambda path: Stat)
    assert "free space, or limit the database" in board.bad()["disk"]
    table = SinkSettings("csv", options={"file": Path("/var/lib/csv")})
    board.settings = replace(board.settings, sinks=(table, SinkSettings("json")))
    assert "free for /var/lib/csv" in board.bad()["disk"]
    assert "logrotate" in board.bad()["disk"]
    board.close()


@pytest.mark.needs("pty")
@pytest.mark.parametrize("how", ["by its name", "by its device"])
def test_a_second_reader_of_a_tty_that_a_link_names_is_found(tmp_path: Path, how: str) -> None:
    """As udev's SYMLINK makes one."""
    board = Planted(tmp_path)
    (board.root / "dev/firmware").symlink_to("ttyRPMSG0")
    board.settings = replace(board.settings, tty=Path("/dev/firmware"))
    assert board.bad() == {}
    board.write(f"/proc/{OTHER_PROCESS}/comm", "cat")
    name = os.ttyname(board.slave) if how == "by its name" else board.root / "again"
    if how == "by its device":
        (board.root / "again").symlink_to(os.ttyname(board.slave))
    (board.root / f"proc/{OTHER_PROCESS}/fd").mkdir()
    (board.root / f"proc/{OTHER_PROCESS}/fd/5").symlink_to(name)
    found = board.bad()
    assert list(found) == ["tty-users"]
    assert "cat (4321)" in found["tty-users"]
    assert "serial-getty@ttyRPMSG0`" in found["tty-users"], "the kernel's name"
    board.close()


@pytest.mark.needs("pty")
def test_the_disk_of_a_file_that_a_link_names_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Planted(tmp_path)
    (tmp_path / "disk").mkdir()
    (board.root / "var/lib/db").symlink_to(tmp_path / "disk/db")
    asked: list[Path] = []
    real = os.statvfs

    def statvfs(path: Path) -> os.statvfs_result:
        asked.append(path)
        return real(path)

    monkeypatch.setattr(os, "statvfs", statvfs)
    board.bad()
    assert asked == [tmp_path / "disk"]
    board.close()


@pytest.mark.needs("pty")
def test_a_wrong_channel_is_found_with_those_that_are_there(tmp_path: Path) -> None:
    board = Planted(tmp_path)
    for other in (
        replace(board.settings, channel="x"),
        replace(board.settings, tty=Path("/dev/x")),
    ):
        board.settings = other
        assert "there are /dev/ttyRPMSG0 (channel rpmsg-tty)" in board.bad()["tty"]
        assert "correct `channel` or `tty`" in board.bad()["tty"]
    board.close()


@pytest.mark.needs("pty")
def test_a_sink_in_trouble_is_shown(tmp_path: Path) -> None:
    board = Planted(tmp_path)
    assert board.status is not None
    board.status["trouble"] = {"sqlite": "database or disk is full"}
    assert "sqlite: database or disk is full" in board.bad()["service"]
    board.settings = replace(board.settings, spec=None)
    board.note(other_spec="ff" * 8)
    assert set(board.bad()) == {"service", "format"}, "the settings accept each spec"
    board.close()


def test_on_a_machine_that_is_no_board_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.toml").write_text(f'socket = "{tmp_path}/socket"\n')
    assert main(["doctor", "--json", "--settings", str(tmp_path / "s.toml")]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    bad = {found["name"] for found in document["findings"] if found["state"] == "bad"}
    assert {"tty", "service"} <= bad
