"""What a sample costs when it is taken: instructions of sample_log_append() on this machine."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.bench.scene import words
from tests.core.build import LOG_SOURCES, compile_c
from tests.core.clog import KEEP_NEWEST, KEEP_OLDEST

SAMPLES = 1500  # callgrind writes a file for each
UNIT = "instructions"


def measure() -> Iterator[Figure]:
    for tool in ("gcc", "valgrind"):
        if not shutil.which(tool):
            raise Unmeasured(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(__file__).with_name("append_cost.c")
        program = compile_c(
            Path(folder, "append_cost"), [*LOG_SOURCES, source], "-O2", cc=["gcc"], channels=1
        )
        walk = words("reference-walk", 500)[:SAMPLES]
        costs = _instructions(program, walk, KEEP_NEWEST, slots=8)
        yield Figure("append, median", statistics.median(costs), UNIT, limit=100)
        yield Figure("append, mean", statistics.mean(costs), UNIT)
        yield _worst(program, max(costs))


def _worst(program: Path, usual: int) -> Figure:
    far = array("H", [3000 * (i % 2) for i in range(500)])
    costs = {
        "a new block": usual,
        "a new block, the oldest one dropped": max(_instructions(program, far, KEEP_NEWEST, 2)),
        "a new block, the only one dropped": max(_instructions(program, far, KEEP_NEWEST, 1)),
        "the sample dropped": max(_instructions(program, far, KEEP_OLDEST, 1)),
    }
    case = max(costs, key=lambda name: costs[name])
    return Figure("append, worst case", costs[case], UNIT, note=case)


def _instructions(program: Path, run: array[int], policy: int, slots: int) -> list[int]:
    """Of every call."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                "valgrind",
                "--tool=callgrind",
                "--toggle-collect=sample_log_append",
                f"--callgrind-out-file={folder}/out",
                str(program),
                str(policy),
                str(slots),
            ],
            input=run.tobytes(),
            capture_output=True,
            check=True,
        )
        parts = [path.read_text() for path in Path(folder).glob("out.*")]
    totals = [re.search(r"^(?:totals|summary): (\d+)", part, re.MULTILINE) for part in parts]
    return [int(total[1]) for total in totals if total and int(total[1])]
