"""The firmwares of the two example specs, built where Zephyr is; the trees are kept."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fwgen.build.built import Built
from fwgen.build.cmake import Progress
from fwgen.build.elf import Elf
from fwgen.build.firmware import Firmware
from fwgen.build.sizes import largest_symbols, used_bytes
from fwgen.plan.model import Window
from fwgen.spec import load_spec

ROOT = Path(__file__).parents[2]
TREES = ROOT / "build" / "tests-zephyr"
SPECS = {
    "range-node": ROOT / "fwgen/spec/examples/range-node.yaml",
    "range-node-ev1": ROOT / "fwgen/spec/examples/range-node-ev1.yaml",
}

SMALL_BYTES = 64
"""Symbols smaller than this are counted together."""

Sizes = dict[str, dict[str, int]]


def firmware(name: str, spec: Path | None = None) -> Firmware:
    return Firmware(load_spec(spec or SPECS[name]), TREES / name, progress=Progress(quiet=True))


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """The tests of another file may run in another process, with the same tree."""
    TREES.mkdir(parents=True, exist_ok=True)
    with (TREES / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def built(name: str) -> Built:
    with alone(name):
        return firmware(name).build()


@cache
def compiler() -> str:
    """What the sizes depend on most, in a word: 'gcc 12.2.1'."""
    found = built("range-node").tools.toolchain.compiler
    if found is None:
        return "unknown"
    version = subprocess.run(
        [found, "-dumpfullversion"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return f"{'clang' if 'clang' in found.name else 'gcc'} {version}"


def sizes(name: str) -> Sizes:
    """Per window: `used`, every symbol of some size, the rest as `(small ones)`."""
    result = built(name)
    return {
        window.name: _of_window(result.subject.elf, window)
        for window in (result.plan.code, result.plan.data)
    }


def _of_window(elf: Elf, window: Window) -> dict[str, int]:
    found: dict[str, int] = {}
    for symbol in largest_symbols(elf, window):
        large = symbol.size_bytes >= SMALL_BYTES
        key = symbol.name if large else "(small ones)"
        found[key] = found.get(key, 0) + symbol.size_bytes
    return {"(used)": used_bytes(elf, window), **dict(sorted(found.items()))}


def monitor(spec: Path, elf: Path, script: str) -> str:
    """What `fwgen monitor` says to a script; needs Renode."""
    command = [sys.executable, "-m", "fwgen", "monitor", str(spec), "--elf", str(elf)]
    return subprocess.run(command, input=script, capture_output=True, text=True, check=True).stdout
