"""The density that the plan uses, which the benchmark checks the log against, on every run."""

import pytest

from fwgen.plan.endurance import reference_density
from tests.bench.scene import words
from tests.core.density import bytes_per_sample


def test_reference_walk() -> None:
    measured = bytes_per_sample(words("reference-walk", 500))
    assert measured <= 1.0
    assert reference_density().bytes_per_sample == pytest.approx(measured, rel=0.02)


def test_still_scene() -> None:
    assert bytes_per_sample(words("still", 500)) <= 0.7
