"""The service on the board: its wheel, start, memory and share of a core."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.figure import Figure
from tests.patience import wait_until
from tests.service.pty_firmware import PtyFirmware
from tests.service.running import end, positions, start

ROOT = Path(__file__).parents[2]
RUNS = 5
LOOK_S = 20.0


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield Figure("fwgen-peer, its wheel", _wheel_bytes(folder) / 1000, "kB", limit=300)
        yield Figure("fwgen-peer --version, cold", _start_s(), "s", limit=0.5)
        yield from _running(folder)


def _wheel_bytes(folder: Path) -> int:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT / "board", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel.stat().st_size


def _start_s() -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        command = [sys.executable, "-m", "fwgen.service", "--version"]
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _running(folder: Path) -> Iterator[Figure]:
    """Opposite the compiled node on a pty, a sample each 60 ms, into SQLite."""
    firmware = PtyFirmware()
    database = folder / "db"
    service = start("--tty", firmware.path, "--database", database)
    wait_until(lambda: len(positions(database)) > 30, "samples")
    before_s, began = _cpu_s(service.pid), time.monotonic()
    time.sleep(LOOK_S)
    share = (_cpu_s(service.pid) - before_s) / (time.monotonic() - began)
    yield Figure("fwgen-peer run, share of a core", 100 * share, "%", limit=1.0, note="60 ms")
    yield Figure("fwgen-peer run, most memory", _most_kb(service.pid) / 1000, "MB", limit=40)
    end(service)
    firmware.close()


def _cpu_s(process: int) -> float:
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def _most_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
