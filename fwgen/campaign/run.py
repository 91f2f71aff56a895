"""Runs a campaign: all chunks, the record, and the smaller history of the first failure."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from fwgen.campaign import specs
from fwgen.campaign.apart import try_apart
from fwgen.campaign.history import History, draw
from fwgen.campaign.shrink import Shrinker
from fwgen.campaign.trial import Failure, Setting, Tally, library, try_history
from fwgen.campaign.workers import CHUNK, Chunk, Result, Results, in_processes, on_cluster
from fwgen.words import count

if TYPE_CHECKING:
    from fwgen.campaign.record import Record

_SAVE_EVERY_S = 5.0


def run_campaign(
    record: Record,
    folder: Path,
    *,
    jobs: int,
    cluster: str = "",
    at: Callable[[int, int], None],
    say: Callable[[str], None],
) -> None:
    """Try the record's seeds that were not tried yet; stop at the first failure and make it
    smaller. The record counts seeds in their order, so that a campaign can go on after it was
    stopped, and the same campaign always ends with the same record. `at` is called with the
    number of seeds tried and their total."""
    end = record.first + record.seeds
    begin = record.first + record.done
    size = CHUNK if record.setting.backend == "host" else 1
    chunks = [Chunk(first, min(size, end - first)) for first in range(begin, end, size)]
    _prepare(record, chunks)
    with record.begun(folder):
        _try_all(record, folder, _results(chunks, record, jobs, cluster, say), at)
    if record.failure is not None:
        _shrink(record, folder, say)
        record.save(folder)


def _try_all(
    record: Record,
    folder: Path,
    unordered: Results,
    at: Callable[[int, int], None],
) -> None:
    """Count the results in the record up to the first failure."""
    began_s = saved_s = time.monotonic()
    before_s = record.wall_s
    ready: dict[int, Result] = {}
    try:
        with closing(unordered) as results:
            for result in results:
                ready[result.chunk.first] = result
                while (following := ready.pop(record.first + record.done, None)) is not None:
                    record.tally.update(following.tally.counts)
                    record.failure = following.failure
                    record.done += following.chunk.count
                    if record.failure is not None:
                        record.done = record.failure.seed - record.first + 1
                        break
                if record.failure is not None:
                    break
                record.wall_s = before_s + time.monotonic() - began_s
                at(record.done + sum(one.chunk.count for one in ready.values()), record.seeds)
                if time.monotonic() > saved_s + _SAVE_EVERY_S:
                    saved_s = time.monotonic()
                    record.save(folder)
    finally:
        record.wall_s = before_s + time.monotonic() - began_s
        record.save(folder)


def _results(
    chunks: list[Chunk], record: Record, jobs: int, cluster: str, say: Callable[[str], None]
) -> Results:
    if cluster:
        return on_cluster(chunks, record.setting, cluster, say)
    return in_processes(chunks, record.setting, jobs)


def _prepare(record: Record, chunks: list[Chunk]) -> None:
    """Compile the cores of the first histories, so that no two workers compile the same."""
    if record.setting.backend != "host":
        return
    for chunk in chunks[:1]:
        for seed in range(chunk.first, chunk.first + chunk.count):
            library(draw(seed, record.setting.backend).spec, record.setting.plant)


def _try(history: History, setting: Setting) -> Failure | None:
    """Run a history whose core may end its process; an emulator is a process of its own."""
    if setting.backend == "host":
        return try_apart(history, setting)
    return try_history(history, setting, Tally())


def _shrink(record: Record, folder: Path, say: Callable[[str], None]) -> None:
    assert record.failure is not None
    seed = record.failure.seed
    history = draw(seed, record.setting.backend)
    say(f"seed {seed} fails: {record.failure.reasons[0]}")
    say(f"making its {count(len(history.scenario.steps), 'step')} fewer")
    shrinker = Shrinker(lambda one: _try(one, record.setting))
    history, record.failure = shrinker.shrink(history, record.failure)
    record.steps, record.tries = len(history.scenario.steps), shrinker.tries
    name = record.free_stem(folder, f"seed-{seed}", (".yaml", ".spec.yaml"))
    reasons = "\n".join(record.failure.reasons)
    planted = Path(record.setting.plant)
    needs = "`--seed`"
    again = ["--seed", str(seed)]
    if record.setting.plant:
        needs += f", and `--plant`: the fault {planted.name} was in the core"
        again += ["--plant", os.path.relpath(planted)]
    comment = f"From seed {seed} of a campaign; it needs the same {needs}. It failed:\n"
    spec = f"{name}.spec.yaml"
    record.write(folder, spec, specs.spec_text(history.spec))
    text = history.text(spec, comment + reasons)
    path = record.write(folder, f"{name}.yaml", text)
    left = f"{count(record.steps, 'step')} {'is' if record.steps == 1 else 'are'}"
    say(f"{left} left; again: `{shlex.join(['fwgen', 'run', str(path), *again])}`")
