"""The speed of sound against the formula in floating point, and against the standard's."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from fwgen.sensors.hc_sr04.sound import sound_mm_per_s
from fwgen.sensors.hc_sr04.times import echo_us

SPEC_AIRS = range(-400, 851, 25)


@pytest.mark.parametrize("air", SPEC_AIRS)
def test_the_speed_is_the_formula_s(air: int) -> None:
    exact = 331.3 * math.sqrt(1 + air / 2731.5)
    assert 0 <= 1000 * exact - sound_mm_per_s(air) < 1.5
    standard = 343.2 * math.sqrt((air / 10 + 273.15) / 293.15)  # ISO 9613-1
    assert abs(exact - standard) < 0.025


def test_at_and_below_absolute_zero_there_is_no_sound() -> None:
    assert sound_mm_per_s(-2732) == 0
    assert sound_mm_per_s(-32768) == 0


@pytest.mark.parametrize("air", [-400, -200, 0])
def test_the_plan_counts_with_it(air: int) -> None:
    assert echo_us(4000, air) == math.ceil(8_000_000_000 / sound_mm_per_s(air))


def test_the_formula_stands_once() -> None:
    """Its figures are in no other source: neither firmware nor emulator reckon it themselves."""
    found = [
        path.as_posix()
        for folder, kinds in (("fwgen", ("py", "c", "h", "j2")), ("renode", ("cs",)))
        for kind in kinds
        for path in sorted(Path(folder).rglob(f"*.{kind}"))
        if any(word in path.read_text(encoding="utf-8") for word in ("331_300", "331300", "3313"))
    ]
    assert found == ["fwgen/sensors/hc_sr04/sound.py"]
