"""Two Linux sides that are wrong on purpose, and the tests of robot/kernel.robot that fail."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "robot" / "wrong_linux"
CAUGHT = {
    "suspends_without_asking": (
        "A Real Linux Asks The Firmware Before It Suspends",
        r"`acknowledged` is 0, expected: 1",
    ),
    "acknowledges_before_storing": (
        "A Killed Application Loses Nothing That It Has Not Stored",
        r"\d+ samples were dropped by the firmware and declared lost: 320\.\.327",
    ),
}


def run(folder: Path, test: str, *options: str) -> tuple[str, str]:
    """Return status and message of one test of the suite."""
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), "--console", "none"]
    command += ["--log", "none", "--report", "none", "--test", test, *options]
    suite = ROOT / "robot" / "kernel.robot"
    subprocess.run([*command, str(suite)], cwd=ROOT, capture_output=True, check=False)
    status = ElementTree.parse(folder / "output.xml").getroot().find(".//test/status")
    assert status is not None
    return status.get("status", ""), status.text or ""


def test_every_wrong_linux_is_in_the_table() -> None:
    assert {path.stem for path in WRONG.glob("*.py")} == set(CAUGHT)


@pytest.mark.needs("linux")
@pytest.mark.parametrize("name", CAUGHT)
def test_a_wrong_linux_is_caught(tmp_path: Path, name: str) -> None:
    test, reason = CAUGHT[name]
    status, message = run(tmp_path, test, "--variable", f"APPLICATION:{WRONG / name}.py")
    assert status == "FAIL" and re.search(reason, message), (status, message)


@pytest.mark.needs("linux")
@pytest.mark.parametrize("test", [test for test, _ in CAUGHT.values()])
def test_the_right_linux_passes_these_tests(tmp_path: Path, test: str) -> None:
    assert run(tmp_path, test) == ("PASS", "")


@pytest.mark.parametrize(("require", "status"), [("", "SKIP"), ("linux", "FAIL"), ("all", "FAIL")])
def test_without_a_kernel_the_tests_are_skipped_or_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require: str, status: str
) -> None:
    monkeypatch.setenv("FWGEN_REQUIRE", require)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FWGEN_LINUX_KERNEL", raising=False)
    found, message = run(tmp_path, "A Real Linux Asks The Firmware Before It Suspends")
    assert found == status and "fwgen setup --only linux" in message
