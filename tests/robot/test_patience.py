"""Waiting ends by what a process works, not by the clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from fwgen import process as process_module
from fwgen.robot import mutation, patience
from fwgen.robot.patience import Patience, spent_s

BUSY = "import time\nwhile time.process_time() < 0.5: pass\ntime.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"


@pytest.fixture
def parent() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", PARENT], process_group=0)
    yield process.pid
    os.killpg(process.pid, 9)
    process.wait()


def test_what_a_child_works_counts(parent: int) -> None:
    deadline_s = time.process_time() + 60
    while spent_s(parent) < 0.5:
        assert time.process_time() < deadline_s
        time.sleep(0.05)
    assert Patience(parent, most_s=1).lost() == ""


def test_too_much_work_and_none(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([5.0, 14.0, 16.0, *[16.0] * 40])
    monkeypatch.setattr(patience, "spent_s", lambda pid: next(spent))
    waits = Patience(1, most_s=10)
    assert waits.lost() == ""
    assert waits.lost() == "it has used more than 10 s of processor time"


def test_a_process_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([5.0, 6.0, *[6.0] * 40])
    monkeypatch.setattr(patience, "spent_s", lambda pid: next(spent))
    waits = Patience(1)
    told = [waits.lost() for _ in range(31)]
    assert told == [""] * 30 + ["it has done nothing for 300 s"]


def test_a_process_that_the_machine_starves_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a twentieth of its speed it may take five hours."""
    spent = iter(0.5 * look for look in range(2_000))
    monkeypatch.setattr(patience, "spent_s", lambda pid: next(spent))
    waits = Patience(1)
    assert [waits.lost() for _ in range(1_800)] == [""] * 1_800
    assert waits.lost() == "it has used more than 900 s of processor time"


def test_a_suite_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "LOOK_S", 0.1)
    monkeypatch.setattr(Patience, "lost", lambda self: "it has done nothing")
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(AssertionError, match=r"robot did not end with a\.robot: it has done noth"):
        mutation._wait(command, "a.robot")
    assert not process_module._alive
