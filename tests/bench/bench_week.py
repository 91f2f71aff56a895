"""A week on the host backend, in which only the firmware wakes Linux; every sample is verified."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from tests.backends.running import bundled, run
from tests.bench.figure import Figure


def measure() -> Iterator[Figure]:
    scenario = bundled("week")
    run(bundled("hour-wakes"))  # compiles the core
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    _, report = run(scenario)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    samples = report["samples"]
    whole = report["verdict"] == "pass" and samples["delivered"] == samples["taken"]
    yield Figure("a week of wake-ups by the firmware", wall_s, "s", limit=90.0, note="one run")
    yield Figure("its processor time", cpu_s, "s", limit=90.0)
    yield Figure("its memory", peak_mb, "MB", limit=1000.0)
    yield Figure("its wake-ups", len(report["sleeps"]), "sleeps")
    yield Figure("Linux was awake", 100 * report["linux"]["awake"], "%", limit=0.1)
    yield Figure(
        "its samples, delivered in order and right",
        samples["delivered"] if whole else 0,
        "samples",
        limit=10.08e6,
        at_least=True,
    )
