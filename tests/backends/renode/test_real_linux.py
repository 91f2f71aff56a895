"""The reference firmware's ELF on the emulated board, with a real Linux on the other side."""

from __future__ import annotations

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.report.document import build_report
from fwgen.report.model import Report
from fwgen.scenario.engine import run_scenario
from tests.backends.kernel.running import kernel
from tests.backends.renode.test_firmware import elf
from tests.backends.running import bundled, reference_plan

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


def test_two_runs_are_the_same() -> None:
    assert _run("abort")["fingerprint"] == _run("abort")["fingerprint"]
