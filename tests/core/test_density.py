"""The density that the plan uses, which the benchmark checks the log against, on every run."""

import pytest

from fwgen.plan.density import reference_density
from tests.bench.quiet import ACCELERATION, TEMPERATURE, acceleration, temperature
from tests.bench.scene import words
from tests.core.density import bytes_of_two, bytes_per_sample, bytes_per_value


def test_reference_walk() -> None:
    measured = bytes_per_sample(words("reference-walk", 500))
    assert measured <= 0.5738 * 1.03  # with format 2 it was 0.5738
    assert reference_density().bytes_per_sample == pytest.approx(measured, rel=0.02)


def test_still_scene() -> None:
    assert bytes_per_sample(words("still", 500)) <= 0.7


def test_a_temperature_that_drifts() -> None:
    assert bytes_per_value(TEMPERATURE, temperature(7200)) <= 0.5


def test_an_accelerometer_at_rest() -> None:
    assert bytes_per_value(ACCELERATION, acceleration(6000)) <= 0.8


def test_a_second_sensor_in_the_log() -> None:
    """The reference walk, and temperature and humidity once a second: each takes the bytes that it
    takes alone, and both together at most one slot more than their bytes fill."""
    walk, room = words("reference-walk", 500), temperature(500)
    first, second, used = bytes_of_two(walk, 1_000_000, TEMPERATURE, room)
    assert first <= 0.5738 * 1.03
    assert second <= 0.5
    assert first == bytes_per_sample(walk)
    assert second == bytes_per_value(TEMPERATURE, room, 1_000_000)
    assert used <= (first * len(walk) + second * 2 * len(room)) // 488 + 2
