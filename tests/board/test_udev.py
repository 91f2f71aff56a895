"""The udev rules, read and applied by udev itself in the real kernel: its tty, its doorbell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.service.board_linux import LinuxBoard
from tests.service.test_linux_button import CHIP

RULES: Final = Path(__file__).parents[2] / "board/files/70-fwgen-peer.rules"
UNIT: Final = RULES.with_name("fwgen-peer.service")
TTY: Final = "/dev/ttyRPMSG0"
DOORBELL: Final = "/sys/bus/virtio/devices/virtio0"
"""This kernel has no mailbox; the firmware wakes it through this device."""


@pytest.mark.needs("linux")
def test_the_unit_names_the_devices_as_the_kernel_does(tmp_path: Path) -> None:
    """DeviceAllow=char-NAME is a name in /proc/devices."""
    names = re.findall(r"^DeviceAllow=char-(\S+)", UNIT.read_text(), re.MULTILINE)
    board = LinuxBoard(tmp_path)
    devices = board.do("cat /proc/devices").partition("Block devices")[0].split()
    board.close()
    assert len(names) == 2
    assert set(names) <= set(devices)


@pytest.mark.needs("linux", "udev")
def test_udev_applies_the_rules(tmp_path: Path) -> None:
    board = LinuxBoard(tmp_path)
    group, doorbell = tmp_path / "group", tmp_path / "doorbell.rules"
    group.write_text(Path("/etc/group").read_text() + "fwgen-peer:x:901:\ngpio:x:902:\n")
    text = RULES.read_text()
    of_mailbox = 'SUBSYSTEM=="platform", KERNEL=="*.mailbox"'
    assert of_mailbox in text
    doorbell.write_text(text.replace(of_mailbox, 'SUBSYSTEM=="virtio", KERNEL=="virtio0"'))
    board.do(f"mount --bind {group} /etc/group; mkdir -p /run/udev/rules.d")
    board.do(f"cp {RULES} /run/udev/rules.d/; cp {doorbell} /run/udev/rules.d/71-doorbell.rules")
    board.do(f"echo disabled > {DOORBELL}/power/wakeup")
    assert board.do(f"stat -c %G:%a {TTY}").split() == ["root:600"]

    for line in CHIP.strip().splitlines():
        board.do(line)
    assert board.do("stat -c %G:%a /dev/gpiochip0").split() == ["root:600"]
    said = board.do("udevadm test --action=add /sys/bus/gpio/devices/gpiochip0 2>&1")
    said += board.do("udevadm test --action=add /sys/class/tty/ttyRPMSG0 2>&1")
    said += board.do(f"udevadm test --action=add {DOORBELL} 2>&1")
    assert "Reading rules file: /run/udev/rules.d/70-fwgen-peer.rules" in said
    complaints = re.findall(r"^/run/udev/rules.d/.*", said, re.MULTILINE)
    assert complaints == [], "udev understands each line"
    assert "ID_MM_DEVICE_IGNORE=1" in said
    assert board.do(f"stat -c %G:%a {TTY}").split() == ["fwgen-peer:660"]
    assert board.do("stat -c %G:%a /dev/gpiochip0").split() == ["gpio:660"]
    assert board.do(f"cat {DOORBELL}/power/wakeup").split() == ["enabled"]
    board.close()
