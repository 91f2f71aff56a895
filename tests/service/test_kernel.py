"""The service in the real Linux kernel: its tty, its suspend, in virtual time."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from fwgen.record import RunRecord
from fwgen.scenario.load import parse_scenario
from tests.backends.kernel.running import run
from tests.service import kernel_application

pytestmark = pytest.mark.needs("linux")
KILLS = int(os.environ.get("FWGEN_KILLS", "10"))


def night(kills: int) -> str:
    """Return a scenario with sleeps and resets of the M33, the service killed at random moments."""
    chance = random.Random(kills)
    steps, now = [], 3.0
    for _ in range(kills):
        now += chance.uniform(0.3, 6.0)
        steps.append(f"  - {{at: {now * 1000:.0f} ms, do: crash-app}}")
        now += chance.uniform(0.1, 2.0)
        steps.append(f"  - {{at: {now * 1000:.0f} ms, do: start-app}}")
        if chance.random() < 0.2:
            now += chance.uniform(0.0, 3.0)
            steps.append(f"  - {{at: {now * 1000:.0f} ms, do: reset-firmware}}")
        if chance.random() < 0.5:
            now += 4
            sleep = chance.randrange(3, 40)
            steps.append(f"  - {{at: {now * 1000:.0f} ms, do: suspend, for: {sleep} s}}")
            now += sleep + 4
    return "\n".join(
        [
            "fwgen-scenario: 1",
            "name: kills",
            "distance: [{at: 0 s, mm: 500}, {at: 3600 s, mm: 3500}]",
            "noise: 2 mm",
            "steps:",
            *steps,
            f"until: {now + 10:.0f} s",
        ]
    )


def test_killed_at_random_moments_it_keeps_every_sample_once(tmp_path: Path) -> None:
    """FWGEN_KILLS sets how often."""
    application = tmp_path / "application.py"
    shutil.copyfile(kernel_application.__file__, application)
    record, _ = run(parse_scenario(night(KILLS), "night.yaml"), application=application)
    told = (tmp_path / "told.txt").read_text()
    assert told.count("online: log") >= KILLS, "each service greeted the firmware"
    slept = record.sleeps
    assert len(slept) >= KILLS / 5 and all(sleep.slept_s for sleep in slept)
    assert check_database(tmp_path / "samples.sqlite", record) > 200 * KILLS / 10


def check_database(database: Path, record: RunRecord) -> int:
    """Return how many samples it has: all, once, with their values and times, but the last ones."""
    db = sqlite3.connect(database)
    query = "SELECT position, status << 13 | ifnull(distance_mm, 0), utc_us, within_us FROM sample"
    rows = np.array(db.execute(query).fetchall())
    positions, words, utc_us, within_us = rows.T
    whole = record.taken.whole()
    taken = whole.status << 13 | whole.distance_mm
    assert np.array_equal(positions, np.arange(len(positions))), "each once"
    both = min(len(words), len(taken))  # the last ones had no time to arrive, or came after the end
    assert np.array_equal(words[:both], taken[:both]), "as they were taken"
    assert len(taken) - both < 100
    assert db.execute("SELECT count(*) FROM gap").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM sleep WHERE refused = ''").fetchone()[0] > 0

    true_us = utc_us[:both] - whole.at_us[:both]  # that of scenario time 0, if it is right
    within_us = within_us[:both]
    assert within_us.max() < 1_000_000
    assert (true_us - within_us).max() <= (true_us + within_us).min(), "one time fits them all"
    return len(positions)
