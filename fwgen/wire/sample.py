"""The status of a sample, the names of the statuses, and the largest distance.

They are defined only here in Python. docs/SPEC.md describes the numbers; a test compares them with
the firmware's `enum sample_status` (sample.h).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class SampleStatus(IntEnum):
    """Up to TOO_FAR a sample has a distance; from NO_ECHO on its distance is 0."""

    VALID = 0
    TOO_NEAR = 1
    TOO_FAR = 2
    NO_ECHO = 3
    MISSED = 4
    """The period passed without a measurement."""
    FAULT = 5
    """The sensor gave no valid pulse."""


STATUS_NAMES: Final = ("valid", "too near", "too far", "no echo", "missed period", "sensor fault")
"""Names for users, by status."""

DISTANCE_BITS: Final = 13
DISTANCE_MAX_MM: Final = (1 << DISTANCE_BITS) - 1
