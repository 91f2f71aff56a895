"""core/echo.c in Python, bit for bit: from the echo pulse to what the firmware records.

c = 331.3 m/s * sqrt(1 + T / 273.15 degC), dry air as an ideal gas; ISO 9613-1:1993 has the same as
343.2 m/s * sqrt((T + 273.15) / 293.15).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import isqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

NO_PULSE: Final = 0
HELD: Final = 0xFFFF_FFFF
DISTANCE_MAX_MM: Final = 8191

_SPEED_AT_0C_MM_PER_S: Final = 331_300
_KELVIN_AT_0C_CENTI: Final = 27_315


class SampleStatus(IntEnum):
    """sample.h's `enum sample_status`."""

    VALID = 0
    TOO_NEAR = 1
    TOO_FAR = 2
    NO_ECHO = 3
    MISSED = 4
    FAULT = 5


@dataclass(frozen=True, slots=True)
class EchoConfig:
    timeout_us: int
    range_min_mm: int
    range_max_mm: int
    air_decicelsius: int


def speed_mm_per_s(air_decicelsius: int) -> int:
    """0 at and below absolute zero."""
    centikelvin = _KELVIN_AT_0C_CENTI + 10 * air_decicelsius
    return isqrt(max(centikelvin, 0) * _SPEED_AT_0C_MM_PER_S**2 // _KELVIN_AT_0C_CENTI)


def to_mm(echo_us: NDArray[np.int64], air_decicelsius: int) -> NDArray[np.int64]:
    """Half of the way, rounded; 65535 where it is longer."""
    way_nm = echo_us * speed_mm_per_s(air_decicelsius)
    return np.minimum((way_nm + 1_000_000) // 2_000_000, 0xFFFF)


def classify(
    config: EchoConfig, echo_us: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(distance_mm, status) that the firmware records for pulses of these lengths."""
    mm = to_mm(echo_us, config.air_decicelsius)
    status = np.full(len(echo_us), SampleStatus.VALID, dtype=np.int64)
    status[mm < config.range_min_mm] = SampleStatus.TOO_NEAR
    status[mm > config.range_max_mm] = SampleStatus.TOO_FAR
    status[echo_us >= config.timeout_us] = SampleStatus.NO_ECHO
    status[(echo_us == NO_PULSE) | (echo_us == HELD)] = SampleStatus.FAULT
    distance = np.where(status <= SampleStatus.TOO_FAR, np.minimum(mm, DISTANCE_MAX_MM), 0)
    return distance.astype(np.int64), status
