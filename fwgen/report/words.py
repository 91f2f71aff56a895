"""Formats counts, times and sample numbers for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fwgen.report.model import Crash, Report, Share
from fwgen.words import count as count

_RANGES_SHOWN: Final = 4


def core_words(share: Share) -> str:
    """Return how often the core runs, and what wakes it."""
    return (
        f"runs {share['running']:.2%}, waits {share['waiting']:.2%} of the time; {wake_ups(share)}"
    )


def wake_ups(share: Share) -> str:
    """`17 wake-ups a second (timer 16, exti 1)`."""
    by = ", ".join(f"{name} {rate:,.0f}" for name, rate in share["by"].items() if rate >= 0.5)
    return f"{share['wake_ups_per_s']:,.0f} wake-ups a second{f' ({by})' if by else ''}"


def clock(t_s: float) -> str:
    """Return `hh:mm:ss` since the scenario began; what happened before counts as its beginning."""
    whole = int(max(0.0, t_s) + 1e-9)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def fine_clock(t_s: float) -> str:
    """`hh:mm:ss.mmm`, as `clock`."""
    ms = round(max(0.0, t_s) * 1000)
    return f"{clock(ms // 1000)}.{ms % 1000:03}"


def moment(t_s: float) -> str:
    """Return `at hh:mm:ss.mmm`. Time 0 is the first sample; the firmware and Linux start before."""
    return "before the first sample" if t_s < 0 else f"at {fine_clock(t_s)}"


def span(seconds: float) -> str:
    """Return a duration with about three digits: `4 h 10 min`, `9 min 59 s`, `4.4 s`, `0.4 ms`."""
    if round(seconds) >= 3600:
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    if round(seconds) >= 100:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
    if seconds >= 1:
        return f"{_three_digits(seconds)} s"
    return f"{_three_digits(seconds * 1000)} ms"


def ranges(runs: Sequence[tuple[int, int]]) -> str:
    """Return first and last number of each run: `7, 1204..1206 and 3 more ranges`."""
    shown = [
        str(first) if first == last else f"{first}..{last}" for first, last in runs[:_RANGES_SHOWN]
    ]
    more = len(runs) - len(shown)
    return listed(shown + ([f"{more:,} more {'range' if more == 1 else 'ranges'}"] if more else []))


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _three_digits(value: float) -> str:
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def linux_words(report: Report) -> str:
    """Return which Linux ran, such as "emulated Linux"."""
    linux = report["linux"]
    return f"Linux {linux['version']}" if linux["kind"] == "kernel" else "emulated Linux"


def crash_words(crash: Crash) -> str:
    """Return a crash in words: what, where and in which boot."""
    words = crash["kind"]
    where = [crash["function"], crash["source"]]
    if crash["pc"] is not None:
        words += f" at {crash['pc']:#010x}"
    if any(where):
        words += f" ({', '.join(part for part in where if part)})"
    if crash["line"] is not None:
        words += f", check in line {crash['line']}"
    words += f", in boot {crash['boot']}" if crash["boot"] else ", during a start"
    if crash["uptime_s"] is not None:
        words += f" after {span(crash['uptime_s'])}"
    return words
