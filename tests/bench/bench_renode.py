"""The real firmware in the emulator: how fast, and what its work costs in instructions."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.backends.renode.find import what_is_missing
from fwgen.backends.renode.options import Counts, Options
from fwgen.build.built import Built
from fwgen.build.cmake import Progress
from fwgen.build.firmware import Firmware
from fwgen.config import load_config
from fwgen.errors import FwgenError
from fwgen.record import RunRecord
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import find_scenario, load_scenario
from fwgen.scenario.model import Scenario
from fwgen.scenario.steps import make_step
from fwgen.spec import load_spec
from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.bench.hello import build_hello

FOLDER = Path("build/bench-zephyr")
SECOND_US = 1_000_000
SLEEP_S = 1_200
WINDOW_S = 60
HELLO_S = 600
WAKE_UPS = 150
TRIGGER = 4_000
"""The emulated core executes 400 instructions in a microsecond."""


def measure() -> Iterator[Figure]:
    built = build()
    hello = build_hello(built.plan, FOLDER.with_name("bench-hello"))
    yield from _speed(built, hello)
    yield from _costs(built)


def build(display: bool = True) -> Built:
    missing = what_is_missing(load_config().renode)
    if missing:
        raise Unmeasured(missing)
    spec = load_spec(example_paths()[REFERENCE_BOARD])
    folder = FOLDER
    if not display:
        spec = spec.model_copy(update={"display": None})
        folder = FOLDER.with_name("bench-no-display")
    try:
        return Firmware(spec, folder, progress=Progress(quiet=True)).build()
    except FwgenError as error:
        raise Unmeasured(str(error).splitlines()[0]) from error


def _speed(built: Built, hello: Path) -> Iterator[Figure]:
    """The speeds as ratios to hello_world's, since machines differ; measured before and after, so
    that a change of the machine's load shows."""
    before = _speed_of_hello(hello)
    began = time.perf_counter()
    walk, memory_bytes, started_s = _run(built, load("reference-walk"), began)
    asleep = walk.core["asleep"] if walk.core else None
    awake, _, _ = _run(built, awake_throughout("reference-walk"), time.perf_counter())
    hour, more_bytes, _ = _run(built, load("hour"), time.perf_counter())
    bare, _, _ = _run(build(display=False), load("hour"), time.perf_counter())
    idle = (before + _speed_of_hello(hello)) / 2
    yield Figure("renode: command to first sample", started_s, "s", limit=10)
    yield Figure("renode: an idle hello_world", idle, "x real time", note=f"{before:.0f} at first")
    for name, run, least in (
        ("the reference walk, awake", awake, 0.25),
        ("the reference walk, asleep", walk, None),
        ("an hour asleep", hour, 0.4),
        ("an hour asleep, no display", bare, 0.6),
    ):
        speed = run.virtual_s / run.wall_s
        note = f"{speed:.0f} x real time"
        yield Figure(f"renode: {name}", speed / idle, "of hello_world", least, True, note)
    if asleep:
        wake_ups = sum(asleep.wake_ups.values()) / asleep.for_s
        name = "renode: wake-ups on the reference walk, asleep"
        yield Figure(name, wake_ups, "a second", limit=WAKE_UPS)
    sleep = hour.sleeps[0]
    if sleep.drain_ms:
        rate = sleep.backlog / sleep.drain_ms * 1e3
        note = f"{sleep.backlog} samples; at the pace that linux.Pace gives Linux, no measurement"
        yield Figure("renode: drained after WAKE", rate, "samples/s", note=note)
    largest = max(memory_bytes, more_bytes)
    yield Figure("renode: memory of the emulator", largest / 2**20, "MiB", limit=1_536)


