"""Durations and sizes in the settings: a number and a unit."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*([A-Za-z]+)\s*")
DURATIONS: Final = {
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
SIZES: Final = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def duration_us(text: object) -> int:
    """Return a duration in microseconds. Raises ValueError."""
    return _quantity(text, DURATIONS, "a duration such as '30 d'")


def size_bytes(text: object) -> int:
    """Return a size in bytes. Raises ValueError."""
    return _quantity(text, SIZES, "a size such as '512 MiB'")


def _quantity(text: object, units: dict[str, int], what: str) -> int:
    found = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[2] not in units:
        raise ValueError(f"expected {what} (units: {', '.join(units)}), found {text!r}")
    return round(float(found[1]) * units[found[2]])
