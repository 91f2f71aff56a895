"""Two sensors in the ELF, opposite Renode's models: each with its own period and its own judge."""

from __future__ import annotations

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.plan import plan_file
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.steps import make_step
from tests.backends.kernel.running import kernel
from tests.backends.running import bundled
from tests.sensors.two import RANGE_AND_CLIMATE
from tests.zephyr.firmwares import firmware

pytestmark = pytest.mark.needs("zephyr", "renode")


def test_three_sleeps_of_two_sensors() -> None:
    """Their periods have a small common divisor, and both schedules are exact."""
    elf = firmware("range-and-climate", RANGE_AND_CLIMATE).build().elf
    scenario = bundled("range-and-climate")
    record = run_scenario(RenodeBackend(elf), plan_file(RANGE_AND_CLIMATE), scenario, 1)
    report = build_report(record, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    distance, climate = report["sensors"]
    assert distance["samples"]["delivered"] == distance["samples"]["taken"] >= 1830
    assert climate["samples"]["delivered"] == climate["samples"]["taken"] >= 108
    assert distance["jitter_us"]["p99"] is not None and distance["jitter_us"]["p99"] <= 20
    assert climate["jitter_us"]["p99"] is not None and climate["jitter_us"]["p99"] < 2_000
    assert record.second is not None
    taken = record.second.taken.whole()
    temperature = (taken.value & 0x3FFF) * 0.01 - 40
    first_us = taken.at_us - taken.at_us[0]  # the model's time counts from its first measurement
    assert abs(temperature - (20 - 5 * first_us / 120e6)).max() < 0.15


@pytest.mark.needs("linux")
def test_two_sensors_opposite_a_real_linux() -> None:
    """A sleep, and an application that crashes and starts again."""
    elf = firmware("range-and-climate", RANGE_AND_CLIMATE).build().elf
    whole = bundled("range-and-climate")
    steps = tuple(
        make_step(name, at_us=at_s * 1_000_000, **keys)
        for at_s, name, keys in (
            (4, "suspend", {"for_us": 8_000_000}),
            (14, "crash-app", {}),
            (15, "start-app", {}),
        )
    )
    scenario = whole.model_copy(update={"steps": steps, "until_us": 20_000_000, "expect": ()})
    backend = RenodeBackend(elf, linux=kernel())
    record = run_scenario(backend, plan_file(RANGE_AND_CLIMATE), scenario, 1)
    report = build_report(record, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["linux"]["kind"] == "kernel"
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["timer"]
    for one, least in zip(report["sensors"], (330, 19), strict=True):
        assert one["samples"]["delivered"] == one["samples"]["taken"] >= least
