"""The speed of sound: the one formula that the plan, the firmware and the sensor's model use.

Dry air as an ideal gas: c = 331.3 m/s * sqrt(T / 273.15 K). ISO 9613-1:1993 has the same as
343.2 m/s * sqrt(T / 293.15 K). Humidity makes sound up to 0.4 % faster at 20 °C, which is ignored.
The firmware and the emulator get the result as a figure and have no formula.
"""

from __future__ import annotations

from math import isqrt
from typing import Final

_SPEED_AT_0C_MM_PER_S: Final = 331_300
_KELVIN_AT_0C_CENTI: Final = 27_315


def sound_mm_per_s(air_decicelsius: int) -> int:
    """Return the speed of sound in air of that temperature, in mm/s, rounded down; 0 at and below
    absolute zero."""
    centikelvin = max(_KELVIN_AT_0C_CENTI + 10 * air_decicelsius, 0)
    return isqrt(_SPEED_AT_0C_MM_PER_S**2 * centikelvin // _KELVIN_AT_0C_CENTI)
