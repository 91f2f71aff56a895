"""The steps that make faults: each does what it says, and a firmware or an application that cannot
stand it fails."""

from __future__ import annotations

import numpy as np
import pytest

from fwgen.backends.host.backend import HostBackend
from fwgen.backends.host.compile import core_sources
from fwgen.generate import render
from fwgen.record import ASKING, ASLEEP, RunRecord
from fwgen.report.model import Report
from fwgen.scenario.load import BUNDLED, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.spec.diagnostics import DiagnosticErrors
from tests.backends.running import ROOM, in_a_room, plan_of, reference_plan, run

SECOND = 1_000_000
LATENCY_US = 200_000


def passes(scenario: Scenario) -> tuple[RunRecord, Report]:
    record, report = run(scenario)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["ignored"] == []
    return record, report


def arrivals(record: RunRecord, start_s: float, end_s: float) -> int:
    """Return how many samples arrived in this time."""
    at_us = record.delivered.whole().arrival_us
    return int(((at_us >= start_s * SECOND) & (at_us < end_s * SECOND)).sum())


def pause_us(record: RunRecord, around_s: float) -> int:
    """Return the time without arrivals around this instant."""
    at_us = record.delivered.whole().arrival_us
    after = int(np.searchsorted(at_us, around_s * SECOND))
    return int(at_us[after] - at_us[after - 1])


# ----------------------------------------------------------------------------------- doorbells


def bells(at: str, to: str, how: str, for_: str, more: str = "") -> str:
    return f"{{at: {at}, do: disturb-doorbells, to: {to}, how: {how}, for: {for_}{more}}}"


def test_linux_reads_nothing_while_its_doorbells_are_lost_and_all_with_the_next_one() -> None:
    record, _ = passes(in_a_room(bells("10 s", "linux", "lost", "900 ms"), "20 s"))
    assert arrivals(record, 10.0, 10.9) == 0
    assert arrivals(record, 10.9, 11.15) >= 15


def test_after_a_long_loss_the_peers_silence_begins_a_new_session() -> None:
    record, _ = passes(in_a_room(bells("10 s", "linux", "lost", "5 s"), "40 s"))
    assert arrivals(record, 10.0, 15.0) == 0
    assert 15 * SECOND <= pause_us(record, 15.0) <= 16 * SECOND


@pytest.mark.parametrize(("how", "later_s"), [("lost", 1.0), ("late", 0.3), ("doubled", 0.0)])
def test_the_doorbell_that_wakes_linux_is_disturbed(how: str, later_s: float) -> None:
    """A lost one is repeated a second later."""
    at_s = woken_at_s("")
    disturbed = bells(f"{at_s - 0.2:.3f} s", "linux", how, "500 ms", ", by: 300 ms")
    assert woken_at_s(disturbed + ", ") == pytest.approx(at_s + later_s, abs=0.002)


