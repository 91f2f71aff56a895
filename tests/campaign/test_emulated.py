"""Histories on the emulated board: one emulator for all of them, and each as in a new one."""

from __future__ import annotations

import pytest

from fwgen.backends.renode.backend import Emulator, RenodeBackend
from fwgen.campaign.trial import Setting, open_one
from fwgen.report.document import build_report
from fwgen.scenario.engine import run_scenario
from tests.backends.renode.test_firmware import elf
from tests.backends.running import in_a_room, reference_plan

pytestmark = pytest.mark.needs("renode", "zephyr")

SLEEPS = "{at: 1 s, do: suspend, for: 2 s}, {at: 4 s, do: stale-doorbell, ring: vq0}"
LOSES_POWER = "{at: 1 s, do: suspend}, {at: 2 s, do: power-cycle, takes: 1 s}"
CRASHES = "{at: 1 s, do: hold-echo}, {at: 2 s, do: reset-firmware}, {at: 3 s, do: restore-sensor}"


def test_a_history_is_the_same_after_others_in_the_same_emulator() -> None:
    emulator = Emulator()
    firmware = elf()

    def run(steps: str, seed: int) -> str:
        scenario = in_a_room(steps, "6 s")
        backend = RenodeBackend(firmware, emulator=emulator)
        record = run_scenario(backend, reference_plan(), scenario, seed)
        return build_report(record, scenario)["fingerprint"]

    try:
        first = run(SLEEPS, 1)
        process = emulator.child()
        others = {run(LOSES_POWER, 2), run(CRASHES, 3), run(SLEEPS, 4)}
        assert run(SLEEPS, 1) == first
        assert emulator.child() is process
    finally:
        emulator.close()
    assert len({*others, first}) == 4


def test_a_campaign_keeps_its_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwgen.campaign.trial.firmware", lambda spec: elf())
    one, other = open_one(Setting("renode"), 0), open_one(Setting("renode"), 3)
    assert isinstance(one, RenodeBackend) and isinstance(other, RenodeBackend)
    assert one.emulator is other.emulator is not None
