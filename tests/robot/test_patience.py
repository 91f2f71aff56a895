"""Waiting ends by what a process works, not by the clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from fwgen import process as process_module
from fwgen.errors import ToolBrokeError
from fwgen.robot import mutation, patience
from fwgen.robot.mutation import wrong_firmware_should_be_caught
from fwgen.robot.patience import StuckError, finished, spent_s, wait_for
from fwgen.robot.remote import RemoteBoard
from tests.patience import PATIENCE_S

WORKS = "import time\nwhile time.process_time() < 0.5: pass\n"
SAYS = "print('it has worked', flush=True); import time; time.sleep(600)"
CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}]);"
PARENTS = {
    "that runs": CHILD.format(f"{WORKS}{SAYS}"),
    "that has ended": f"{CHILD.format(WORKS)} {SAYS}",
}


@pytest.mark.parametrize("code", PARENTS.values(), ids=PARENTS)
def test_what_a_child_works_counts(code: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", code], process_group=0, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "it has worked\n"
        assert spent_s(process.pid) >= 0.5
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_process_that_has_ended_has_worked_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert spent_s(process.pid) == 0


class Waiting:
    """Waits for a process of which `spent` tells what it has worked at each look; `ends_at`: at
    this look it is ready."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spent: Iterable[float], ends_at: int = 0):
        self.looks, self._ends_at = 0, ends_at
        told = iter(spent)
        monkeypatch.setattr(patience, "spent_s", lambda pid: next(told))

    def ready(self, within_s: float) -> bool:
        assert within_s == 10
        self.looks += 1
        return self.looks == self._ends_at


def test_what_is_ready_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board answers thousands of requests."""
    wait_for(1, Waiting(monkeypatch, spent=[], ends_at=1).ready)


def test_too_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, spent=[5.0, 14.0, 905.0, 906.0])
    with pytest.raises(StuckError, match=r"^it has used more than 900 s of processor time$"):
        wait_for(1, waiting.ready)
    assert waiting.looks == 4


def test_a_process_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch, spent=[5.0, *[6.0] * 10, *[7.0] * 40])
    with pytest.raises(StuckError, match=r"^it has done nothing for 300 s$"):
        wait_for(1, waiting.ready)
    assert waiting.looks == 1 + 11 + 30, "what it does in between begins the time again"


def test_a_process_that_the_machine_starves_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a twentieth of its speed it may take five hours."""
    waiting = Waiting(monkeypatch, spent=(0.5 * look for look in range(2_000)))
    with pytest.raises(StuckError, match="it has used more than 900 s of processor time"):
        wait_for(1, waiting.ready)
    assert waiting.looks == 1 + 1_801


def test_a_command_that_ends_gives_its_output() -> None:
    done = finished([sys.executable, "-c", "print(5); raise SystemExit('no')"])
    assert (done.returncode, done.stdout, done.stderr) == (1, "5\n", "no\n")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_LOOK_S", 0.1)
    monkeypatch.setattr(patience, "_IDLE_S", 0.1)
    monkeypatch.setattr(patience, "spent_s", lambda pid: 1.0)


SLEEPS = "import time; time.sleep(600)"


def test_a_suite_that_does_not_end_is_ended(
    impatient: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeping = [sys.executable, "-c", SLEEPS]
    monkeypatch.setattr(mutation, "finished", lambda command: finished(sleeping))
    fault = Path("robot/mutants/early-wake.toml")
    with pytest.raises(AssertionError, match=r"robot did not end with .*\.robot: it has done noth"):
        wrong_firmware_should_be_caught(fault, tmp_path, tmp_path)
    assert not process_module._alive


def test_a_board_that_does_not_answer_is_ended(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fwgen.robot.remote._MAIN", f"print('it began', flush=True); {SLEEPS}")
    board = RemoteBoard("host", None)
    try:
        with pytest.raises(ToolBrokeError, match="did not answer: it has done nothing for 0 s"):
            board.view()
        assert board._process.wait(PATIENCE_S) == -signal.SIGKILL
    finally:
        board.close()
