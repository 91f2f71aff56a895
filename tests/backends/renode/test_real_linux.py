"""The reference firmware's ELF on the emulated board, with a real Linux on the other side."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from tests.backends.kernel.running import kernel
from tests.backends.renode.test_firmware import elf
from tests.backends.running import bundled, reference_plan
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.needs("zephyr", "renode", "linux")

SCENARIOS = (
    "abort",
    "app-crash",
    "firmware-reset-awake",
    "linux-reboot-asleep",
    "silent-suspend",
    "unbind",
)


def _run(name: str) -> Report:
    scenario = bundled(name)
    backend = RenodeBackend(elf(), linux=kernel())
    return build_report(run_scenario(backend, reference_plan(), scenario, 1), scenario)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_passes(name: str) -> None:
    report = _run(name)
    assert report["reasons"] and report["verdict"] == "pass", report["reasons"]
    assert report["linux"]["kind"] == "kernel"


BY_HAND = """\
run 2 s
sh cat /sys/bus/rpmsg/devices/*rpmsg-tty*/name
run 1 s
sh echo +5 > /sys/class/rtc/rtc0/wakealarm; echo mem > /sys/power/state
run 2 s
load
run 10 s
ddr
"""


def test_a_person_has_a_shell_in_that_linux() -> None:
    spec = example_paths()[REFERENCE_BOARD]
    command = [sys.executable, "-m", "fwgen", "monitor", str(spec), "--linux", "kernel"]
    done = subprocess.run(
        [*command, "--elf", str(elf())],
        input=BY_HAND,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert "$ rpmsg-tty\n" in done.stdout, done.stdout + done.stderr
    assert "a program suspends Linux without telling the firmware" in done.stdout
    assert "Linux asleep, has" in done.stdout
    assert re.search(r"^<stdin>:6:1: error: .*this kernel has no remoteproc", done.stderr, re.M)
    assert done.stdout.count("Linux awake, has") == 3
    assert done.stdout.endswith("closed DDR was touched 0 times\n")


def test_two_runs_are_the_same() -> None:
    assert _run("abort")["fingerprint"] == _run("abort")["fingerprint"]
