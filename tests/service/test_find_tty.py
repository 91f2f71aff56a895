"""The tty is found by its channel's name, as sysfs has it."""

from __future__ import annotations

import os
import pty
import tty
from pathlib import Path

import pytest

from fwgen.peer.errnos import GoneError, TtyError
from fwgen.service.find_tty import BoardSystem, choose, find_ttys
from fwgen.service.link import PATIENCE_S, QUIET_S, Link


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


def test_a_wrong_name_is_told_with_the_ttys_that_are_there(tmp_path: Path) -> None:
    empty = "there is no /dev/ttyRPMSG*: `fwgen-peer doctor` looks for the reason"
    wrong = BoardSystem("rpmsg-ttty", sysfs=tmp_path)
    assert wrong.missing() == f"no tty of the channel rpmsg-ttty exists; {empty}"
    add(tmp_path, "ttyRPMSG3", "rpmsg-tty")
    assert wrong.missing().endswith("exists; there are /dev/ttyRPMSG3 (channel rpmsg-tty)")
    named = BoardSystem("rpmsg-tty", Path("/dev/ttyRPMSG0"), sysfs=tmp_path)
    assert named.missing().startswith("/dev/ttyRPMSG0 does not exist; there are /dev/ttyRPMSG3")


def test_a_link_says_what_is_wrong_after_some_time(tmp_path: Path) -> None:
    state, now_s, system = "offline", 0.0, BoardSystem("rpmsg-tty", sysfs=tmp_path)
    link = Link(lambda: state, system, lambda: now_s)
    assert link.trouble() is None
    now_s = PATIENCE_S
    assert str(link.trouble()).startswith("no tty of the channel rpmsg-tty exists")
    link.has_error = True
    assert link.trouble() is None, "the tty's own error is reported"
    link.has_error, state, system.opened = False, "greeting", Path("/dev/ttyS0")
    now_s += PATIENCE_S - 1
    assert link.trouble() is None
    now_s += 1
    assert str(link.trouble()).startswith("the firmware does not answer on /dev/ttyS0; there is")
    state = "online"
    assert (link.trouble(), link.answers) == ("", True)
    state, now_s = "greeting", now_s + 1
    assert link.trouble() is None
    assert not link.answers


def test_a_silence_while_online_is_told(tmp_path: Path) -> None:
    state, now_s, system = "online", 0.0, BoardSystem("rpmsg-tty", sysfs=tmp_path)
    link = Link(lambda: state, system, lambda: now_s)
    system.opened = tmp_path / "tty"
    now_s = QUIET_S - 1
    assert link.trouble() == ""
    link.note_message()
    now_s += QUIET_S - 1
    assert link.trouble() == ""
    now_s += 1
    said = str(link.trouble())
    assert said.startswith(f"nothing has arrived on {tmp_path}/tty for 8 s: another process reads")
    assert "run as root" in said
    link.note_message()
    assert link.trouble() == ""
    state, now_s = "asleep", now_s + 3600
    assert link.trouble() == "", "it has agreed to be silent"
    state = "online"
    assert link.trouble() == "", "it has just woken"
