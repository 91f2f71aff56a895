"""Times of the HC-SR04: how long the echo takes and how often it may measure.

Source: its data sheet (sound at 340 m/s, 60 ms from one measurement to the next, range of 4 m).
"""

from __future__ import annotations

from fwgen.sensors.hc_sr04.sound import sound_mm_per_s

SHEET_PERIOD_US = 60_000
REACH_MM = 4000
ECHO_BEGINS_US = 470
"""From the trigger's rising edge to the echo line's: pulse and burst."""
SILENCE_US = 38_000
"""Length of the echo pulse if there is no echo."""

_SHEET_SPEED_MM_PER_S = 340_000
_DELAY_US = 1_000  # trigger, burst of eight pulses, until the echo line rises
_WORK_US = 1_000  # the firmware's own work around a measurement
_STEP_US = 5_000  # the shortest period is rounded up to a multiple of this


def echo_us(distance_mm: int, air_decicelsius: int) -> int:
    """Return the echo's longest time, at the data sheet's speed of sound and in that air."""
    speed_mm_per_s = min(_SHEET_SPEED_MM_PER_S, sound_mm_per_s(air_decicelsius))
    return -(-2 * distance_mm * 1_000_000 // speed_mm_per_s)


def timeout_us(distance_mm: int, air_decicelsius: int) -> int:
    """Return the time after the trigger from which no echo from that distance or nearer can come.

    It adds 15 % to the echo: sound is 10 % slower at -40 °C, the rest is for the sensor's clock.
    """
    return echo_us(distance_mm, air_decicelsius) * 115 // 100 + _DELAY_US


def least_period_us(distance_mm: int, air_decicelsius: int) -> int:
    needed = timeout_us(distance_mm, air_decicelsius) + _WORK_US
    return -(-needed // _STEP_US) * _STEP_US


def held_samples(period_us: int) -> int:
    """Return how many samples after one without an echo find the echo line still high, so that they
    cannot measure."""
    return -(-(ECHO_BEGINS_US + SILENCE_US) // period_us) - 1


def echo_timeout_us(period_us: int, distance_mm: int, air_decicelsius: int) -> int:
    """Return how long the firmware waits for the echo.

    At least as long as the range needs; up to the sensor's own range if the period is long enough,
    so that `too far` and `no echo` are different results.
    """
    reach = timeout_us(max(distance_mm, REACH_MM), air_decicelsius)
    return max(timeout_us(distance_mm, air_decicelsius), min(reach, period_us - _WORK_US))
