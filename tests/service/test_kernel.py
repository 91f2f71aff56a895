"""The service in the real Linux kernel: its tty, its suspend, in virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.night import run_night

pytestmark = pytest.mark.needs("linux")
KILLS = 10


def test_killed_at_random_moments_it_keeps_every_sample_once(tmp_path: Path) -> None:
    """night.py runs longer nights."""
    kept = run_night("host", KILLS, KILLS, tmp_path)
    assert kept.sleeps >= KILLS / 5
    assert kept.resets > 0
    assert kept.samples > 200 * KILLS / 10
