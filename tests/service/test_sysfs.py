"""The suspend through sysfs, in a folder that looks like it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from fwgen.service.power.sysfs import Slept, SysfsPower, Wanted, new_causes, wakeup_counts


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
    slept = SysfsPower(root).suspend(Wanted("deep", 3600))
    assert written == [
        ("mem_sleep", "deep"),
        ("wakealarm", "0"),
        ("wakealarm", "+3600"),
        ("state", "mem"),
        ("wakealarm", "0"),
    ]
    assert slept == Slept(slept.slept_s)


class Rtc:
    """The RTC's files and the state's as the kernel has them; the time is 1000 s."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.folder = root / "class/rtc/rtc0"
        self.suspended: Callable[[], None] = lambda: None
        self.alarm_in_sleep = ""
        self._usual = Path.write_text
        self.now(1000)
        monkeypatch.setattr(Path, "write_text", lambda path, text: self._write(path, text))

    @property
    def alarm(self) -> str:
        return (self.folder / "wakealarm").read_text()

    def now(self, time_s: int) -> None:
        self.write("since_epoch", str(time_s))

    def write(self, name: str, text: str) -> None:
        self._usual(self.folder / name, text)

    def _write(self, path: Path, text: str) -> int:
        if path.name == "state":
            self.alarm_in_sleep = self.alarm
            self.suspended()
        elif path.name == "wakealarm":
            if text != "0" and self.alarm:
                raise OSError(errno.EBUSY, "Device or resource busy", str(path))
            now_s = int((self.folder / "since_epoch").read_text())
            due = now_s + int(text) if text.startswith("+") else int(text)
            self.write("wakealarm", str(due) if text != "0" else "")
        return len(text)


@pytest.fixture
def rtc(root: Path, monkeypatch: pytest.MonkeyPatch) -> Rtc:
    return Rtc(root, monkeypatch)


@pytest.mark.parametrize(
    ("own_s", "others_s", "set_to", "left"),
    [
        (60, 0, 1060, ""),
        (60, 1030, 1030, 1030),
        (60, 1500, 1060, 1500),
        (60, 900, 1060, ""),
        (None, 1030, 1030, 1030),
        (None, 0, "", ""),
    ],
)
@pytest.mark.parametrize("early_s", [0, 1])
def test_the_alarm_is_a_cause_when_its_time_has_come(
    rtc: Rtc, own_s: int | None, others_s: int, set_to: int | str, left: int | str, early_s: int
) -> None:
    """Another program's alarm is used if it is earlier, else it is restored."""
    rtc.write("wakealarm", str(others_s or ""))
    wakes_s = (set_to if isinstance(set_to, int) else 2000) - early_s
    rtc.suspended = lambda: rtc.now(wakes_s)
    slept = SysfsPower(rtc.root).suspend(Wanted("", own_s))
    assert rtc.alarm_in_sleep == str(set_to)
    over = set_to != "" and not early_s
    assert slept.causes == (("rtc0 alarm",) if over else ())
    assert rtc.alarm == str(left)
    assert slept.warnings == ()


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
    slept = SysfsPower(root).suspend()
    assert slept.errno == errno.EBUSY
    assert "EBUSY" in slept.error


def test_a_missing_alarm_is_a_warning(root: Path) -> None:
    (root / "class/rtc/rtc0/wakealarm").unlink()
    (root / "class/rtc/rtc0").rmdir()
    slept = SysfsPower(root).suspend(Wanted("", 10))
    assert slept.error == ""
    assert "cannot write '+10'" in slept.warnings[1]


def test_a_result_survives_the_way_over_the_socket() -> None:
    slept = Slept(12.5, ("a", "b"), "", 0, ("w",))
    assert Slept.from_json(slept.to_json()) == slept
