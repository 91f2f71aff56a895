"""What a sample costs when it is taken: instructions of sample_log_append() on this machine."""

from __future__ import annotations

import itertools
import re
import shutil
import statistics
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.bench.quiet import ACCELERATION, TEMPERATURE, Values, acceleration, temperature
from tests.bench.scene import words
from tests.core.build import LOG_SOURCES, compile_c
from tests.core.clog import KEEP_NEWEST, KEEP_OLDEST
from tests.core.samples import DISTANCE

SAMPLES = 1500  # callgrind writes a file for each
UNIT = "instructions"
Given = tuple[int, ...]
"""Status and values."""
QUIET = (
    ("temperature and humidity", TEMPERATURE, temperature(400)),
    ("three axes", ACCELERATION, acceleration(400)),
)


def measure() -> Iterator[Figure]:
    for tool in ("gcc", "valgrind"):
        if not shutil.which(tool):
            raise Unmeasured(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        one = _Program(Path(folder), (DISTANCE,))
        walk = [_of_word(word) for word in words("reference-walk", 500)[:SAMPLES]]
        costs = one.instructions(walk, KEEP_NEWEST, slots=8)
        yield Figure("append, median", statistics.median(costs), UNIT, limit=100)
        yield Figure("append, mean", statistics.mean(costs), UNIT)
        yield _worst(one, max(costs))
        for title, widths, values in QUIET:
            several = _Program(Path(folder), (widths,))
            costs = several.instructions(_valid(values), KEEP_NEWEST, slots=8)
            cost = statistics.median(costs) / len(widths)
            yield Figure(f"append, {title}, median", cost, f"{UNIT} a channel", limit=100)
        runs = {1: (DISTANCE, walk[:400]), **{len(w): (w, _valid(run)) for _, w, run in QUIET}}
        for pair in itertools.combinations_with_replacement(runs, 2):
            yield from _two(Path(folder), runs, pair)


def _valid(values: list[Values]) -> list[Given]:
    return [(0, *each) for each in values]


def _two(
    folder: Path, runs: Mapping[int, tuple[Values, list[Given]]], pair: tuple[int, int]
) -> Iterator[Figure]:
    """Two sensors with so many channels: what a sample of each costs, the first or the second in
    the spec, whichever costs more."""
    costs: dict[int, float] = dict.fromkeys(pair, 0)
    for order in {pair, pair[::-1]}:
        program = _Program(folder, tuple(runs[channels][0] for channels in order))
        for stream, channels in enumerate(order):
            run = program.instructions(runs[channels][1], KEEP_NEWEST, slots=8, stream=stream)
            costs[channels] = max(costs[channels], statistics.median(run) / channels)
    for channels, cost in costs.items():
        beside = sum(pair) - channels
        title = f"append, {channels} beside {beside} channels, median"
        yield Figure(title, cost, f"{UNIT} a channel", limit=100)


def _of_word(word: int) -> Given:
    return word >> 13, word & 0x1FFF


def _worst(program: _Program, usual: int) -> Figure:
    far: list[Given] = [(0, 3000 * (i % 2)) for i in range(500)]
    costs = {
        "a new block": usual,
        "a new block, the oldest one dropped": max(program.instructions(far, KEEP_NEWEST, 2)),
        "a new block, the only one dropped": max(program.instructions(far, KEEP_NEWEST, 1)),
        "the sample dropped": max(program.instructions(far, KEEP_OLDEST, 1)),
    }
    case = max(costs, key=lambda name: costs[name])
    return Figure("append, worst case", costs[case], UNIT, note=case)


class _Program:
    """The log of sensors with channels of these widths, one or two, compiled for them alone."""

    def __init__(self, folder: Path, widths: tuple[tuple[int, ...], ...]) -> None:
        self._widths = [",".join(map(str, each)) for each in widths]
        sources = [*LOG_SOURCES, Path(__file__).with_name("append_cost.c")]
        channels = max(map(len, widths))
        path = folder / f"append_cost_{channels}_of_{len(widths)}"
        self._path = compile_c(
            path, sources, "-O2", cc=["gcc"], channels=channels, streams=len(widths)
        )

    def instructions(self, run: list[Given], policy: int, slots: int, stream: int = 0) -> list[int]:
        """Return those of every call for a sample of this stream."""
        given = b"".join(struct.pack(f"={len(sample)}I", *sample) for sample in run)
        with tempfile.TemporaryDirectory() as folder:
            command = ["valgrind", "--tool=callgrind", "--toggle-collect=sample_log_append"]
            command += [f"--callgrind-out-file={folder}/out", str(self._path)]
            command += [str(policy), str(slots), str(stream), *self._widths]
            subprocess.run(command, input=given, capture_output=True, check=True)
            parts = [path.read_text() for path in Path(folder).glob("out.*")]
        totals = [re.search(r"^(?:totals|summary): (\d+)", part, re.MULTILINE) for part in parts]
        return [int(total[1]) for total in totals if total and int(total[1])]
