"""Gives a reader of readers.py inputs that Hypothesis draws, within a bound of time and memory.

`python -m tests.fuzz.reading NAME --inputs N` or `--seconds S`, in a process of its own, because
the memory that it takes is counted.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import readers
from tests.fuzz.readers import READERS, Reader

MOST_MB = 128
"""Memory that a reader may take beyond what the process has before its first input."""
MOST_S = 5
"""Processor time that one input may take."""
_ROUND = 200


class BoundError(AssertionError):
    """An input takes too much time or memory."""


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise BoundError(f"an input took more than {MOST_S} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MOST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def read(reader: Reader, inputs: int | None, seconds: float = 0.0, *, shrinks: bool = True) -> int:
    """Give the reader so many inputs, or as many as fit into the time; return their number.

    The n-th input is the same each time. Raises what the reader raises, with a note that shows the
    input; `shrinks`: after making it small.
    """
    phases = (Phase.generate, Phase.shrink) if shrinks else (Phase.generate,)
    count, end_s = 0, time.monotonic() + seconds
    base_mb: float | None = None

    def one(data: Any) -> None:
        nonlocal count, base_mb
        count += 1
        with _in_time():
            reader.read(data)
        base_mb = _memory_mb() if base_mb is None else base_mb
        if _memory_mb() > base_mb + MOST_MB:
            raise BoundError(f"the inputs took more than {MOST_MB} MB of memory")

    for number in itertools.count():
        left = _ROUND if inputs is None else min(_ROUND, inputs - count)
        if left <= 0 or (inputs is None and time.monotonic() >= end_s):
            return count
        drawn = given(reader.inputs)(one)
        seed(number)(
            settings(
                max_examples=left,
                database=None,
                deadline=None,
                phases=phases,
                suppress_health_check=list(HealthCheck),
            )(drawn)
        )()
    raise AssertionError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.reading")
    parser.add_argument("reader", choices=READERS)
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--inputs", type=int)
    amount.add_argument("--seconds", type=float)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        readers.FOLDER = Path(folder)
        count = read(READERS[args.reader], args.inputs, args.seconds or 0.0)
    print(f"Done {count} inputs, the process took {_memory_mb():.0f} MB")


if __name__ == "__main__":
    main()
