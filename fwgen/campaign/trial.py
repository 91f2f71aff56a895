"""Runs one history on a backend and judges it."""

from __future__ import annotations

import fcntl
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fwgen.campaign import specs
from fwgen.campaign.history import History, draw
from fwgen.errors import FwgenError

if TYPE_CHECKING:
    from fwgen.backends.renode.backend import Emulator
    from fwgen.record import RunRecord
    from fwgen.report.model import Report
    from fwgen.scenario.backend import Backend


@dataclass(frozen=True)
class Setting:
    """How histories are run. `plant`: a file of robot/mutants, whose fault is planted in the core
    (host); "": none."""

    backend: str = "host"
    plant: str = ""


@dataclass
class Tally:
    """What was tried, summed over histories."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, record: RunRecord, report: Report, history: History) -> None:
        counts = self.counts
        counts["histories"] += 1
        counts["virtual_ms"] += round(record.virtual_s * 1000)
        counts["samples"] += report["samples"]["taken"]
        counts["declared_lost"] += report["samples"]["declared_lost"]
        counts["sleeps"] += len(record.sleeps)
        counts["outages"] += len(record.outages)
        counts["erasures"] += len(record.erasures)
        counts["crashes"] += len(record.crashes)
        counts.update(f"woken_by {sleep.wake_cause.partition(':')[0]}" for sleep in record.sleeps)
        counts.update(f"step {step.do}" for step in history.scenario.steps)


@dataclass(frozen=True)
class Failure:
    """A history that failed. `fields`: the expectations that were not met; empty for an error."""

    seed: int
    fields: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What a smaller history must have in common with it."""
        return next((name for name in self.fields if name != "ignored"), "error")


def try_seed(seed: int, setting: Setting, tally: Tally) -> Failure | None:
    """Run the history of this seed; return how it failed."""
    return try_history(draw(seed, setting.backend), setting, tally)


def try_history(history: History, setting: Setting, tally: Tally) -> Failure | None:
    from fwgen.report.document import build_report
    from fwgen.scenario.engine import run_scenario

    try:
        backend = open_one(setting, history.spec)
        record = run_scenario(backend, history.plan, history.scenario, history.seed)
    except FwgenError as error:
        return Failure(history.seed, (), (f"{type(error).__name__}: {error}",))
    report = build_report(record, history.scenario, digest=False)
    tally.add(record, report, history)
    if report["verdict"] == "pass":
        return None
    figures: dict[str, Any] = dict(report)
    unmet = [
        wanted.field
        for wanted in history.scenario.expectations()
        if report["kept"].get(wanted.field, 0) is not None and wanted.judge(figures)
    ]
    return Failure(history.seed, tuple(unmet) or ("rule",), tuple(report["reasons"]))


def open_one(setting: Setting, spec: int) -> Backend:
    if setting.backend == "renode":
        from fwgen.backends.renode.backend import RenodeBackend

        return RenodeBackend(firmware(spec), emulator=emulator())
    from fwgen.backends.host.backend import HostBackend

    return HostBackend(library=library(spec, setting.plant))


@cache
def emulator() -> Emulator:
    """Return this process's emulator: all histories use it."""
    from fwgen.backends.renode.backend import Emulator

    return Emulator()


@cache
def firmware(spec: int) -> Path:
    """Return the ELF of a spec; build it unless it is there. One process builds at a time."""
    from fwgen.backends.renode.build import build_firmware
    from fwgen.config import load_config

    Path("build").mkdir(exist_ok=True)
    with Path("build", ".campaign.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build_firmware(specs.plan_of(spec), load_config(), lambda text: None)[0]


@cache
def library(spec: int, plant: str) -> Path:
    """Return the core of a spec, compiled once for this machine."""
    from fwgen.backends.host.compile import build_variant, core_sources
    from fwgen.generate import render

    if plant:
        from fwgen.robot.mutants import planted_core

        return build_variant(planted_core(specs.plan_of(spec), Path(plant)))
    return build_variant(core_sources(render(specs.plan_of(spec))))
