"""The demonstration: the screen opposite an emulated Linux, and opposite the real kernel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from fwgen.backends.registry import real_kernel
from fwgen.plan import plan_spec
from fwgen.report.document import build_report
from fwgen.service.caller import Caller
from fwgen.service.command import status as status_command
from fwgen.spec import load_spec
from fwgen.spec.examples import reference_spec
from fwgen.view.stage import Stage
from tests.patience import wait_until
from tests.screen.conftest import ENVIRONMENT

pytestmark = pytest.mark.needs("qt")
KINDS = ["emulated", pytest.param("kernel", marks=pytest.mark.needs("linux"))]
PACE = 50.0


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    kernel = real_kernel() if request.param == "kernel" else None
    plan = plan_spec(load_spec(reference_spec()))
    with Stage(plan, tmp_path / "socket", kernel=kernel, pace=PACE) as made:
        made.sleeps_by_itself = False
        yield made


def test_every_way_leads_to_a_suspend_and_the_hole_is_filled(stage: Stage, tmp_path: Path) -> None:
    """Every time Linux suspends, the alarm wakes it, and the curve has no hole. Last, the screen's
    numbers are those of the report and of `fwgen-peer status`. The emulated Linux needs one way."""
    from fwgen.service.recent import BUCKET_US
    from tests.screen import driving

    screen = driving.connected(tmp_path / "socket", pace=PACE)
    board = screen.model.board

    def onwards() -> None:
        for _ in range(10):
            stage.step()
        if stage.linux == "asleep":
            for _ in range(40):
                stage.step()

    def wait(is_so: Any, what: str) -> None:
        driving.wait(is_so, what, onwards)

    ways = list(driving.WAYS.items())[: 4 if stage.real else 1]
    for number, (way, press) in enumerate(ways, 1):
        wait(lambda: driving.shown(screen)["can_sleep"], f"the button is ready, {way}")
        press(screen)
        wait(lambda: stage.linux == "asleep", f"Linux suspends, {way}")
        wait(lambda: board.asleep_since_us is not None, f"the screen shows it, {way}")
        wait(lambda number=number: len(board.naps) == number, f"Linux resumes, {way}")
        nap = board.naps[-1]
        assert nap.slept_s > 58 and nap.causes == ("rtc0 alarm",)
        wait(
            lambda nap=nap: (board.sample_us or 0) > nap.end_us + 1_000_000,
            f"live samples, {way}",
        )
        found = list(board.recents["distance_mm"].between(nap.start_us, nap.end_us))
        assert len(found) >= (nap.end_us - nap.start_us) // BUCKET_US, "the hole is filled"

    status = _status(stage, tmp_path / "socket")
    record, scenario = stage.finish()
    report = build_report(record, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    assert len(report["sleeps"]) == len(ways)
    slept = [round(sleep["slept_s"]) for sleep in report["sleeps"]]
    assert slept == [round(nap.slept_s) for nap in board.naps]
    board.take({"status": status})
    _check_numbers(driving.shown(screen), board, status, report)
    screen.close()


def _status(stage: Stage, path: Path) -> dict[str, Any]:
    """Return what `fwgen-peer status` asks for; the run goes on until the answer is there."""
    caller = Caller(path)
    caller.send({"do": "status"})
    for _ in range(40):
        stage.step()
    status: dict[str, Any] = next(caller.lines())["status"]
    caller.close()
    return status


def _check_numbers(shown: dict[str, Any], board: Any, status: dict[str, Any], report: Any) -> None:
    """The screen says what `fwgen-peer status` says, and both what the report says."""
    lines = status_command.lines(status)
    last = status["last_sample"]
    assert board.sample["position"] == last["position"]
    assert shown["distance"] == f"{last['distance_mm'] / 1000:.3f}"
    assert f"{last['distance_mm']} mm" in next(line for line in lines if line.startswith("last"))
    counts = status["counts"]
    assert shown["samples"] == f"{counts['samples']:,}"
    assert f"counts    {counts['samples']:,} samples, {counts['lost']} lost" in lines
    assert shown["lost"] == counts["lost"] == report["samples"]["lost"] == 0
    assert 0 <= report["samples"]["delivered"] - counts["samples"] < 40, "those taken since"
    assert shown["backlog"] == status["backlog"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_command_shows_it_and_reports_when_the_window_is_closed(
    kind: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "fwgen", "demo", "--view", "--linux", kind, "--pace", "20"]
    environment = {**os.environ, **ENVIRONMENT}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE
    ) as demo:
        window = _child(demo.pid)
        assert demo.stdout is not None
        time.sleep(2)
        os.kill(window, signal.SIGTERM)
        text = demo.stdout.read()
    assert demo.returncode == 0, text
    assert "20 times faster than real time" in text
    assert "✓ PASS" in text
    assert json.loads((tmp_path / "fwgen-demo/report.json").read_text())["verdict"] == "pass"


def _child(parent: int) -> int:
    """Return the process of the screen, when it is there."""
    found: list[int] = []

    def is_there() -> bool:
        for child in psutil.Process(parent).children():
            with suppress(psutil.Error):  # it has just ended
                if "fwgen.screen" in child.cmdline():
                    found.append(child.pid)
        return bool(found)

    wait_until(is_there, "the screen's process")
    return found[0]