def _speed_of_hello(elf: Path) -> float:
    """In its own process: Renode has one emulation per process."""
    command = [sys.executable, "-m", "tests.bench.hello", str(elf), str(HELLO_S)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^[0-9.]+$", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        raise Unmeasured(f"hello_world did not run: {(done.stdout + done.stderr)[-200:]}")
    return float(found[0])


def load(name: str) -> Scenario:
    return load_scenario(find_scenario(name))


def awake_throughout(name: str) -> Scenario:
    """The same scene without a step: Linux does not sleep."""
    return load(name).model_copy(update={"steps": (), "expect": ()})


def _run(built: Built, scenario: Scenario, began: float) -> tuple[RunRecord, int, float]:
    """The record, the emulator's memory, and how long it took to reach the first sample."""
    backend = _Watched(built.elf)
    record = run_scenario(backend, built.plan, scenario, 1)
    assert len(record.delivered) == len(record.taken)
    return record, backend.memory_bytes, backend.started - began


class _Watched(RenodeBackend):
    """Notes when it has reached the first sample, and how large it got."""

    started = 0.0
    memory_bytes = 0

    def start(self, *arguments: object) -> None:
        super().start(*arguments)  # type: ignore[arg-type]
        self.started = time.perf_counter()

    def finish(self) -> RunRecord:
        record = super().finish()
        self.memory_bytes = self.ask("counts").memory_bytes
        return record


class _Bench:
    """One board; figures of a stretch of time."""

    def __init__(self, built: Built) -> None:
        self.backend = RenodeBackend(built.elf, options=Options(bus_burst=1))
        self.backend.start(built.plan, load_scenario(find_scenario("still")), 1)
        self.t_us = 0

    def go(self, seconds: float) -> tuple[Counts, Counts]:
        before: Counts = self.backend.ask("counts")
        self.t_us += round(seconds * SECOND_US)
        self.backend.run_until(self.t_us)
        return before, self.backend.ask("counts")


def _costs(built: Built) -> Iterator[Figure]:
    bench = _Bench(built)
    try:
        bench.backend.do(make_step("display-off"))
        bench.go(3)
        before, awake = bench.go(WINDOW_S)
        yield _a_sample("awake", before, awake)
        bench.backend.do(make_step("suspend"))
        bench.go(2)
        before, asleep = bench.go(WINDOW_S)
        yield _a_sample("asleep", before, asleep)
        wake_ups = (asleep.wake_ups - before.wake_ups) / WINDOW_S
        yield Figure("renode: wake-ups asleep, no display", wake_ups, "a second")
        yield from _a_refresh(bench, built, asleep.instructions - before.instructions)
        yield _a_block(bench)
    finally:
        bench.backend.close()


def _a_sample(where: str, before: Counts, after: Counts) -> Figure:
    work = after.instructions - before.instructions
    samples = after.triggers - before.triggers
    note = f"{TRIGGER} of them the trigger's 10 us"
    return Figure(f"renode: a sample {where}", work / samples, "instructions", note=note)


def _a_refresh(bench: _Bench, built: Built, without: int) -> Iterator[Figure]:
    """`without`: instructions of such a stretch of sleep with no display."""
    bench.backend.do(make_step("display-on"))
    bench.go(3)
    before, after = bench.go(WINDOW_S)
    bench.backend.do(make_step("display-off"))
    refreshes = WINDOW_S * SECOND_US / built.plan.timing.refresh_asleep_period_us
    more = after.instructions - before.instructions - without
    yield Figure("renode: a refresh of the display", more / refreshes, "instructions")
    wake_ups = (after.wake_ups - before.wake_ups) / WINDOW_S
    yield Figure("renode: wake-ups asleep, with display", wake_ups, "a second", limit=WAKE_UPS)


def _a_block(bench: _Bench) -> Figure:
    """Of a backlog, beyond what a second awake costs anyway."""
    bench.go(SLEEP_S)
    bench.backend.do(make_step("resume"))
    before, drained = bench.go(1)
    bench.go(3)
    usual_before, usual = bench.go(1)
    blocks = (drained.messages - before.messages) - (usual.messages - usual_before.messages)
    work = drained.instructions - before.instructions
    work -= usual.instructions - usual_before.instructions
    return Figure("renode: a drained block", work / blocks, "instructions", note=f"of {blocks}")
