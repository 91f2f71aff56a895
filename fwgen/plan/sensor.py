"""Times of the HC-SR04: how long the echo takes and how often it may be asked.

Source: its data sheet (sound at 340 m/s, 60 ms from one measurement to the next, reach of 4 m).
"""

from __future__ import annotations

from fwgen.plan.sound import sound_mm_per_s

SHEET_PERIOD_US = 60_000
REACH_MM = 4000
ECHO_BEGINS_US = 470
"""From the trigger's rise until the echo line rises: pulse and burst."""
SILENCE_US = 38_000
"""Length of the pulse when nothing is heard."""

_SHEET_SPEED_MM_PER_S = 340_000
_DELAY_US = 1_000  # trigger, burst of eight pulses, until the echo line rises
_WORK_US = 1_000  # the firmware's own work around a measurement
_STEP_US = 5_000  # a least period is told in round figures


def echo_us(distance_mm: int, air_decicelsius: int) -> int:
    """The longest that the echo from there takes: at the data sheet's speed or in that air."""
    speed_mm_per_s = min(_SHEET_SPEED_MM_PER_S, sound_mm_per_s(air_decicelsius))
    return -(-2 * distance_mm * 1_000_000 // speed_mm_per_s)


def timeout_us(distance_mm: int, air_decicelsius: int) -> int:
    """After so long from the trigger nothing nearer than that is to be heard any more.

    15 % on top of the echo: sound is 10 % slower at -40 degrees, the rest is the sensor's clock.
    """
    return echo_us(distance_mm, air_decicelsius) * 115 // 100 + _DELAY_US


def least_period_us(distance_mm: int, air_decicelsius: int) -> int:
    needed = timeout_us(distance_mm, air_decicelsius) + _WORK_US
    return -(-needed // _STEP_US) * _STEP_US


def held_samples(period_us: int) -> int:
    """How many samples after one that hears nothing find the line still up, so that the sensor
    cannot be asked."""
    return -(-(ECHO_BEGINS_US + SILENCE_US) // period_us) - 1


def patience_us(period_us: int, distance_mm: int, air_decicelsius: int) -> int:
    """How long to wait for the echo: what the range needs, and what the sensor can reach if the
    period has room for it, so that `too far` and `no echo` can be told apart."""
    reach = timeout_us(max(distance_mm, REACH_MM), air_decicelsius)
    return max(timeout_us(distance_mm, air_decicelsius), min(reach, period_us - _WORK_US))
