"""Frames a second of the screen with the software renderer, also while a backlog arrives."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fwgen.service.recent import Recent
from tests.bench import Unmeasured
from tests.bench.figure import Figure
from tests.conftest import NEEDS
from tests.patience import PATIENCE_S
from tests.screen.conftest import ENVIRONMENT

if TYPE_CHECKING:
    from fwgen.screen.app import Screen
    from tests.screen.fake_service import FakeService

LEAST = 30
BACKLOG = 200_000
SIZES = ((1280, 720), (800, 480))
_BLOCK = 400
"""Samples of a line, as of a well-filled block."""


def measure() -> Iterator[Figure]:
    if reason := NEEDS["qt"]():
        raise Unmeasured(reason)
    command = [sys.executable, "-m", "tests.bench.bench_screen"]
    done = subprocess.run(
        command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines():
        name, value, unit = line.split("\t")
        least = LEAST if unit == "frames/s" else None
        yield Figure(name, float(value), unit, limit=least, at_least=True)


def _measure_here() -> None:
    """In a process of its own: Qt reads its environment once."""
    from tests.screen import driving
    from tests.screen.fake_service import FakeService

    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            service = FakeService(Path(folder) / "socket")
            screen = driving.connected(Path(folder) / "socket", size=size)
            _measure_screen(f"screen {size[0]}x{size[1]}", screen, service)
            screen.close()
            service.close()


def _measure_screen(name: str, screen: Screen, service: FakeService) -> None:
    """The backlog's samples lie closer together than real ones: all of them are in the picture."""
    from fwgen.service.times import iso
    from tests.screen import driving
    from tests.screen.scenes import NOW_US, rows

    driving.wait(lambda: bool(driving.shown(screen)["online"]), "connected")
    service.publish({"samples": rows(NOW_US - 330_000_000, NOW_US)})
    driving.wait(lambda: len(screen.model.board.recents["distance_mm"]) > 1_000, "a full curve")
    print(f"{name}, every frame new\t{_frames(screen, lambda count: count < 90)}\tframes/s")
    sample = rows(NOW_US, NOW_US + 60_000)[0]
    first_us, step_us = NOW_US - 300_000_000, 300_000_000 // BACKLOG
    parts = [
        [
            {**sample, "position": sample["position"] + n, "utc": iso(first_us + n * step_us)}
            for n in range(start, start + _BLOCK)
        ]
        for start in range(0, BACKLOG, _BLOCK)
    ]
    last = parts[-1][-1]["position"]
    screen.model.board.recents = {"distance_mm": Recent()}
    began_s = time.monotonic()
    sender = _send(service, parts)
    fps = _frames(screen, lambda count: int((screen.model.board.sample or {})["position"]) < last)
    print(f"{name}, {BACKLOG:,} samples arrive\t{fps}\tframes/s")
    print(f"{name}, until they are shown\t{time.monotonic() - began_s:.2f}\ts")
    sender.join()


def _frames(screen: Screen, goes_on: Callable[[int], bool]) -> float:
    """Draw frames, each with a new curve, while `goes_on`; return how many a second."""
    from fwgen.screen.app import application

    count = 0

    def note() -> None:
        nonlocal count
        count += 1

    screen.window.frameSwapped.connect(note)
    began_s = time.monotonic()
    while goes_on(count) and time.monotonic() < began_s + PATIENCE_S:
        screen.curve.advance(0.02, always=True)
        application().processEvents()
    screen.window.frameSwapped.disconnect(note)
    return count / (time.monotonic() - began_s)


def _send(service: FakeService, parts: list[list[dict[str, Any]]]) -> threading.Thread:
    """Publish the blocks, 2 ms each: a database needs longer to store one."""

    def send() -> None:
        for part in parts:
            service.publish({"samples": part})
            time.sleep(0.002)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


if __name__ == "__main__":
    _measure_here()
