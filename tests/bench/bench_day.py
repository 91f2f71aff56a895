"""A day with 24 sleeps on the host backend, every sample verified by the peer and the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.backends.running import bundled, reference_plan, run
from tests.bench.figure import Figure

RUNS = 3


def measure() -> Iterator[Figure]:
    scenario, plan = bundled("day"), reference_plan()
    run(bundled("minute"), plan=plan)  # compiles the core
    times_s = []
    for _ in range(RUNS):
        start_s = time.perf_counter()
        _, report = run(scenario, plan=plan)
        times_s.append(time.perf_counter() - start_s)
    best_s = min(times_s)
    samples = report["samples"]
    whole = report["verdict"] == "pass" and samples["delivered"] == samples["taken"]
    yield Figure("a day with 24 sleeps", best_s, "s", limit=10.0, note=f"best of {RUNS}")
    yield Figure("its speed", scenario.until_us / 1e6 / best_s, "x real time")
    yield Figure("its samples", samples["taken"], "samples", limit=1.44e6, at_least=True)
    yield Figure(
        "of them delivered, in order and right",
        samples["delivered"] if whole else 0,
        "samples",
        limit=1.44e6,
        at_least=True,
    )
    yield Figure("its log", report["log"]["bytes_per_sample"], "bytes a sample")
