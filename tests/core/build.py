"""Compile C for tests and measurements. With these flags the core must have no warnings."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "fwgen/generate/templates/app/src/core"
HERE = Path(__file__).parent
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
SHAPE = (
    "-DCORE_CHANNELS={channels}u",
    "-DCORE_STREAMS={streams}u",
    "-DSCREEN_VALUES=0",
    "-DSCREEN_CALLS=1",
)
"""What fwgen_shape.h defines for a spec."""
ZIG = (sys.executable, "-m", "ziglang", "cc")

CHECKED = ("-DCORE_CHECKS", str(HERE / "check_failed.c"))
"""Flags that enable the checks of the core's callers."""

HOOKED = ("-DRETAINED_STORE_HOOK", "-DRETAINED_READ_HOOK", str(HERE / "retained_glue.c"))
"""Flags that let tests act at each store to retained memory, and make words of it unreadable."""

LOG_SOURCES = tuple(
    CORE / name
    for name in (
        "block.c",
        "crc16.c",
        "record.c",
        "sample_log.c",
        "sample_log_append.c",
        "sample_log_recover.c",
        "superblock.c",
    )
)


def compiler() -> tuple[str, ...]:
    """Return the machine's C compiler, or the one in the package ziglang."""
    for name in ("gcc", "clang", "cc"):
        if shutil.which(name):
            return (name,)
    return ZIG


def compile_c(
    output: Path,
    sources: Sequence[Path],
    *flags: str,
    cc: Sequence[str] | None = None,
    strict: bool = True,
    channels: int | None = 8,
    streams: int = 1,
) -> Path:
    """Run the compiler; raises AssertionError with its output if it fails. `channels`: the most of
    a sensor that the core must hold; None: a fwgen_shape.h on the include path says so. `streams`:
    the sensors."""
    command = [
        *(cc or compiler()),
        *(STRICT if strict else ("-std=gnu11",)),
        f"-I{CORE}",
        *(
            flag.format(channels=channels, streams=streams)
            for flag in SHAPE
            if channels is not None
        ),
        *flags,
        *map(str, sources),
        "-o",
        str(output),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return output


def shared_library(
    output: Path, sources: Sequence[Path], *flags: str, channels: int = 8, streams: int = 1
) -> Path:
    flags = ("-O2", "-shared", "-fPIC", *flags)
    return compile_c(output, sources, *flags, channels=channels, streams=streams)
