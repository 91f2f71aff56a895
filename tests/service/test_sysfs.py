"""The suspend through sysfs, in a folder that looks like it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from fwgen.service.power.sysfs import Slept, SysfsPower, new_causes, wakeup_counts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("power/state", "power/mem_sleep", "class/rtc/rtc0/wakealarm"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    add_source(tmp_path, "wakeup3", "40490000.mailbox", 4)
    add_source(tmp_path, "wakeup5", "gpio-keys", 1)
    return tmp_path


def add_source(root: Path, folder: str, name: str, count: int) -> None:
    path = root / "class/wakeup" / folder
    path.mkdir(parents=True, exist_ok=True)
    (path / "name").write_text(f"{name}\n")
    (path / "active_count").write_text(f"{count}\n")


def test_mode_and_alarm_are_set_before_and_the_alarm_is_cleared_after(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, str]] = []

    def write(path: Path, text: str) -> int:
        written.append((path.name, text))
        return len(text)

    monkeypatch.setattr(Path, "write_text", write)
    slept = SysfsPower("deep", 3600, root).suspend()
    assert written == [
        ("mem_sleep", "deep"),
        ("wakealarm", "0"),
        ("wakealarm", "+3600"),
        ("state", "mem"),
        ("wakealarm", "0"),
    ]
    assert slept == Slept(slept.slept_s)


def test_the_causes_are_the_sources_that_were_active_meanwhile(root: Path) -> None:
    before = wakeup_counts(root)
    add_source(root, "wakeup3", "40490000.mailbox", 5)
    (root / "power/pm_wakeup_irq").write_text("59\n")
    (root / "kernel/irq/59").mkdir(parents=True)
    (root / "kernel/irq/59/actions").write_text("40490000.mailbox\n")
    assert new_causes(before, root) == ("40490000.mailbox", "irq 59 (40490000.mailbox)")


def test_a_kernel_that_refuses_is_an_error_with_its_errno(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, text: str) -> int:
        if path.name == "state":
            raise OSError(errno.EBUSY, "Device or resource busy", str(path))
        return len(text)

    monkeypatch.setattr(Path, "write_text", write)
    slept = SysfsPower(root=root).suspend()
    assert slept.errno == errno.EBUSY
    assert "EBUSY" in slept.error


def test_a_missing_alarm_is_a_warning(root: Path) -> None:
    (root / "class/rtc/rtc0/wakealarm").unlink()
    (root / "class/rtc/rtc0").rmdir()
    slept = SysfsPower("", 10, root).suspend()
    assert slept.error == ""
    assert "cannot write '+10'" in slept.warnings[1]


def test_a_result_survives_the_way_over_the_socket() -> None:
    slept = Slept(12.5, ("a", "b"), "", 0, ("w",))
    assert Slept.from_json(slept.to_json()) == slept
