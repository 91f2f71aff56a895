"""The suspend itself, through sysfs. This is all that needs root.

Documentation/admin-guide/pm/sleep-states.rst and Documentation/ABI/testing/sysfs-class-rtc,
sysfs-class-wakeup, sysfs-power describe the files.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from fwgen.peer.errnos import describe

ROOT: Final = Path("/sys")
RTC: Final = Path("class/rtc/rtc0")
ALARM: Final = "rtc0 alarm"
"""The cause of a wake-up at the time for which the RTC's alarm was set, whoever set it."""
MODES: Final = ("deep", "s2idle")
MOST_ALARM_S: Final = 366 * 86_400
_MOST_SLEPT_S: Final = 1e10
_MOST_ERRNO: Final = 4096


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
        """Raises ValueError."""
        texts = {name: _words(data, name) for name in ("causes", "warnings")}
        (error,) = _words({"error": [data.get("error", "")]}, "error")
        slept_s, errno = data.get("slept_s", 0), data.get("errno", 0)
        if type(slept_s) not in (int, float) or not 0 <= slept_s < _MOST_SLEPT_S:
            raise ValueError(f"`slept_s`: expected seconds, found {slept_s!r:.60}")
        if type(errno) is not int or not 0 <= errno < _MOST_ERRNO:
            raise ValueError(f"`errno`: expected an error number, found {errno!r:.60}")
        return cls(float(slept_s), error=error, errno=errno, **texts)


@dataclass(frozen=True)
class Wanted:
    """How Linux is to sleep. `mode`: for /sys/power/mem_sleep, "" leaves it; `alarm_s`: the RTC
    wakes Linux after this; None: no alarm is set."""

    mode: str = ""
    alarm_s: int | None = None

    def __bool__(self) -> bool:
        return bool(self.mode) or self.alarm_s is not None

    def or_else(self, usual: Wanted) -> Wanted:
        """Return this with what it does not say as in `usual`."""
        alarm_s = usual.alarm_s if self.alarm_s is None else self.alarm_s
        return Wanted(self.mode or usual.mode, alarm_s)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wanted:
        """Raises ValueError."""
        mode, alarm_s = data.get("mode") or "", data.get("alarm_s")
        if mode not in ("", *MODES):
            raise ValueError(f"`mode`: expected one of {', '.join(MODES)}, found {mode!r}")
        if alarm_s is not None and not (type(alarm_s) is int and 1 <= alarm_s <= MOST_ALARM_S):
            raise ValueError(f"`alarm_s`: expected 1 to {MOST_ALARM_S}, found {alarm_s!r}")
        return cls(mode, alarm_s)


AS_USUAL: Final = Wanted()


@dataclass
class SysfsPower:
    root: Path = ROOT
    _warnings: list[str] = field(default_factory=list)

    def suspend(self, wanted: Wanted = AS_USUAL) -> Slept:
        """Suspend Linux; return when it is up again."""
        self._warnings.clear()
        if wanted.mode:
            self._try(self.root / "power/mem_sleep", wanted.mode)
        others_s = self._set_alarm(wanted.alarm_s)
        watch = Watch(self.root)
        error: OSError | None = None
        try:
            (self.root / "power/state").write_text("mem")
        except OSError as failed:
            error = failed
        slept = watch.slept()
        if others_s is not None:
            self._restore_alarm(others_s)
        if error:
            text, number = describe("suspend", error), error.errno or 0
            slept = replace(slept, causes=(), error=text, errno=number)
        return replace(slept, warnings=tuple(self._warnings))

    def _set_alarm(self, alarm_s: int | None) -> int | None:
        """Set the RTC's alarm, unless another program has set one that comes earlier. Return the
        time of the one that this replaces, 0 if there was none; None: nothing was set."""
        now_s = _number(self.root / RTC / "since_epoch")
        others_s = _number(self.root / RTC / "wakealarm")
        if alarm_s is None or now_s < others_s <= now_s + alarm_s:
            return None
        self._write_alarm("0", f"+{alarm_s}")
        return others_s

    def _restore_alarm(self, others_s: int) -> None:
        over = others_s <= _number(self.root / RTC / "since_epoch")
        self._write_alarm("0", *(() if over else (f"{others_s}",)))

    def _write_alarm(self, *texts: str) -> None:
        """The kernel sets an alarm only if none is set: write "0" before."""
        for text in texts:
            self._try(self.root / RTC / "wakealarm", text)

    def _try(self, path: Path, text: str) -> None:
        try:
            path.write_text(text)
        except OSError as error:
            self._warnings.append(f"{path}: cannot write {text!r}: {error.strerror}")


class Watch:
    """What happens from now on: how long Linux sleeps, and what wakes it."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._counts = wakeup_counts(root)
        self._slept_s = suspended_s()
        self._alarm_s = _number(root / RTC / "wakealarm")  # RTC time; 0: it is off

    def slept(self) -> Slept:
        """Call it when Linux is up again, before an alarm is cleared."""
        slept_s = round(suspended_s() - self._slept_s, 3)
        alarm = (ALARM,) if self._alarm_is_over() else ()
        return Slept(slept_s, alarm + new_causes(self._counts, self._root))

    def _alarm_is_over(self) -> bool:
        """Not all kernels count an alarm among the wake-up sources; the RTC's time tells it."""
        return 0 < self._alarm_s <= _number(self._root / RTC / "since_epoch")


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


def _words(data: dict[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of texts that a client sent. Raises ValueError."""
    found = data.get(key, [])
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"`{key}`: expected a list of texts, found {found!r:.60}")
    for each in found:
        each.encode()  # a lone surrogate cannot be stored: a UnicodeError is a ValueError
    return tuple(found)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isdigit() else 0
