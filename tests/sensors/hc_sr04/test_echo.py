"""From echo to distance: within a millimetre of the formula.

The core classifies samples as every run expects (samples.expected_samples).
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass

import numpy as np
import pytest

from fwgen.sensors.hc_sr04.kinds import HELD, NO_PULSE
from fwgen.sensors.hc_sr04.samples import expected_samples
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s
from fwgen.wire.sample import SampleStatus


class EchoConfig(ctypes.Structure):
    _fields_ = (
        ("timeout_us", ctypes.c_uint32),
        ("range_min_mm", ctypes.c_uint16),
        ("range_max_mm", ctypes.c_uint16),
        ("sound_mm_per_s", ctypes.c_uint32),
        ("pull_low", ctypes.c_bool),
    )


AIRS = range(-200, 601, 25)


@dataclass(frozen=True)
class Config:
    timeout_us: int = 30_000
    range_mm: tuple[int, int] = (20, 4000)
    air_decicelsius: int = 200


REFERENCE = Config()


def in_c(sensor: ctypes.CDLL, config: Config, echo_us: int) -> tuple[int, int]:
    """Return (status, distance_mm)."""
    sound = sound_mm_per_s(config.air_decicelsius)
    c_config = EchoConfig(config.timeout_us, *config.range_mm, sound)
    packed = sensor.glue_classify(ctypes.byref(c_config), ctypes.c_uint32(echo_us))
    assert packed >> 24 == 0
    return packed >> 16, packed & 0xFFFF


def expected(config: Config, echoes: list[int]) -> list[tuple[int, int]]:
    status, distance = expected_samples(
        np.array(echoes, dtype=np.int64),
        timeout_us=config.timeout_us,
        range_mm=config.range_mm,
        air_decicelsius=config.air_decicelsius,
    )
    return list(zip(status.tolist(), distance.tolist(), strict=True))


@pytest.mark.parametrize("air", AIRS)
def test_the_distance_is_right_within_a_millimetre(sensor: ctypes.CDLL, air: int) -> None:
    """The echo is in whole microseconds, as the sensor's timer measures it."""
    speed = 331.3 * math.sqrt(1 + air / 2731.5)
    config = Config(range_mm=(0, 8000), air_decicelsius=air, timeout_us=100_000)
    for distance in range(20, 4001, 7):
        status, found = in_c(sensor, config, round(2000 * distance / speed))
        assert status == SampleStatus.VALID
        assert abs(found - distance) <= 1


@pytest.mark.parametrize("air", [-400, -200, 0, 200, 600, 850])
def test_a_length_is_half_of_the_way_rounded(sensor: ctypes.CDLL, air: int) -> None:
    sound = sound_mm_per_s(air)
    for echo in [*range(0, 40_000, 7), 60_000, 500_000, 0xFFFF_FFFF]:
        mm = (echo * sound + 1_000_000) // 2_000_000
        assert sensor.echo_to_mm(echo, sound) == min(mm, 0xFFFF)


@pytest.mark.parametrize(
    ("echo_us", "status", "near_mm"),
    [
        (NO_PULSE, SampleStatus.FAULT, 0),
        (HELD, SampleStatus.FAULT, 0),
        (60, SampleStatus.TOO_NEAR, 10),
        (117, SampleStatus.VALID, 20),
        (5824, SampleStatus.VALID, 1000),
        (23_300, SampleStatus.VALID, 4000),
        (23_400, SampleStatus.TOO_FAR, 4018),
        (29_999, SampleStatus.TOO_FAR, 5150),
        (30_000, SampleStatus.NO_ECHO, 0),
        (38_000, SampleStatus.NO_ECHO, 0),
    ],
)
def test_an_echo_is_judged_by_the_range(
    sensor: ctypes.CDLL, echo_us: int, status: SampleStatus, near_mm: int
) -> None:
    found, distance = in_c(sensor, REFERENCE, echo_us)
    assert found == status
    assert abs(distance - near_mm) <= 2


def test_a_distance_that_fits_no_sample_is_cut(sensor: ctypes.CDLL) -> None:
    far = Config(100_000, (20, 9000))
    assert in_c(sensor, far, 60_000) == (SampleStatus.TOO_FAR, 8191)


@pytest.mark.parametrize(
    "config",
    [
        REFERENCE,
        Config(26_000, (300, 2500), -155),
        Config(100_000, (0, 9000), 400),
        Config(30_000, (20, 4000), 850),
    ],
)
def test_the_core_gives_what_runs_expect(sensor: ctypes.CDLL, config: Config) -> None:
    edges = [NO_PULSE, HELD, config.timeout_us - 1, config.timeout_us, config.timeout_us + 1]
    echoes = [*range(0, 60_000, 13), *edges]
    assert [in_c(sensor, config, echo) for echo in echoes] == expected(config, echoes)
