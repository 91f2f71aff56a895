"""The generated core on the host, in the bundled scenarios and in random ones."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fwgen.backends.host.library import Machine
from fwgen.plan import plan_spec
from fwgen.record import RunRecord
from fwgen.report.html import render_html
from fwgen.report.model import Report
from fwgen.report.table import render_table
from fwgen.scenario.load import bundled_names, find_scenario, parse_scenario
from fwgen.spec import load_spec, parse_spec
from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from fwgen.terminal import Style
from fwgen.wire.sample import SampleStatus
from tests.backends.running import (
    LONG,
    bundled,
    in_a_room,
    plan_of,
    plan_with_rings,
    plan_with_watchdog,
    reference_plan,
    run,
)
from tests.fingerprints import AGAIN, recorded

RECORDED = recorded()
NOBODY = "fwgen-scenario: 1\nname: nobody\ndistance: [{at: 0 s, mm: 9000}]\nuntil: 2 s\n"


# with rings in DDR it fails: see below
IN_DDR = [name for name in bundled_names() if name not in {*LONG, "rings-in-sram2"}]
IN_SRAM2 = [name for name in bundled_names() if name not in {*LONG, "idle-ddr-unheld"}]


@pytest.mark.parametrize(
    ("name", "rings"),
    [*((name, "ddr") for name in IN_DDR), *((name, "sram2") for name in IN_SRAM2)],
)
def test_bundled_scenario_passes(name: str, rings: str) -> None:
    scenario = bundled(name)
    spec = scenario.spec_path() or example_paths()[REFERENCE_BOARD]
    record, report = run(scenario, plan=plan_with_rings(spec, rings))
    assert report["reasons"] and report["verdict"] == "pass", report["reasons"]
    if rings == plan_of(spec).spec.link.rings:
        found = report["fingerprint"]
        assert found == RECORDED[name], f"if that is intended: {AGAIN}"
    assert not list(negative(report, record))


def negative(report: Report, record: RunRecord | None = None) -> Iterator[str]:
    """Yield what a report shows below 0; with a record, of its page and table too."""

    def numbers(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, part in value.items():
                yield from numbers(part, f"{path}.{name}")
        elif isinstance(value, list):
            for place, part in enumerate(value):
                yield from numbers(part, f"{path}[{place}]")
        elif isinstance(value, int | float) and value < 0:
            yield f"{path} is {value}"

    yield from numbers(report, "report")
    shown = render_table(report, Style(colour=False))
    if record is not None:
        shown += render_html(record, report)
    yield from re.findall(r"-\d\d:\d\d[^ <]*", shown)


def test_with_rings_in_ddr_a_firmware_cannot_work_without_ddr() -> None:
    """It touches DDR before the first sample, which is time 0."""
    scenario = bundled("rings-in-sram2")
    record, report = run(scenario, plan=reference_plan())
    assert report["verdict"] == "fail"
    assert report["ddr"]["accesses_while_closed"] > 0
    assert report["samples"]["delivered"] == 0
    assert record.ddr_accesses[0].t_s < 0
    first = report["ddr"]["first"]
    assert first and first["t_s"] == 0
    assert "while it was closed, first before the first sample (" in " ".join(report["reasons"])
    assert not list(negative(report, record))


def test_with_rings_in_sram2_nothing_happens_when_no_process_keeps_ddr_open() -> None:
    scenario = bundled("idle-ddr-unheld")
    _, report = run(scenario, plan=plan_with_rings(example_paths()[REFERENCE_BOARD], "sram2"))
    assert report["ddr"]["accesses_while_closed"] == report["kept"]["late"] == 0
    assert report["verdict"] == "fail"
    assert "`late` is 0, expected: at least 100." in " ".join(report["reasons"])


def test_under_an_idle_linux_the_firmware_touches_closed_ddr_only_while_pwr_shows_a_running_a35(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accesses = {(closed, runs): 0 for closed in (False, True) for runs in (False, True)}
    before, now, set_idle = 0, (False, True), Machine.set_idle

    def noted(self: Machine, ddr_closed: bool, a35_runs: bool) -> None:
        nonlocal before, now
        accesses[now] += self.counts().accesses - before
        before, now = self.counts().accesses, (ddr_closed, a35_runs)
        set_idle(self, ddr_closed, a35_runs)

    monkeypatch.setattr(Machine, "set_idle", noted)
    record, _ = run(bundled("idle-ddr-unheld"))
    assert accesses.pop((True, True)) == len(record.ddr_accesses) > 0
    assert set(accesses.values()) == {0}


def test_a_board_that_restarts_at_once_takes_no_sample() -> None:
    """The samples that the firmware takes after the end, when it runs again, do not count."""
    record, report = run(in_a_room("{at: 0 s, do: restart-board, takes: 1 h}", until="10 s"))
    assert report["reasons"] == ["No sample was taken in 10 s."]
    assert set(report["samples"].values()) == {0}
    (outage,) = report["outages"]
    assert (outage["at_s"], outage["for_s"], outage["not_taken"]) == (0, 10.0, 167)
    assert not list(negative(report, record))


def test_a_board_that_restarts_at_once_misses_the_first_samples() -> None:
    _, report = run(in_a_room("{at: 0 s, do: restart-board, takes: 3 s}", until="10 s"))
    assert report["verdict"] == "pass", report["reasons"]
    (outage,) = report["outages"]
    assert report["samples"]["taken"] + outage["not_taken"] == pytest.approx(167, abs=1)


_IDLE = "{at: 5 s, do: idle-ddr, for: 20 s}, {at: 30 s, do: suspend, for: 5 s}"


def test_an_idle_linux_whose_peer_holds_the_latency_keeps_ddr_open() -> None:
    record, report = run(in_a_room(_IDLE))
    assert report["verdict"] == "pass", report["reasons"]
    told = [event.text for event in record.events]
    assert "Linux idles, and the peer holds /dev/cpu_dma_latency" in told
    assert "Linux no longer idles; DDR entered self-refresh never" in told


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_IDLE.replace("20 s}", "20 s, held: off}"), id="the peer does not hold it"),
        pytest.param(
            "{at: 4 s, do: crash-app}, " + _IDLE.replace("}, ", "}, {at: 26 s, do: start-app}, "),
            id="the peer has crashed",
        ),
    ],
)
def test_an_idle_linux_without_the_latency_closes_ddr_under_the_link(steps: str) -> None:
    """The firmware sees in PWR that the A35 is stopped and does not use the rings. With an
    application that reads, samples are late."""
    record, report = run(in_a_room(steps))
    assert report["ddr"]["accesses_while_closed"] == 0
    assert report["samples"]["lost"] == report["samples"]["declared_lost"] == 0
    told = [event.text for event in record.events]
    assert "Linux idles, and no process holds /dev/cpu_dma_latency" in told
    (times,) = [int(text.split()[-2]) for text in told if text.startswith("Linux no longer idles")]
    assert times > 100
    if "held: off" in steps:
        assert report["verdict"] == "fail"
        assert "arrived later than the latency of 200 ms allows" in report["reasons"][0]
    else:
        assert report["verdict"] == "pass", report["reasons"]


def test_with_rings_in_sram2_an_idle_linux_delays_nothing() -> None:
    plan = plan_with_rings(example_paths()[REFERENCE_BOARD], "sram2")
    record, report = run(in_a_room(_IDLE), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    told = [event.text for event in record.events]
    assert "Linux idles, and no process holds /dev/cpu_dma_latency" in told


_SILENT = "{at: 5 s, do: crash-app}, {at: 5.2 s, do: suspend, for: 20 s}, {at: 26 s, do: start-app}"


@pytest.mark.parametrize(
    ("mode", "rings", "cause"),
    [
        ("lp-stop2", "sram2", "timer"),
        ("lp-stop1", "ddr", "timer"),
        ("lp-stop1", "sram2", "log-full"),
    ],
)
def test_pwr_shows_a_silent_suspend_unless_it_looks_like_idling(
    mode: str, rings: str, cause: str
) -> None:
    """In lp-stop1 domain D1 is stopped, as in an idle state: with rings in SRAM2 the firmware
    sends, and the doorbell of its message wakes Linux. Nothing is lost."""
    spec = load_spec(example_paths()[REFERENCE_BOARD])
    link = spec.link.model_copy(update={"rings": rings})
    sleep = spec.sleep.model_copy(update={"mode": mode})
    plan = plan_spec(spec.model_copy(update={"link": link, "sleep": sleep}))
    _, report = run(in_a_room(_SILENT), plan=plan)
    assert [slept["wake_cause"] for slept in report["sleeps"]] == [cause]
    assert report["samples"]["lost"] == report["samples"]["declared_lost"] == 0
    assert report["ddr"]["accesses_while_closed"] == 0


def test_a_linux_that_sleeps_does_not_idle() -> None:
    record, report = run(
        in_a_room("{at: 5 s, do: suspend, for: 10 s}, {at: 8 s, do: idle-ddr, for: 2 s}")
    )
    assert report["verdict"] == "pass", report["reasons"]
    assert [ignored.do for ignored in record.ignored] == ["idle-ddr"]


def test_a_late_measurement_ends_at_the_next_slot() -> None:
    """As in the firmware: the next slot cuts it off, and finds the line still high."""
    text = example_paths()[REFERENCE_BOARD].read_text(encoding="utf-8")
    plan = plan_spec(parse_spec(text.replace("period: 60 ms", "period: 40 ms")))
    scenario = parse_scenario(
        "fwgen-scenario: 1\nname: late\ndistance: [{at: 0 s, mm: 3990}]\n"
        "steps: [{at: 10 s, do: stall-firmware, for: 25 ms}]\nuntil: 20 s\n"
    )
    record, report = run(scenario, plan=plan)
    assert report["verdict"] == "pass", report["reasons"]
    delivered = record.delivered.whole()
    assert delivered.status[249:253].tolist() == [
        SampleStatus.VALID,
        SampleStatus.NO_ECHO,
        SampleStatus.FAULT,
        SampleStatus.VALID,
    ]
    assert delivered.late_16ths[249:253].tolist() == [0, 10, 0, 0]


def test_all_samples_of_an_hour_asleep_arrive() -> None:
    record, report = run(bundled("hour"))
    assert report["samples"]["taken"] == report["samples"]["delivered"] == 62_000
    (sleep,) = report["sleeps"]
    assert sleep["ack_ms"] is not None and sleep["ack_ms"] < 5
    assert sleep["backlog"] > 59_000
    assert sleep["first_sample_ms"] is not None and sleep["first_sample_ms"] < 10
    assert sleep["drain_ms"] is not None and sleep["drain_ms"] > sleep["backlog"] * 0.005, (
        "Linux takes time to decode"
    )
    assert record.delivered.whole().seq.tolist() == list(range(62_000))


def test_the_same_seed_gives_the_same_report_and_another_seed_another_noise() -> None:
    one, first = run(bundled("minute"), seed=5)
    two, second = run(bundled("minute"), seed=5)
    other, _ = run(bundled("minute"), seed=6)
    for report in (first, second):
        report["wall_s"] = report["speed"] = 0.0
    assert first == second
    assert (one.delivered.whole().value == two.delivered.whole().value).all()
    assert (one.delivered.whole().value != other.delivered.whole().value).mean() > 0.5


def test_numbers_wrap_at_32_bits_while_asleep() -> None:
    record, report = run(bundled("minute"), initial_seq=(1 << 32) - 700)
    assert report["verdict"] == "pass", report["reasons"]
    assert record.delivered.whole().seq[-1] > 1 << 32


def test_sensor_faults_are_in_the_data() -> None:
    record, _ = run(in_a_room("{at: 10 s, do: mute-sensor}, {at: 20 s, do: restore-sensor}"))
    status = record.delivered.whole().status
    silent = (record.taken.whole().at_us >= 10_000_000) & (record.taken.whole().at_us < 20_000_000)
    assert (status[silent] == 5).all()
    assert 0 < (status[~silent] == 3).mean() < 0.05
    valid = status == 0
    far = np.abs(
        record.delivered.whole().value
        - np.interp(record.taken.whole().at_us / 1e6, record.true_t_s, record.true_mm)
    )
    assert far[valid].max() < 15


def test_an_echo_longer_than_the_period_finds_the_line_high(tmp_path: Path) -> None:
    text = example_paths()[REFERENCE_BOARD].read_text(encoding="utf-8")
    text = text.replace("period: 60 ms", "period: 20 ms").replace("4000 mm]", "1000 mm]")
    spec = tmp_path / "fast.yaml"
    spec.write_text(text, encoding="utf-8")
    record, report = run(parse_scenario(NOBODY), plan=plan_of(spec))
    assert report["verdict"] == "pass", report["reasons"]
    assert (
        record.delivered.whole().status.tolist() == [SampleStatus.NO_ECHO, SampleStatus.FAULT] * 50
    )


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("copy-slow-timeout", SampleStatus.VALID),
        ("copy-holds-line", SampleStatus.VALID),
        ("copy-pulled-low", SampleStatus.VALID),
        ("copy-never-falls", SampleStatus.FAULT),
        ("copy-no-pulse", SampleStatus.VALID),
        ("copy-jsn-sr04t", SampleStatus.VALID),
    ],
)
def test_copies_of_the_sensor_fail_in_their_own_way(name: str, last: SampleStatus) -> None:
    """A person goes away twice for five seconds; after the last missed echo all are valid."""
    record, report = run(bundled(name))
    assert report["verdict"] == "pass", report["reasons"]
    status = record.delivered.whole().status
    assert (status == SampleStatus.FAULT).sum() > 40
    valid = status[-150:] == SampleStatus.VALID
    assert valid.mean() > 0.85 if last == SampleStatus.VALID else not valid.any()


def test_spikes_have_no_effect() -> None:
    record, _ = run(bundled("copy-spikes"))
    assert not (record.delivered.whole().status == SampleStatus.FAULT).any()


def test_a_wrong_first_reading_is_reported_as_measured() -> None:
    record, _ = run(bundled("copy-first-wrong"))
    assert record.delivered.whole().value[:2].tolist() == [77, pytest.approx(1500, abs=12)]


def test_bands_follow_each_other_without_holes() -> None:
    record, _ = run(bundled("ten-minutes"))
    assert record.bands[0].start_s == 0
    assert record.bands[-1].end_s == 600
    for before, after in zip(record.bands, record.bands[1:], strict=False):
        assert before.end_s == after.start_s
        assert before.state != after.state


def test_a_scenario_that_ends_asleep_is_woken_to_count() -> None:
    record, report = run(in_a_room("{at: 10 s, do: suspend}"))
    assert report["verdict"] == "pass", report["reasons"]
    assert record.sleeps[0].wake_cause == "end"


NEVER_BACK = {
    "stall-linux": "{at: 10 s, do: stall-linux, for: 2 h}",
    "reboot-linux": "{at: 10 s, do: reboot-linux, takes: 2 h}",
    "reboot-linux asleep": "{at: 5 s, do: suspend}, {at: 10 s, do: reboot-linux, takes: 2 h}",
}


@pytest.mark.parametrize("steps", NEVER_BACK.values(), ids=NEVER_BACK)
def test_what_is_in_the_log_when_a_scenario_ends_is_not_lost(steps: str) -> None:
    _, report = run(in_a_room(steps))
    assert report["verdict"] == "pass", report["reasons"]
    assert report["samples"]["delivered"] == report["samples"]["taken"] == 1000


def test_what_waits_for_a_long_latency_is_not_lost(tmp_path: Path) -> None:
    text = example_paths()[REFERENCE_BOARD].read_text(encoding="utf-8")
    spec = tmp_path / "slow.yaml"
    spec.write_text(text.replace("latency: 200 ms", "latency: 1 h"), encoding="utf-8")
    _, report = run(parse_scenario(NOBODY), plan=plan_of(spec))
    samples = report["samples"]
    assert report["verdict"] == "pass", report["reasons"]
    assert samples["waiting"] == samples["taken"] == 34
    assert report["reasons"][0] == (
        "No sample arrived, so this run does not show that samples arrive; 34 samples were still "
        "in the log when the run ended, not due yet."
    )


def test_a_damaged_block_delays_no_other() -> None:
    """Linux is off until the scenario ends; the firmware is not reset after the damage."""
    steps = "{at: 5 s, do: reboot-linux, takes: 2 h}, {at: 50 s, do: damage-log}"
    expect = "{declared_lost: {at-least: 100}}"
    _, report = run(in_a_room(steps, until="120 s", expect=expect))
    assert report["verdict"] == "pass", report["reasons"]


def test_an_ignored_step_is_reported() -> None:
    steps = "{at: 10 s, do: suspend}, {at: 10 s, do: crash-app}, {at: 12 s, do: start-app}"
    _, report = run(in_a_room(steps))
    assert report["ignored"] == [
        {"at_s": 10.0, "do": "crash-app", "reason": "Linux is asking the firmware for sleep"},
        {"at_s": 60.2, "do": "start-app", "reason": "the application is already running"},
    ]
    table = render_table(report, Style(colour=False))
    assert "ignored    crash-app at 00:00:10: Linux is asking" in table


def test_other_latency_and_slow_give_back_change_nothing_but_times() -> None:
    from fwgen.backends.host.backend import Timing

    slow = Timing(link_latency_us=7_000, give_back_us=15_000)
    _, report = run(bundled("back-to-back"), timing=slow)
    assert report["verdict"] == "pass", report["reasons"]
    assert report["sleeps"][0]["ack_ms"] == pytest.approx(14.0, abs=0.1)


def test_the_host_backend_reports_no_jitter() -> None:
    record, report = run(in_a_room("", "5 s"))
    assert len(record.jitter_us) == 0
    assert report["jitter_us"]["p50"] is None


UNREAD = {
    "WAKE twice over full rings": "{at: 18.423 s, do: stall-linux, for: 700 ms}, "
    "{at: 18.586 s, do: suspend, for: 20 ms}",
    "hello again and again over full rings": "{at: 29.583 s, do: reset-firmware}, "
    "{at: 29.944 s, do: stall-linux, for: 700 ms}",
}


@pytest.mark.parametrize("steps", UNREAD.values(), ids=UNREAD)
def test_unread_messages_in_the_rings_do_not_count_as_sent_without_cause(steps: str) -> None:
    _, report = run(in_a_room(steps, "40 s"))
    assert report["verdict"] == "pass", report["reasons"]


_DEAD = "{at: 8.1 s, do: crash-firmware, how: fault}, "
ATTACHED_AGAIN = {
    "Linux reboots": _DEAD + "{at: 10 s, do: reboot-linux, takes: 1 s}",
    "Linux reboots meanwhile": "{at: 8 s, do: reboot-linux, takes: 2 s}, " + _DEAD[:-2],
    "the device is bound again": _DEAD + "{at: 10 s, do: unbind}, {at: 12 s, do: bind}",
    "Linux sleeps and reboots": "{at: 5 s, do: suspend}, "
    + _DEAD
    + "{at: 10 s, do: reboot-linux, takes: 3 s}",
}


@pytest.mark.parametrize("watchdog_us", [None, 2_000_000])
@pytest.mark.parametrize("steps", ATTACHED_AGAIN.values(), ids=ATTACHED_AGAIN)
def test_new_rings_do_not_start_a_firmware_that_has_crashed(
    steps: str, watchdog_us: int | None
) -> None:
    """Only a start by remoteproc does: until then nothing can arrive, and after it all samples."""
    plan = plan_with_watchdog(watchdog_us)
    _, report = run(in_a_room(steps, expect="{crashes: 1, outages: 1}"), plan=plan)
    assert report["verdict"] == "pass", report["reasons"]


RESTARTS = ("restart-board, takes: 2 s", "power-cycle, takes: 2 s", "restart-firmware")


@pytest.mark.parametrize("restart", RESTARTS)
def test_a_sample_that_a_restart_has_prevented_is_not_late(restart: str) -> None:
    steps = f"{{at: 10.01 s, do: stall-firmware, for: 25 ms}}, {{at: 10.015 s, do: {restart}}}"
    record, report = run(in_a_room(steps, expect="{declared_lost: {at-most: 3}}"))
    assert report["verdict"] == "pass", report["reasons"]
    assert not record.delivered.whole().late_16ths.any()


@pytest.mark.parametrize("restart", RESTARTS[:2])
def test_a_reset_does_not_start_a_core_that_is_held(restart: str) -> None:
    steps = f"{{at: 10 s, do: {restart}}}, {{at: 11 s, do: reset-firmware}}"
    record, report = run(in_a_room(steps, expect="{declared_lost: {at-most: 3}}"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [ignored.do for ignored in record.ignored] == ["reset-firmware"]
    assert [outage.end_us for outage in record.outages] == [12_000_000]


def test_starts_and_crashes_of_each_log_are_reported() -> None:
    """Each log counts its starts and crashes from one: the same numbers say different things."""
    crash = "do: crash-firmware, how: fault"
    steps = (
        f"{{at: 6 s, {crash}}}, {{at: 7 s, do: power-cycle, takes: 1 s, app: 1 s}}, "
        f"{{at: 13.9 s, {crash}}}, {{at: 20 s, do: power-cycle, takes: 1 s}}, "
        f"{{at: 26.9 s, {crash}}}, {{at: 30 s, do: restart-board, takes: 2 s}}, "
        "{at: 31 s, do: restart-board, takes: 2 s, log: erased}"
    )
    expect = "{crashes: {at-least: 0}, declared_lost: {at-least: 0}}"
    _, report = run(in_a_room(steps, expect=expect), plan=plan_with_watchdog(2_000_000))
    assert report["verdict"] == "pass", report["reasons"]
    assert [(start["boot"], start["memory"]) for start in report["starts"]] == [
        (1, "new"),
        (1, "new"),
        (2, "kept"),
        (1, "new"),
        (2, "kept"),
        (1, "new"),
    ]
    assert [(one["number"], one["uptime_s"]) for one in report["crashes"]] == [(1, 5), (1, 5)]
    assert [outage["log"] for outage in report["outages"]] == [
        "erased",
        "kept",
        "erased",
        "kept",
        "erased",
    ]


HAPPENINGS = (
    "suspend",
    "suspend, for: 3 s",
    "suspend, for: 20 ms",
    "resume",
    "send-wake",
    "reset-firmware",
    "stall-linux, for: 700 ms",
    "reboot-linux, takes: 2500 ms",
    "mute-sensor",
    "restore-sensor",
    "stale-doorbell, ring: vq0",
    "stale-doorbell, ring: vq1",
    "stall-firmware, for: 25 ms",
    "idle-ddr, for: 2 s",
    "restart-firmware",
    "restart-board, takes: 2 s",
    "restart-board, takes: 300 ms, app: 1 s",
    "crash-firmware, how: fault",
    "crash-firmware, how: watchdog, takes: 3 s",
)
PAIRS = (("unbind", "bind"), ("crash-app", "start-app"))

happenings = st.lists(st.tuples(st.integers(0, 29_999), st.sampled_from(HAPPENINGS)), max_size=12)
pairs = st.lists(
    st.tuples(st.sampled_from(PAIRS), st.integers(0, 15_000), st.integers(1, 14_000)), max_size=1
)


@settings(max_examples=100, deadline=None)
@given(happenings, pairs, st.integers(0, 2**64 - 1))
def test_whatever_happens_no_sample_is_lost(
    steps: list[tuple[int, str]],
    apart: list[tuple[tuple[str, str], int, int]],
    seed: int,
) -> None:
    """A first sample is taken before anything happens."""
    lines = [f"{{at: {at + 100} ms, do: {do}}}" for at, do in steps]
    for (broken, mended), at, later in apart:
        lines += [f"{{at: {at} ms, do: {broken}}}", f"{{at: {at + later} ms, do: {mended}}}"]
    scenario = in_a_room(", ".join(lines), "40 s", "{crashes: {at-least: 0}}")
    _, report = run(scenario, seed=seed, plan=plan_with_watchdog(2_000_000))
    assert report["verdict"] == "pass", report["reasons"]


def test_records_are_plain_dataclasses() -> None:
    record, _ = run(in_a_room("", "2 s"))
    assert set(dataclasses.asdict(record)) >= {"taken", "delivered", "sleeps", "bands"}


def test_statuses_of_packed_samples_are_those_of_the_whole() -> None:
    record, _ = run(bundled("minute"))
    assert record.taken.status.tolist() == record.taken.whole().status.tolist()


@pytest.mark.parametrize("reset", ["", ", {at: 30.5 s, do: reset-firmware}"])
@pytest.mark.parametrize("what", ["bit", "word", "block"])
def test_damage_of_any_size_costs_one_block(what: str, reset: str) -> None:
    damage = f"{{at: 30 s, do: damage-log, what: {what}}}"
    steps = f"{{at: 1 s, do: suspend, for: 40 s}}, {damage}{reset}"
    expect = "{declared_lost: {at-least: 100}, ignored: 0}"
    record, report = run(in_a_room(steps, expect=expect))
    assert report["verdict"] == "pass", report["reasons"]
    assert f"a {what} of the log has flipped" in [event.text for event in record.events]
    assert len(record.gaps) == 1
    assert reset or record.starts[-1].damaged == 1


def test_suspending_again_ends_when_its_time_is_over() -> None:
    """Also if Linux is awake then, and the firmware calls later."""
    plan = plan_of(find_scenario("wakes").parent / "specs" / "wakes.yaml")
    text = (
        "fwgen-scenario: 1\nname: nights\nuntil: 60 s\n"
        "distance: [{at: 0 s, mm: 1500}, {at: 10 s, mm: 1500}, {at: 10.1 s, mm: 300},"
        " {at: 20 s, mm: 300}, {at: 20.1 s, mm: 1500}]\n"
        "steps: [{at: 1 s, do: suspend, for: %s, again: 2 s}]\n"
    )
    _, awake = run(parse_scenario(text % "11 s"), plan=plan)
    assert [sleep["wake_cause"].partition(":")[0] for sleep in awake["sleeps"]] == ["condition"]
    _, asleep = run(parse_scenario(text % "30 s"), plan=plan)
    assert [sleep["wake_cause"].partition(":")[0] for sleep in asleep["sleeps"]] == [
        "condition",
        "timer",
    ]
    assert asleep["linux"]["awake"] > 0.4


@pytest.mark.parametrize("at_s", [4.99, 5.1])
def test_a_crash_that_nobody_has_noticed_is_reported_at_the_end(at_s: float) -> None:
    """Also if no sample waits in the log, for which the run would go on."""
    scenario = parse_scenario(f"""\
fwgen-scenario: 1
name: crash
distance: [{{at: 0 s, mm: 1500}}]
steps:
  - {{at: {at_s} s, do: crash-firmware, how: fault}}
  - {{at: 10 s, do: suspend, for: 30 s}}
until: 60 s
expect: {{ignored: {{at-least: 0}}}}
""")
    record, report = run(scenario)
    assert len(record.crashes) == 1
    assert "`crashes` is 1, expected: 0." in report["reasons"]