def woken_at_s(more: str) -> float:
    """Return when a firmware wakes Linux because something comes near."""
    text = ROOM.replace("{at: 60 s, mm: 2500}", "{at: 60 s, mm: 200}").replace("1 %", "0 %")
    scenario = parse_scenario(f"{text}steps: [{more}{{at: 5 s, do: suspend}}]\nuntil: 70 s\n")
    record, report = run(scenario, plan=plan_of(BUNDLED / "specs" / "wakes.yaml"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [sleep["wake_cause"].partition(":")[0] for sleep in report["sleeps"]] == ["condition"]
    (asleep,) = (band for band in record.bands if band.state == ASLEEP)
    return asleep.end_s


@pytest.mark.parametrize("how", ["lost", "late"])
def test_the_firmware_hears_sleep_later(how: str) -> None:
    plain = passes(in_a_room("{at: 10 s, do: suspend, for: 5 s}", "20 s"))[1]
    more = ", by: 40 ms" if how == "late" else ""
    steps = (
        f"{bells('9.9 s', 'firmware', how, '400 ms', more)}, {{at: 10 s, do: suspend, for: 5 s}}"
    )
    _, report = passes(in_a_room(steps, "20 s"))
    before_ms, after_ms = (one["sleeps"][0]["ack_ms"] for one in (plain, report))
    assert before_ms and after_ms
    least = {"lost": 300, "late": 39}[how]
    assert before_ms + least <= after_ms <= before_ms + least + 110


def test_doubled_doorbells_reach_a_firmware_that_has_just_agreed_to_sleep() -> None:
    steps = f"{bells('9.9 s', 'firmware', 'doubled', '1 s')}, {{at: 10 s, do: suspend, for: 5 s}}"
    scenario, backend = in_a_room(steps, "20 s"), HostBackend()
    counts = []
    for doubled in (False, True):
        chosen = scenario if doubled else in_a_room("{at: 10 s, do: suspend, for: 5 s}", "20 s")
        backend = HostBackend()
        backend.start(reference_plan(), chosen, 1)
        for at_us, step in chosen.timeline():
            backend.run_until(at_us)
            backend.do(step)
        backend.run_until(12 * SECOND)
        counts.append(backend._running.counts().stale_doorbells)
        backend.close()
    assert counts[1] > counts[0]


def without_guard() -> dict[str, bytes]:
    """Return the core of a firmware that hears doorbells as soon as it has agreed to sleep."""
    app = render(reference_plan())
    name = "src/core/handshake_table.c"
    text = app[name].decode()
    changed = text.replace("[HS_TIMER_GUARD] = 50000u", "[HS_TIMER_GUARD] = 0u")
    assert changed != text
    return core_sources({**app, name: changed.encode()})


def test_without_its_guard_a_firmware_takes_a_doubled_doorbell_for_a_wake_up() -> None:
    """It opens the door, and uses the ring at the next doorbell, when DDR is closed. Here it does
    not look at PWR either, which would stop it."""
    steps = [
        bells("9.7 s", "firmware", "doubled", "1 s"),
        "{at: 10 s, do: suspend, for: 5 s}",
        "{at: 10.6 s, do: stale-doorbell, ring: vq0}",
    ]
    scenario = in_a_room(", ".join(steps), "20 s")
    _, kept = run(scenario, fault="ignore-pwr", flags=("-O0",))
    _, broken = run(scenario, fault="ignore-pwr", core=without_guard(), flags=("-O0",))
    assert kept["verdict"] == "pass", kept["reasons"]
    assert broken["ddr"]["accesses_while_closed"] > 0
    assert broken["verdict"] == "fail"


def test_a_doorbell_to_the_firmware_cannot_be_later_than_the_guard() -> None:
    text = f"{ROOM}steps: [{bells('1 s', 'firmware', 'late', '1 s', ', by: 60 ms')}]\nuntil: 5 s\n"
    with pytest.raises(DiagnosticErrors, match="at most 40 ms"):
        parse_scenario(text)


# ------------------------------------------------------------------------- somebody else suspends


@pytest.mark.parametrize("at_s", [10.0, 10.05, 10.1, 10.15])
def test_a_program_suspends_linux_while_samples_stream(at_s: float) -> None:
    steps = f"{{at: {at_s} s, do: foreign-suspend, for: 20 s}}"
    record, report = passes(in_a_room(steps, "60 s"))
    assert [sleep["ack_ms"] for sleep in report["sleeps"]] == [None]
    (asleep,) = (band for band in record.bands if band.state == ASLEEP)
    assert arrivals(record, asleep.start_s, asleep.end_s) == 0
    assert not any(band.state == ASKING for band in record.bands)


def test_a_firmware_that_does_not_look_at_pwr_touches_ddr_then() -> None:
    scenario = in_a_room("{at: 10 s, do: foreign-suspend, for: 20 s}")
    _, report = run(scenario, fault="ignore-pwr", flags=("-O0",))
    assert report["verdict"] == "fail"
    assert report["ddr"]["accesses_while_closed"] > 0


def test_a_program_cannot_suspend_a_linux_that_sleeps() -> None:
    steps = "{at: 10 s, do: suspend, for: 9 s}, {at: 12 s, do: foreign-suspend}"
    record, _ = run(in_a_room(steps, "30 s"))
    assert [(one.do, one.reason) for one in record.ignored] == [
        ("foreign-suspend", "Linux is asleep")
    ]
