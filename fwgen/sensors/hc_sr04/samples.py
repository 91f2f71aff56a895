"""The samples that a firmware must report for the pulses of its sensor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fwgen.sensors.hc_sr04.kinds import HELD, NO_PULSE
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s
from fwgen.wire.sample import DISTANCE_MAX_MM, SampleStatus

Ints = NDArray[np.int64]


def expected_samples(
    echo_us: Ints, *, timeout_us: int, range_mm: tuple[int, int], air_decicelsius: int
) -> tuple[Ints, Ints]:
    """Return status and distance in mm that the firmware must report for these echoes.

    The distance is half of the sound's way, rounded, at the air temperature of the spec. A pulse
    that reaches the time-out is "no echo"; no pulse or a held line is a sensor fault. Both have
    distance 0.
    """
    way_nm = echo_us * sound_mm_per_s(air_decicelsius)
    distance = (way_nm + 1_000_000) // 2_000_000
    status = np.full(len(echo_us), SampleStatus.VALID, dtype=np.int64)
    status[distance < range_mm[0]] = SampleStatus.TOO_NEAR
    status[distance > range_mm[1]] = SampleStatus.TOO_FAR
    status[echo_us >= timeout_us] = SampleStatus.NO_ECHO
    status[(echo_us == NO_PULSE) | (echo_us == HELD)] = SampleStatus.FAULT
    distance[status >= SampleStatus.NO_ECHO] = 0
    return status, np.minimum(distance, DISTANCE_MAX_MM)
