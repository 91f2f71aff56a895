"""Figures as text with units."""

from __future__ import annotations

from fractions import Fraction


def size(size_bytes: int) -> str:
    """Return a size as text: `116 KiB`, `8 MiB`, `512 B`."""
    for unit, scale in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size_bytes >= scale and size_bytes % (scale // 4) == 0:
            return f"{_short(Fraction(size_bytes, scale))} {unit}"
    if size_bytes >= 10 << 10:
        return f"{size_bytes / 1024:.1f} KiB"
    return f"{size_bytes:,} B"


def address(value: int) -> str:
    return f"0x{value:08X}"


def duration(seconds: float) -> str:
    """Return a duration as text, rounded down to s or min: `1 h 46 min`, `27 min`, `42 s`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if whole >= 3600:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    if whole >= 600:
        return f"{minutes} min"
    if whole >= 60:
        rest = whole % 60
        return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
    return f"{whole} s"


def milliseconds(time_us: int) -> str:
    """Return a time as text, rounded to a tenth: `23.5 ms`, `60 ms`."""
    return f"{_short(round(Fraction(time_us, 1000), 1))} ms"


def _short(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}"
    return f"{float(value):,.2f}".rstrip("0").rstrip(".")
