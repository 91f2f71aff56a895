"""The real Linux kernel against the emulated Linux, in the same run on the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.config import load_config
from fwgen.errors import FwgenError
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.uml.find import find_kernel
from tests.backends import running as emulated
from tests.backends.kernel import running as real
from tests.bench import Unmeasured
from tests.bench.bench_renode import build
from tests.bench.figure import Figure

RUNS = 3


def measure() -> Iterator[Figure]:
    try:
        find_kernel(load_config())
    except FwgenError as error:
        raise Unmeasured(error.message) from error
    night, plan = emulated.bundled("night"), emulated.reference_plan()
    minute = emulated.bundled("minute")
    emulated.run(minute, plan=plan)  # compiles the core
    real.run(minute, plan=plan)
    emulated_s, _ = _best(lambda: emulated.run(night, plan=plan)[1])
    real_s, report = _best(lambda: real.run(night, plan=plan)[1])
    whole = report["verdict"] == "pass" and not report["samples"]["lost"]
    yield Figure("a night with the real kernel", real_s, "s", note=f"best of {RUNS}")
    yield Figure("of the emulated one's time", real_s / emulated_s, "times", limit=30)
    delivered = report["samples"]["delivered"] if whole else 0
    yield Figure("its samples", delivered, "samples", limit=480_000, at_least=True)
    yield from _on_the_board()


def _on_the_board() -> Iterator[Figure]:
    """The same comparison with the ELF; a run's time counts from its first sample."""
    elf, scenario = build().elf, emulated.bundled("ten-minutes")
    walls_s = []
    for linux in (None, real.kernel()):
        backend = RenodeBackend(elf, linux=linux)
        walls_s.append(run_scenario(backend, emulated.reference_plan(), scenario, 1).wall_s)
    emulated_s, real_s = walls_s
    yield Figure("renode: ten minutes with the real kernel", real_s, "s")
    yield Figure("renode: of the emulated one's time", real_s / emulated_s, "times", limit=2)


def _best(run: Callable[[], Report]) -> tuple[float, Report]:
    best_s, report = float("inf"), None
    for _ in range(RUNS):
        start_s = time.perf_counter()
        report = run()
        best_s = min(best_s, time.perf_counter() - start_s)
    assert report is not None
    return best_s, report
