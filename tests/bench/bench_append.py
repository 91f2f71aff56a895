"""What a sample costs when it is taken: instructions of sample_log_append() on this machine."""

from __future__ import annotations

import re
import shutil
import statistics
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.bench.quiet import ACCELERATION, TEMPERATURE, acceleration, temperature
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
        one = _Program(Path(folder), DISTANCE)
        walk = [_of_word(word) for word in words("reference-walk", 500)[:SAMPLES]]
        costs = one.instructions(walk, KEEP_NEWEST, slots=8)
        yield Figure("append, median", statistics.median(costs), UNIT, limit=100)
        yield Figure("append, mean", statistics.mean(costs), UNIT)
        yield _worst(one, max(costs))
        for title, widths, values in QUIET:
            several = _Program(Path(folder), widths)
            run = [(0, *each) for each in values]
            costs = several.instructions(run, KEEP_NEWEST, slots=8)
            cost = statistics.median(costs) / len(widths)
            yield Figure(f"append, {title}, median", cost, f"{UNIT} a channel", limit=100)
        beside = _Program(Path(folder), DISTANCE, channels=2, streams=2)
        costs = beside.instructions(walk, KEEP_NEWEST, slots=8)
        note = "beside a second sensor with two channels"
        yield Figure("append, two sensors, median", statistics.median(costs), UNIT, note=note)


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
    """The log, with one sensor's samples of these widths; compiled for that sensor alone, or for
    two sensors (`streams`) of at most `channels` each."""

    def __init__(
        self, folder: Path, widths: tuple[int, ...], channels: int = 0, streams: int = 1
    ) -> None:
        self._widths = widths
        sources = [*LOG_SOURCES, Path(__file__).with_name("append_cost.c")]
        channels = channels or len(widths)
        path = folder / f"append_cost_{len(widths)}_of_{streams}"
        self._path = compile_c(path, sources, "-O2", cc=["gcc"], channels=channels, streams=streams)

    def instructions(self, run: list[Given], policy: int, slots: int) -> list[int]:
        """Return those of every call."""
        given = b"".join(struct.pack(f"={len(sample)}I", *sample) for sample in run)
        widths = map(str, self._widths)
        with tempfile.TemporaryDirectory() as folder:
            command = ["valgrind", "--tool=callgrind", "--toggle-collect=sample_log_append"]
            command += [f"--callgrind-out-file={folder}/out", str(self._path)]
            command += [str(policy), str(slots), *widths]
            subprocess.run(command, input=given, capture_output=True, check=True)
            parts = [path.read_text() for path in Path(folder).glob("out.*")]
        totals = [re.search(r"^(?:totals|summary): (\d+)", part, re.MULTILINE) for part in parts]
        return [int(total[1]) for total in totals if total and int(total[1])]
