"""The tty is found by its channel's name, as sysfs has it."""

from __future__ import annotations

import os
import pty
import tty
from pathlib import Path

import pytest

from fwgen.peer.errnos import GoneError, TtyError
from fwgen.service.find_tty import BoardSystem, choose, find_ttys


def add(sysfs: Path, name: str, channel: str, dst: str = "0x400") -> None:
    device = sysfs / name / "device"
    device.mkdir(parents=True)
    (device / "name").write_text(f"{channel}\n")
    (device / "dst").write_text(f"{dst}\n")


def test_the_number_does_not_matter(tmp_path: Path) -> None:
    add(tmp_path, "ttyRPMSG0", "rpmsg-console")
    add(tmp_path, "ttyRPMSG7", "rpmsg-tty")
    (tmp_path / "ttyS0").mkdir()
    (found,) = find_ttys("rpmsg-tty", tmp_path)
    assert (found.node, found.address) == (Path("/dev/ttyRPMSG7"), 1024)


def test_of_two_the_one_with_the_firmware_s_address_is_taken(tmp_path: Path) -> None:
    add(tmp_path, "ttyRPMSG0", "rpmsg-tty", "0x401")
    add(tmp_path, "ttyRPMSG1", "rpmsg-tty", "0x400")
    assert choose(find_ttys("rpmsg-tty", tmp_path), "rpmsg-tty") == Path("/dev/ttyRPMSG1")


def test_an_unclear_choice_names_them_and_the_setting(tmp_path: Path) -> None:
    add(tmp_path, "ttyRPMSG0", "rpmsg-tty", "0x401")
    add(tmp_path, "ttyRPMSG1", "rpmsg-tty", "0x402")
    with pytest.raises(TtyError, match=r"found /dev/ttyRPMSG0, /dev/ttyRPMSG1.*tty = "):
        choose(find_ttys("rpmsg-tty", tmp_path), "rpmsg-tty")


def test_none_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(GoneError, match="no tty of the channel rpmsg-tty exists"):
        choose(find_ttys("rpmsg-tty", tmp_path / "missing"), "rpmsg-tty")


@pytest.mark.needs("pty")
def test_the_tty_is_looked_for_at_each_opening(tmp_path: Path) -> None:
    """After a restart of the firmware the channel may get another number."""
    sysfs, dev = tmp_path / "sys", tmp_path / "dev"
    dev.mkdir()
    system = BoardSystem("rpmsg-tty", sysfs=sysfs, dev=dev)
    for number in (0, 3):
        master, slave = pty.openpty()
        tty.setraw(master)
        (dev / f"ttyRPMSG{number}").symlink_to(os.ttyname(slave))
        add(sysfs, f"ttyRPMSG{number}", "rpmsg-tty")
        handle = system.open_tty(Path("anything"))
        assert os.ttyname(handle) == os.ttyname(slave)
        assert system.opened == dev / f"ttyRPMSG{number}"
        system.close(handle)
        assert system.opened is None
        for other in (master, slave):
            os.close(other)
        (sysfs / f"ttyRPMSG{number}/device/name").write_text("gone")
