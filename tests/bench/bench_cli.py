"""How long commands take from a cold start: a new process, median of several."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure

SPEC = Path(__file__).parents[2] / "fwgen/spec/examples/range-node.yaml"
RUNS = 5


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield Figure("fwgen check, cold", _median_s("check", SPEC), "s", limit=0.5)
        output = Path(folder, "app")
        first = _median_s("generate", SPEC, "-o", output, runs=1)
        yield Figure("fwgen generate, nothing there yet", first, "s", limit=1.0)
        again = _median_s("generate", SPEC, "-o", output)
        yield Figure("fwgen generate, all current", again, "s", limit=1.0)


def _median_s(*arguments: str | Path, runs: int = RUNS) -> float:
    command = [sys.executable, "-m", "fwgen", *map(str, arguments)]
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
