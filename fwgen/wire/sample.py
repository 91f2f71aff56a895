"""What a sample says: its status, its name for people, the largest distance.

The one definition in Python; docs/SPEC.md describes the numbers, and a test holds the firmware's
`enum sample_status` (sample.h) to them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class SampleStatus(IntEnum):
    """Up to TOO_FAR a sample carries a distance, from NO_ECHO on it has none (0)."""

    VALID = 0
    TOO_NEAR = 1
    TOO_FAR = 2
    NO_ECHO = 3
    MISSED = 4
    """The period went by without a measurement."""
    FAULT = 5
    """The sensor did not behave."""


STATUS_NAMES: Final = ("valid", "too near", "too far", "no echo", "missed period", "sensor fault")
"""For people, by status."""

DISTANCE_BITS: Final = 13
DISTANCE_MAX_MM: Final = (1 << DISTANCE_BITS) - 1
