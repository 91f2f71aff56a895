"""From echo to distance: within a millimetre of the formula, and the same in C and Python."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest

from fwgen.echo import HELD, NO_PULSE, EchoConfig, SampleStatus, classify, speed_mm_per_s, to_mm
from tests.core import cnode

AIRS = range(-200, 601, 25)
REFERENCE = EchoConfig(timeout_us=30_000, range_min_mm=20, range_max_mm=4000, air_decicelsius=200)


def speed_m_per_s(celsius: float) -> float:
    return 331.3 * math.sqrt(1 + celsius / 273.15)


def in_c(config: EchoConfig, echo_us: int) -> tuple[int, int]:
    """(distance_mm, status)"""
    c_config = cnode.EchoConfig(
        config.timeout_us, config.range_min_mm, config.range_max_mm, config.air_decicelsius
    )
    packed = cnode.library().glue_classify(ctypes.byref(c_config), ctypes.c_uint32(echo_us))
    assert packed >> 24 == 0
    return packed & 0xFFFF, packed >> 16


@pytest.mark.parametrize("air", AIRS)
def test_the_speed_of_sound_is_the_formula_s(air: int) -> None:
    assert abs(speed_mm_per_s(air) - 1000 * speed_m_per_s(air / 10)) < 1.5


def test_the_formula_is_that_of_the_standard() -> None:
    """ISO 9613-1: 343.2 m/s * sqrt(T / 293.15 K)"""
    for celsius in range(-20, 61):
        standard = 343.2 * math.sqrt((celsius + 273.15) / 293.15)
        assert abs(speed_m_per_s(celsius) - standard) < 0.02


@pytest.mark.parametrize("air", AIRS)
def test_the_distance_is_right_within_a_millimetre(air: int) -> None:
    """The echo of every millimetre, in whole microseconds as the sensor's timer gives it."""
    speed = speed_m_per_s(air / 10)
    distance = np.arange(20, 4001)
    echo_us = np.rint(2000 * distance / speed).astype(np.int64)
    assert np.abs(to_mm(echo_us, air) - distance).max() <= 1


@pytest.mark.parametrize("air", [-400, -200, 0, 200, 600, 850])
def test_c_and_python_give_the_same_distance(air: int) -> None:
    echoes = np.concatenate([np.arange(0, 40_000, 7), np.array([60_000, 500_000, 0xFFFF_FFFF])])
    expected = to_mm(echoes.astype(np.int64), air)
    lib = cnode.library()
    assert [lib.echo_to_mm(int(echo), air) for echo in echoes] == expected.tolist()


def test_below_absolute_zero_there_is_no_sound() -> None:
    assert speed_mm_per_s(-2732) == 0
    assert cnode.library().echo_to_mm(10_000, -2732) == 0
    assert cnode.library().echo_to_mm(10_000, -32768) == 0


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
def test_an_echo_is_judged_by_the_range(echo_us: int, status: SampleStatus, near_mm: int) -> None:
    distance, found = in_c(REFERENCE, echo_us)
    assert found == status
    assert abs(distance - near_mm) <= 2


def test_a_distance_that_fits_no_sample_is_cut() -> None:
    far = EchoConfig(100_000, 20, 9000, 200)
    assert in_c(far, 60_000) == (8191, SampleStatus.TOO_FAR)


@pytest.mark.parametrize(
    "config", [REFERENCE, EchoConfig(26_000, 300, 2500, -155), EchoConfig(100_000, 0, 9000, 400)]
)
def test_c_and_python_judge_the_same(config: EchoConfig) -> None:
    edges = [NO_PULSE, HELD, config.timeout_us - 1, config.timeout_us, config.timeout_us + 1]
    echoes = [*range(0, 60_000, 13), *edges]
    distance, status = classify(config, np.array(echoes, dtype=np.int64))
    expected = list(zip(distance.tolist(), status.tolist(), strict=True))
    assert [in_c(config, echo) for echo in echoes] == expected
