"""Runs a scenario's timeline on a backend."""

from __future__ import annotations

import time
from collections.abc import Callable

from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.scenario.backend import Backend, UnsupportedStepError
from fwgen.scenario.model import Scenario
from fwgen.spec.diagnostics import DiagnosticErrors, Findings

Progress = Callable[[int, int], None]
"""Called repeatedly with the scenario time reached and the scenario's end, both in us."""

_PROGRESS_PARTS = 200


class UnsupportedSteps(DiagnosticErrors, UnsupportedStepError):
    """The backend does not support some steps; each diagnostic has the position of one."""


def check_supported(scenario: Scenario, backend: Backend) -> None:
    """Raise UnsupportedSteps if the backend does not support one of the steps, or `clocks`."""
    findings = Findings()
    if backend.real_linux and scenario.clocks_ppm is not None:
        message = "`clocks` is not supported here: this kernel's clock is the firmware's"
        hint = "remove it, or run the scenario with `--linux emulated`"
        place = scenario.where("clocks", key=True)
        findings.error("unsupported-step", message, place, hint)
    for index, step in enumerate(scenario.steps):
        if refusal := backend.refusal(step):
            place = scenario.where("steps", index, "do")
            findings.error("unsupported-step", refusal.message, place, refusal.hint)
    findings.raise_errors(UnsupportedSteps)


def run_scenario(
    backend: Backend, plan: Plan, scenario: Scenario, seed: int, progress: Progress | None = None
) -> RunRecord:
    """Run the scenario and return the record. `wall_s` counts from scenario time 0."""
    check_supported(scenario, backend)
    reached_us = 0
    try:
        backend.start(plan, scenario, seed)
        began = time.perf_counter()
        for at_us, step in scenario.timeline():
            _run(backend, reached_us, at_us, scenario.until_us, progress)
            reached_us = at_us
            backend.do(step)
        _run(backend, reached_us, scenario.until_us, scenario.until_us, progress)
        record = backend.finish()
    finally:
        backend.close()
    record.wall_s = time.perf_counter() - began
    return record


def _run(
    backend: Backend, from_us: int, to_us: int, end_us: int, progress: Progress | None
) -> None:
    """Run from one time to another, in parts if `progress` is given."""
    part_us = max(1_000_000, end_us // _PROGRESS_PARTS) if progress else to_us
    while from_us < to_us:
        from_us = min(to_us, from_us + part_us)
        backend.run_until(from_us)
        if progress:
            progress(from_us, end_us)
