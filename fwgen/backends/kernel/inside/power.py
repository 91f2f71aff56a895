"""The files with which Linux suspends and wakes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fwgen.peer.system import suspend_to_ram

_ALARM: Final = Path("/sys/class/rtc/rtc0/wakealarm")


def enable_wakeup(device: Path) -> None:
    (device / "power/wakeup").write_text("enabled")


def set_alarm(after_s: int) -> None:
    """Let the RTC wake Linux after so many seconds; 0: not at all."""
    _ALARM.write_text("0")
    if after_s:
        _ALARM.write_text(f"+{after_s}")


def suspend() -> None:
    """Suspend Linux; when it is up again, the alarm is off, whatever has woken it."""
    suspend_to_ram()
    set_alarm(0)
