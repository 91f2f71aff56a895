"""What a run takes of the machine's memory: a month has 43 million samples and has to fit in 1 GB,
page and CSV included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MONTH = 31 * 24 * 3600 * 1000 // 60
MOST_BYTES = 1 << 30
SCENARIO = """\
fwgen-scenario: 1
name: hours
distance: [{{at: 0 s, mm: 1500}}, {{at: 20 min, mm: 400}}, {{at: 60 min, mm: 2500}}]
noise: 2 mm
steps: [{steps}]
until: {hours} h
"""
ASLEEP = "{at: 1 min, do: suspend, for: 55 min, every: 1 h, times: %d}"


def memory_of(folder: Path, hours: int, asleep: bool) -> int:
    """Of a run of so many hours in a process of its own, in bytes, at its largest."""
    scenario = folder / f"{hours}.yaml"
    steps = ASLEEP % (hours - 1) if asleep else ""
    scenario.write_text(SCENARIO.format(steps=steps, hours=hours))
    command = ["run", str(scenario), "--csv", "--report", str(folder / str(hours))]
    process = subprocess.Popen([sys.executable, "-m", "fwgen", *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    with (folder / str(hours) / "samples.csv").open() as lines:
        assert sum(1 for _ in lines) == hours * 60_000 + 1
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="asks the system for a process's memory")
@pytest.mark.parametrize(("asleep", "hours"), [(True, (12, 36)), (False, (8, 20))])
def test_a_month_fits(tmp_path: Path, asleep: bool, hours: tuple[int, int]) -> None:
    few, many = (memory_of(tmp_path, length, asleep) for length in hours)
    growth = (many - few) / ((hours[1] - hours[0]) * 60_000)
    assert growth < 20, f"{growth:.1f} bytes a sample"
    assert many + growth * MONTH < MOST_BYTES
