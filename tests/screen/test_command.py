"""The command line of fwgen-screen, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.screen.conftest import ENVIRONMENT

COMMAND = [sys.executable, "-m", "fwgen.screen"]
DEMO = [sys.executable, "-m", "fwgen", "demo", "--view"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--size", "wide"), "--size: expected a width and a height, found `wide`"),
        (("--size", "100x50"), "the least is 320x240"),
        (("--pace", "0"), "--pace: expected more than 0 and at most 1000, found 0"),
        (("--colours", "pink"), "--colours"),
    ],
)
def test_wrong_options_are_explained(words: tuple[str, ...], message: str) -> None:
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.needs("qt")
@pytest.mark.skipif(Path("/dev/dri").exists(), reason="this machine has a display")
@pytest.mark.parametrize("command", [COMMAND, DEMO], ids=["fwgen-screen", "fwgen demo --view"])
def test_without_a_display_it_says_so(command: list[str], tmp_path: Path) -> None:
    kept = {name: text for name, text in os.environ.items() if name not in ENVIRONMENT}
    kept = {name: text for name, text in kept.items() if "DISPLAY" not in name}
    done = subprocess.run(command, capture_output=True, text=True, env=kept, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: there is no display")
    assert hint.startswith("help: start it on a desktop")


@pytest.mark.needs("qt")
@pytest.mark.parametrize("after_s", [0.25, 0.5, 1.0, 2.5])
def test_a_signal_ends_it_whenever_it_comes(after_s: float, tmp_path: Path) -> None:
    """In its beginning, while Qt is loaded, and when it shows."""
    with subprocess.Popen([*COMMAND, "--socket", str(tmp_path / "none")]) as screen:
        time.sleep(after_s)
        screen.terminate()
        assert screen.wait(PATIENCE_S) in (128 + signal.SIGTERM, -signal.SIGTERM)
