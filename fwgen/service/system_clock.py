"""Linux's clock and UTC."""

from __future__ import annotations

import time
from typing import Final

SET_SINCE_US: Final = 1_735_689_600_000_000
"""2025-01-01. A system clock before this was never set: a board without a battery starts in 1970,
or at the date of its image."""
LEAP_US: Final = 100_000
"""An offset that changed by more than this leapt; adjusting the clock changes both alike."""


def utc_offset_us() -> float:
    """Return UTC less CLOCK_BOOTTIME: it changes only when the system clock leaps."""
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    utc = time.clock_gettime_ns(time.CLOCK_REALTIME)
    after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return (utc - (before + after) / 2) / 1000


def utc_us() -> int:
    """Return the system clock."""
    return time.time_ns() // 1000


def is_set(offset_us: float) -> bool:
    """Whether the system clock shows a date of today's."""
    return offset_us >= SET_SINCE_US
