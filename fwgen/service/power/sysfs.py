"""The suspend itself, through sysfs. This is all that needs root.

Documentation/admin-guide/pm/sleep-states.rst and Documentation/ABI/testing/sysfs-class-rtc,
sysfs-class-wakeup, sysfs-power describe the files.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from fwgen.peer.errnos import describe

ROOT: Final = Path("/sys")


@dataclass(frozen=True)
class Slept:
    """What came of a suspend. `error`: why Linux did not suspend; "": it did."""

    slept_s: float = 0.0
    causes: tuple[str, ...] = ()
    """The wake-up sources that were active, as the kernel names them."""
    error: str = ""
    errno: int = 0
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Slept:
        texts = {name: tuple(map(str, data.get(name, ()))) for name in ("causes", "warnings")}
        slept_s, errno = float(data.get("slept_s", 0)), int(data.get("errno", 0))
        return cls(slept_s, error=str(data.get("error", "")), errno=errno, **texts)


@dataclass
class SysfsPower:
    """`mode`: for /sys/power/mem_sleep, "" leaves it; `alarm_s`: the RTC wakes Linux after this."""

    mode: str = ""
    alarm_s: int | None = None
    root: Path = ROOT
    _warnings: list[str] = field(default_factory=list)

    def suspend(self) -> Slept:
        """Suspend Linux; return when it is up again."""
        self._warnings.clear()
        if self.mode:
            self._try(self.root / "power/mem_sleep", self.mode)
        if self.alarm_s is not None:
            self._set_alarm(f"+{self.alarm_s}")
        before, slept_before = wakeup_counts(self.root), suspended_s()
        error: OSError | None = None
        try:
            (self.root / "power/state").write_text("mem")
        except OSError as failed:
            error = failed
        if self.alarm_s is not None:
            self._set_alarm("")
        return Slept(
            round(suspended_s() - slept_before, 3),
            () if error else new_causes(before, self.root),
            describe("suspend", error) if error else "",
            (error.errno or 0) if error else 0,
            tuple(self._warnings),
        )

    def _set_alarm(self, text: str) -> None:
        """Set the alarm of the first RTC, after clearing an earlier one; "" only clears it."""
        for each in ("0", text):
            if each:
                self._try(self.root / "class/rtc/rtc0/wakealarm", each)

    def _try(self, path: Path, text: str) -> None:
        try:
            path.write_text(text)
        except OSError as error:
            self._warnings.append(f"{path}: cannot write {text!r}: {error.strerror}")


def suspended_s() -> float:
    """Return how long Linux has been suspended since it was started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def wakeup_counts(root: Path = ROOT) -> dict[str, int]:
    """Return how often each wake-up source was active; its folder -> count."""
    counts = {}
    for path in sorted(root.glob("class/wakeup/*/active_count")):
        counts[path.parent.name] = _number(path)
    return counts


def new_causes(before: dict[str, int], root: Path = ROOT) -> tuple[str, ...]:
    """Return the names of the sources that were active since `before`, and the interrupt that
    the kernel blames."""
    causes = []
    for source, count in wakeup_counts(root).items():
        if count > before.get(source, 0):
            causes.append(_text(root / "class/wakeup" / source / "name") or source)
    irq = _text(root / "power/pm_wakeup_irq")
    if irq:
        actions = _text(root / "kernel/irq" / irq / "actions")
        causes.append(f"irq {irq}{f' ({actions})' if actions else ''}")
    return tuple(causes)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isdigit() else 0
