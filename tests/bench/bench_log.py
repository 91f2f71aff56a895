"""The sample log: how small a sample is, how long a sleep that covers, how fast Python reads it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fwgen.wire import log_format
from fwgen.wire.block import decode_block
from fwgen.wire.sample import DISTANCE_WIDTHS
from tests.bench.figure import Figure
from tests.bench.quiet import ACCELERATION, TEMPERATURE, acceleration, temperature
from tests.bench.scene import words
from tests.core.density import blocks, bytes_per_sample, bytes_per_value

SECONDS = 500
SCENES = {"reference walk": ("reference-walk", 1.0), "still scene": ("still", 0.7)}
QUIET = (
    ("drifting temperature", TEMPERATURE, temperature(7200), 0.5),
    ("resting accelerometer", ACCELERATION, acceleration(6000), 0.8),
)
RETAINED_BYTES = 100 * 1024  # 124 KiB of RETRAM without 24 KiB for the rest


def measure() -> Iterator[Figure]:
    for title, (scenario, limit) in SCENES.items():
        density = bytes_per_sample(words(scenario, SECONDS))
        yield Figure(f"log, {title}", density, "B/sample", limit=limit)
        ratio = log_format.ARRAY_RECORD_BYTES / density
        yield Figure(
            f"log, {title}: array / log", ratio, "", note="against a plain array of 8-byte records"
        )
    for title, widths, run, limit in QUIET:
        yield Figure(f"log, {title}", bytes_per_value(widths, run), "B/sample, channel", limit)
    yield from _endurance(bytes_per_sample(words("reference-walk", SECONDS)))
    yield _decoding()


def _endurance(density: float) -> Iterator[Figure]:
    slots = log_format.slots(RETAINED_BYTES)
    samples = slots * log_format.BLOCK_BYTES / density
    note = "100 KiB, 60 ms"
    yield Figure("log, sleep, reference walk", samples * 0.06 / 60, "min", 100, True, note)
    worst = slots * log_format.worst_samples(DISTANCE_WIDTHS)
    yield Figure("log, sleep, worst case", worst * 0.06 / 60, "min", note=note)
    plain = RETAINED_BYTES / log_format.ARRAY_RECORD_BYTES
    yield Figure("plain array, sleep", plain * 0.06 / 60, "min", note=note)


def _decoding() -> Figure:
    data = blocks(words("reference-walk", SECONDS))
    decode_block(data[0])  # builds its tables
    start = time.perf_counter()
    count = sum(decode_block(block).count for block in data)
    took = time.perf_counter() - start
    return Figure("block decoder in Python", took / count * 1e6, "us/sample", limit=2.0)
