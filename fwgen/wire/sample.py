"""Samples: the status, the names of the statuses, and the channel of the range sensor.

They are defined only here in Python. docs/SPEC.md describes the numbers; a test compares them with
the firmware's `enum sample_status` (sample.h).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple


class SampleStatus(IntEnum):
    """Up to TOO_FAR a sample has values; from NO_ECHO on it has none."""

    VALID = 0
    TOO_NEAR = 1
    """Below the sensor's range."""
    TOO_FAR = 2
    """Above it."""
    NO_ECHO = 3
    """The sensor found nothing to measure."""
    MISSED = 4
    """The period passed without a measurement."""
    FAULT = 5
    """The sensor failed."""


class Sample(NamedTuple):
    """One sample of a block. `values`: the raw number of each channel; empty if the status has
    none. `late_16ths`: how late it was taken, in sixteenths of the period."""

    status: int
    values: tuple[int, ...]
    late_16ths: int


STATUS_NAMES: Final = ("valid", "too near", "too far", "no echo", "missed period", "sensor fault")
"""Names for users, by status."""

DISTANCE_BITS: Final = 13
DISTANCE_MAX_MM: Final = (1 << DISTANCE_BITS) - 1
DISTANCE_WIDTHS: Final = (DISTANCE_BITS,)
"""The widths of the range sensor's channels: its distance in mm."""
