"""Hostile input: fuzzers of the firmware's core, and of what reads input in Python (readers.py).

Those of the core are coverage-guided: libFuzzer (Debian's clang) with sanitizers. `python -m
tests.fuzz SECONDS` runs each for that long and keeps in build/fuzz what those of the core found; a
nightly job runs it with 600. CI runs a fixed number of inputs, from the corpora in this folder.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.core.build import CORE, LOG_SOURCES, compile_c
from tests.core.build import HERE as CORE_TESTS
from tests.core.cnode import NODE_SOURCES, zcbor_flags, zcbor_objects

HERE = Path(__file__).parent
TARGETS = {
    "wire": ("wire", 2),
    "log": ("log", 1),
    "log-of-two": ("log", 2),
    "node": ("node", 1),
    "node-of-two": ("node", 2),
}
"""Each with its source, fuzz_*.c, and the number of sensors. The reader of the wire reads with two
sensors all that it reads with one."""
MOST_MB = 512
"""Memory that a target may take."""
MOST_S = 5
"""Time that one input may take."""

_CC = ("clang",)
_SANITIZE = ("-g", "-O1", "-fsanitize=fuzzer-no-link,address,undefined")
_LINK = ("-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all", "-DCORE_CHECKS")


_SOURCES = {
    "wire": [path for path in NODE_SOURCES if path.stem == "wire"],
    "log": list(LOG_SOURCES),
    "node": [*LOG_SOURCES, *NODE_SOURCES],
}


def build(target: str, folder: Path, core: Path = CORE) -> Path:
    """Return the fuzzer of a target; `core`: the sources."""
    source, streams = TARGETS[target]
    sources = [HERE / f"fuzz_{source}.c", CORE_TESTS / "check_failed.c"]
    sources += [core / path.name for path in _SOURCES[source]]
    if source != "log":
        sources += zcbor_objects(folder, *_SANITIZE, cc=_CC)
    flags = (f"-I{CORE_TESTS}", *zcbor_flags(), *_SANITIZE, *_LINK)
    return compile_c(folder / f"fuzz-{target}", sources, *flags, cc=_CC, streams=streams)


SMALL = ("sh", "-c", '"$@"; exit $?', "sh")
"""Before a command: Linux counts the memory of the process that starts it, too."""


def corpus(target: str) -> Path:
    return HERE / "corpus" / target


def fuzz(fuzzer: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run it on the inputs in `folder`, which gets new ones, with a fixed seed."""
    command = [
        *SMALL,
        str(fuzzer),
        "-seed=1",
        f"-rss_limit_mb={MOST_MB}",
        f"-timeout={MOST_S}",
        *options,
    ]
    command += [f"-artifact_prefix={folder.parent}/", str(folder)]
    # freed memory that the sanitizer keeps is not the target's; by default it is up to 256 MB
    options_of_asan = f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=16"
    env = {**os.environ, "ASAN_OPTIONS": options_of_asan}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)
