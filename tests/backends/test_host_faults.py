"""Shells with a planted fault: each must fail the verdict with its own reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fwgen.backends.host import compile as host_compile
from fwgen.scenario.model import Scenario
from tests.backends.running import bundled, in_a_room, run

FAULTS: dict[str, tuple[Scenario, str]] = {
    "lose-sample": (
        bundled("minute"),
        r"1 sample was lost without being declared: 167, taken while Linux was asking for sleep",
    ),
    "send-after-ack": (bundled("minute"), r"touched DDR 9\d\d times .* \(rpmsg send\)"),
    "late-kick": (bundled("stale-doorbells"), r"touched DDR 10 times .* \(rpmsg buffers given"),
    "free-before-ack": (bundled("app-crash"), r"samples were dropped by the firmware"),
    "forget-gap": (bundled("log-full-keep-newest"), r"samples were lost without being declared"),
    "wrong-value": (bundled("minute"), r"another value than the sensor gave"),
    "wrong-time": (bundled("minute"), r"another time than that of the schedule"),
    "forgetful-reset": (bundled("firmware-reset-asleep"), r"arrived with another time .* boot"),
    "trust-doorbell": (
        in_a_room("{at: 10 s, do: suspend, for: 20 s}, {at: 15 s, do: stale-doorbell, ring: vq1}"),
        r"touched DDR .* \(rpmsg receive\)",
    ),
    "ignore-pwr": (bundled("silent-suspend"), r"touched DDR \d+ times .* \(rpmsg send\)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_seen(fault: str) -> None:
    scenario, reason = FAULTS[fault]
    _, report = run(scenario, fault=fault, flags=("-O0",))
    assert report["verdict"] == "fail"
    assert re.search(reason, " ".join(report["reasons"])), report["reasons"]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_scenario_passes_without_the_fault(fault: str) -> None:
    _, report = run(FAULTS[fault][0])
    assert report["verdict"] == "pass", report["reasons"]


def test_the_faults_have_the_same_numbers_in_c_and_python() -> None:
    header = Path(host_compile.__file__).with_name("host_fault.h").read_text()
    found = {
        int(number): name.lower().replace("_", "-")
        for name, number in re.findall(r"HOST_FAULT_(\w+) =\s+(\d+)", header)
    }
    assert tuple(found[number] for number in range(len(found))) == host_compile.FAULTS
    assert set(FAULTS) == set(host_compile.FAULTS) - {"none"}
