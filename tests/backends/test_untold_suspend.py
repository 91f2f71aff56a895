"""Linux suspends without telling the firmware, which takes no turn while the A35 is stopped, and so
does not learn of it. docs/handshake.md and DESIGN.md ("One risk remains") say what these tests
show."""

from __future__ import annotations

import pytest

from fwgen.backends.linux.emulated import Linux
from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.record import RunRecord
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import ROOM, reference_plan, run

SLOW = """\
fwgen: 1
name: slow
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 30 s, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 40 s}
memory: {code: sram1, data: retram, log: 7 KiB}
sleep: {mode: lp-stop2, when_full: keep-newest}
"""
DDR_OPENS_US = 2_000
SUSPENDS_US = 300_000
"""From the step until the A35 is stopped (linux.Pace)."""


@pytest.fixture(autouse=True)
def ddr_opens_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the chip, and in the emulator: the A35 runs for a while before DDR is open."""

    def set_ddr(linux: Linux, closed: bool) -> None:
        if closed:
            linux.port.set_ddr(True)
            return
        sleep = linux._sleep
        assert sleep is not None and sleep.opened_us is not None
        linux.port.set_idle(ddr_closed=True, a35_runs=True)
        opens_us = sleep.opened_us + DDR_OPENS_US
        linux._alarms["DDR opens"] = (opens_us, lambda now_us: linux.port.set_ddr(False))

    monkeypatch.setattr(Linux, "_set_ddr", set_ddr)


def suspended(plan: Plan, wakes_us: int, stopped_us: int) -> RunRecord:
    """Return a run in which the A35 is stopped for this long, and runs again at `wakes_us`."""
    begin_us, for_us = wakes_us - stopped_us - SUSPENDS_US, stopped_us + SUSPENDS_US
    step = f"{{at: {begin_us} us, do: foreign-suspend, for: {for_us} us}}"
    scenario = parse_scenario(f"{ROOM}steps: [{step}]\nuntil: 60 s\nexpect: {{}}\n")
    record, report = run(scenario, plan=plan)
    assert report["samples"]["lost"] == report["samples"]["wrong"] == 0
    return record


def sends_us(plan: Plan, after_us: int) -> int:
    """Return when the firmware sends a block, if Linux does not suspend."""
    record, _ = run(parse_scenario(f"{ROOM}steps: []\nuntil: 60 s\n"), plan=plan)
    arrivals_us = record.delivered.whole().arrival_us
    return int(arrivals_us[arrivals_us > after_us][0]) - LATENCY_US


LATENCY_US = 200
"""From a message's doorbell until Linux reads it; it needs some time more."""


@pytest.mark.parametrize("stopped_ms", [1, 8, 40])
def test_what_is_sent_before_ddr_is_open_touches_it(stopped_ms: int) -> None:
    plan = reference_plan()
    send_us = sends_us(plan, 10_000_000)
    accesses = {
        before_us: len(suspended(plan, send_us - before_us, stopped_ms * 1000).ddr_accesses)
        for before_us in (-500, 500, 1_500, 2_500)
    }
    assert accesses == {-500: 0, 500: 1, 1_500: 1, 2_500: 0}


def test_a_firmware_that_takes_a_turn_while_the_a35_is_stopped_learns_of_it() -> None:
    """It takes one for each block, and each five seconds for its status."""
    plan = reference_plan()
    assert not suspended(plan, sends_us(plan, 10_000_000) - 500, 300_000).ddr_accesses


@pytest.mark.parametrize(("stopped_ms", "touched"), [(100, 1), (4_500, 1), (5_500, 0)])
def test_with_a_slow_sensor_it_may_take_none_for_five_seconds(
    stopped_ms: int, touched: int
) -> None:
    plan = plan_spec(parse_spec(SLOW, "slow.yaml"))
    status_us = 24_940_200
    found = suspended(plan, status_us - 1_000, stopped_ms * 1000).ddr_accesses
    assert bool(found) == bool(touched)
