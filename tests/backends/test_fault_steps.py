"""The steps that make faults: each does what it says, and a firmware or an application that cannot
stand it fails."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from fwgen.backends.application import Application
from fwgen.backends.doorbells import SILENCE_US
from fwgen.backends.host.backend import HostBackend
from fwgen.backends.host.compile import core_sources
from fwgen.backends.ledger import Ledger
from fwgen.backends.linux.emulated import Linux
from fwgen.generate import render
from fwgen.peer.events import Samples
from fwgen.plan import plan_spec
from fwgen.record import ASKING, ASLEEP, RunRecord
from fwgen.report.model import Report
from fwgen.scenario.load import BUNDLED, parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.sensor import Condition
from fwgen.sensors.hc_sr04.kinds import KINDS, ORIGINAL, disturbed
from fwgen.spec.diagnostics import DiagnosticErrors
from fwgen.wire.messages import Sleep, Status, encode
from fwgen.wire.sample import SampleStatus
from tests.backends.running import ROOM, in_a_room, plan_of, reference_plan, run
from tests.sensors.zephyr.night import SPECS
from tests.sensors.zephyr.night import scenario as climate

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
    more = ", by: 300 ms" if how == "late" else ""
    disturbed = bells(f"{at_s - 0.2:.3f} s", "linux", how, "500 ms", more)
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


def test_a_full_ring_whose_doorbells_were_lost_is_read_when_no_acknowledgement_comes() -> None:
    """Linux rings only when it puts a message into the ring: a full one stays as it is."""
    steps = [
        bells("3 s", "firmware", "lost", "300 ms"),
        "{at: 3.01 s, do: write-to-tty, what: head, every: 1 ms, times: 16}",
    ]
    record, _ = passes(in_a_room(", ".join(steps), "20 s", "{late: {at-least: 0}}"))
    assert pause_us(record, 4.5) < 3 * SECOND
    passes(in_a_room(bells("3 s", "firmware", "lost", "3 s"), "20 s"))


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


# ------------------------------------------------------------------------ the application dies


def crashed(when: str, more: str = "", **options: Any) -> tuple[RunRecord, Report]:
    steps = f"{{at: 10 s, do: crash-app, when: {when}}}, {{at: 15 s, do: start-app}}{more}"
    return run(in_a_room(steps, "30 s"), **options)


def test_an_application_dies_between_sleep_and_its_answer() -> None:
    """The firmware agrees to a sleep that nobody wants any more, and hears the next hello."""
    suspend = ", {at: 11 s, do: suspend, for: 3 s}, {at: 20 s, do: suspend, for: 5 s}"
    record, report = crashed("asking", suspend)
    assert report["verdict"] == "pass", report["reasons"]
    called_off, agreed = report["sleeps"]
    assert (called_off["wake_cause"], called_off["ack_ms"]) == ("abort", None)
    assert agreed["ack_ms"] is not None
    assert arrivals(record, 11.001, 15.0) == 0
    assert arrivals(record, 15.0, 15.1) >= 60


@pytest.mark.parametrize("when", ["received", "stored"])
def test_an_application_dies_between_receipt_and_acknowledgement(when: str) -> None:
    record, report = crashed(when)
    assert report["verdict"] == "pass", report["reasons"]
    at_us = record.delivered.whole().arrival_us
    last_us = int(at_us[at_us < 14 * SECOND][-1])
    assert (last_us >= 10 * SECOND) == (when == "stored"), "what was received is stored, or is not"
    assert arrivals(record, 15.0, 15.1) >= 75


@pytest.mark.parametrize("when", ["received", "stored"])
def test_a_firmware_that_frees_what_it_sends_loses_it_then(when: str) -> None:
    """Of `stored` only what was sent after the crash."""
    _, report = crashed(when, fault="free-before-ack", flags=("-O0",))
    assert report["verdict"] == "fail"
    assert "dropped by the firmware" in " ".join(report["reasons"])


def test_an_application_that_counts_received_samples_as_stored_loses_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fault of the peer: it would tell the firmware to go on after samples that it has not."""
    die = Application.die

    def forgets(application: Application) -> None:
        known, items = application._session and application._session.known, application._unprocessed
        last = items[-1][0] if items else None
        die(application)
        if known and isinstance(last, Samples):
            end = (last.block.first_seq + last.block.count) & 0xFFFF_FFFF
            application._known = dataclasses.replace(known, next_seq=end)

    monkeypatch.setattr(Application, "die", forgets)
    assert crashed("stored")[1]["verdict"] == "pass"
    _, report = crashed("received")
    assert report["verdict"] == "fail"
    assert report["samples"]["lost"] > 0


def test_a_crash_whose_moment_does_not_come_is_ignored() -> None:
    record, _ = crashed("asking")
    assert [one.do for one in record.ignored] == ["start-app", "crash-app"]
    assert "it has sent SLEEP" in record.ignored[1].reason


# --------------------------------------------------------------------------------------- the tty


def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list that gets the sizes of all writes to the tty: asked, accepted."""
    found: list[tuple[int, int]] = []
    write = Linux._write

    def noted(linux: Linux, data: bytes) -> int:
        taken = write(linux, data)
        if data:
            found.append((len(data), taken))
        return taken

    monkeypatch.setattr(Linux, "_write", noted)
    return found


@pytest.mark.parametrize("most", [8, 11])
def test_writes_are_short(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    writes = sent(monkeypatch)
    steps = f"{{at: 5 s, do: short-writes, for: 20 s, bytes: {most}}}"
    _, report = passes(in_a_room(f"{steps}, {{at: 10 s, do: suspend, for: 5 s}}", "40 s"))
    pieces = [taken for asked, taken in writes if taken < asked]
    assert pieces and max(pieces) == most
    plain = passes(in_a_room("{at: 10 s, do: suspend, for: 5 s}", "40 s"))[1]
    before_ms, after_ms = (one["sleeps"][0]["ack_ms"] for one in (plain, report))
    assert before_ms and after_ms
    assert (after_ms > before_ms) == (len(encode(Sleep(1))) > most)


def test_a_write_stalls_in_the_middle_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    writes = sent(monkeypatch)
    record, _ = passes(in_a_room("{at: 10 s, do: stall-writes, for: 3 s}", "30 s"))
    (cut,) = [(asked, taken) for asked, taken in writes if 0 < taken < asked]
    assert cut[1] == cut[0] // 2
    assert 2.5 * SECOND <= pause_us(record, 12.0) <= 3 * SECOND
    assert arrivals(record, 13.0, 13.1) >= 30


def test_a_request_to_suspend_waits_for_an_application_that_hangs() -> None:
    steps = "{at: 10 s, do: stall-writes, for: 3 s}, {at: 11 s, do: suspend, for: 6 s}"
    record, report = passes(in_a_room(steps, "30 s"))
    (sleep,) = report["sleeps"]
    assert sleep["ack_ms"] is not None and sleep["wake_cause"] == "timer"
    (asking,) = (band for band in record.bands if band.state == ASKING)
    assert asking.start_s == pytest.approx(13, abs=0.01)


def test_another_program_reads_the_tty() -> None:
    """Blocks are missing: the firmware asks for a hello when nobody acknowledges them. The other
    program may get that, too: then the peer's own silence begins a new session."""
    record, _ = passes(in_a_room("{at: 10 s, do: steal-reads, for: 4 s}", "40 s"))
    assert 14 * SECOND < pause_us(record, 14.0) < 17 * SECOND
    record, _ = passes(in_a_room("{at: 10 s, do: steal-reads, for: 500 ms}", "40 s"))
    assert 1.5 * SECOND < pause_us(record, 12.0) < 3 * SECOND


def test_another_program_reads_what_comes_first_after_each_wake_up() -> None:
    steps = "{at: 10 s, do: suspend, for: 10 s}, {at: 19.9 s, do: steal-reads, for: 2500 ms}"
    passes(in_a_room(steps, "60 s"))
    steps = "{at: 10 s, do: suspend, for: 10 s}, {at: 20.19 s, do: steal-reads, for: 150 ms}"
    passes(in_a_room(steps, "60 s"))


@pytest.mark.parametrize("what", ["text", "noise", "head"])
def test_another_program_writes_to_the_tty(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        f"{{at: 5 s, do: write-to-tty, what: {what}, every: 97 ms, times: 40}}",
        "{at: 9 s, do: suspend, for: 5 s}",
        f"{{at: 20 s, do: write-to-tty, what: {what}, every: 1 ms, times: 30}}",
    ]
    errors: list[int] = []
    status = Ledger.status

    def noted(ledger: Ledger, told: Status) -> None:
        errors.append(told.stream_errors)
        status(ledger, told)

    monkeypatch.setattr(Ledger, "status", noted)
    passes(in_a_room(", ".join(steps), "40 s"))
    assert errors[0] == 0 and errors[-1] > 0


# ------------------------------------------------------------------------------------- the sensor


def sensor(how: str, **options: Any) -> tuple[RunRecord, Report]:
    """Run with a sensor that is disturbed from 10 to 20 s, and sees nothing from 14 to 16 s."""
    text = """\
fwgen-scenario: 1
name: a sensor that is disturbed
distance:
  - {at: 0 s, mm: 1500}
  - {at: 14 s, mm: 800}
  - {at: 14.01 s, mm: 6000}
  - {at: 16 s, mm: 6000}
  - {at: 16.01 s, mm: 800}
noise: 2 mm
"""
    steps = f"{{at: 10 s, do: disturb-sensor, how: {how}}}, {{at: 20 s, do: restore-sensor}}"
    return run(parse_scenario(f"{text}steps: [{steps}]\nuntil: 30 s\n"), **options)


def statuses(record: RunRecord, start_s: float, end_s: float) -> list[int]:
    taken = record.taken.part(0, len(record.taken))
    inside = (taken.at_us >= start_s * SECOND) & (taken.at_us < end_s * SECOND)
    return [int(status) for status in taken.status[inside]]


FAULT, NO_ECHO = int(SampleStatus.FAULT), int(SampleStatus.NO_ECHO)


def test_a_stuck_sensor_gives_one_value_until_it_works_again() -> None:
    record, report = sensor("stuck")
    assert report["verdict"] == "pass", report["reasons"]
    taken = record.taken.part(0, len(record.taken))
    inside = (taken.at_us >= 10 * SECOND) & (taken.at_us < 20 * SECOND)
    assert len(set(taken.value[inside].tolist())) == 1
    assert len(set(taken.value[~inside].tolist())) > 50
    assert set(statuses(record, 10, 20)) == {int(SampleStatus.VALID)}


def test_an_echo_of_200_ms_covers_the_following_samples() -> None:
    record, report = sensor("long-echo")
    assert report["verdict"] == "pass", report["reasons"]
    found = statuses(record, 14.05, 16)
    assert found.count(NO_ECHO) * 3 == pytest.approx(found.count(FAULT), abs=3)
    assert FAULT not in statuses(record, 17, 30)


def test_a_line_that_is_held_after_a_miss_is_a_fault_of_every_other_sample() -> None:
    record, report = sensor("holds-line")
    assert report["verdict"] == "pass", report["reasons"]
    found = statuses(record, 14.05, 16)
    assert found.count(NO_ECHO) == pytest.approx(found.count(FAULT), abs=1)
    assert FAULT not in statuses(record, 17, 30)


def test_spikes_are_those_of_the_copy_that_has_them() -> None:
    """On the host they change nothing; robot/hazards.robot runs them with the ELF."""
    assert disturbed(ORIGINAL, Condition.SPIKES).spike_us == KINDS["spikes"].spike_us > 0
    assert disturbed(ORIGINAL, Condition.WELL).spike_us == 0


def test_another_sensor_has_no_such_fault() -> None:
    steps = "\n  - {at: 10 s, do: disturb-sensor, how: stuck}\n"
    scenario = parse_scenario(climate("climate", steps, "20 s"))
    record, _ = run(scenario, plan=plan_of(SPECS / "climate.yaml"))
    assert [one.reason for one in record.ignored] == ["this sensor has no fault `stuck`"]


# ---------------------------------------------------------------------------- the display's bus


@pytest.mark.parametrize("how", ["nack", "sda"])
def test_a_fault_of_the_bus_is_counted_and_delays_nothing(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    status = Ledger.status

    def noted(ledger: Ledger, one: Status) -> None:
        told.append(one.display_faults)
        status(ledger, one)

    monkeypatch.setattr(Ledger, "status", noted)
    passes(in_a_room(f"{{at: 5 s, do: disturb-bus, how: {how}, for: 50 ms}}", "20 s"))
    assert told[0] == 0 and told[-1] == 1


def test_a_spec_without_a_display_has_no_bus() -> None:
    plan = plan_spec(reference_plan().spec.model_copy(update={"display": None}))
    record, _ = run(in_a_room("{at: 5 s, do: disturb-bus, how: nack, for: 50 ms}"), plan=plan)
    assert [one.reason for one in record.ignored] == ["the spec has no display"]


# ------------------------------------------------------------------------ the scenario's end


LASTING = [
    *(bells("19 s", to, how, "10 s") for to in ("linux", "firmware") for how in ("lost", "late")),
    *(
        f"{{at: 19 s, do: {name}, for: 1 h}}"
        for name in ("refuse-writes", "short-writes", "stall-writes", "steal-reads", "stall-linux")
    ),
    "{at: 19 s, do: idle-ddr, for: 1 h}",
    "{at: 19 s, do: reboot-linux, takes: 1 h}",
    "{at: 19 s, do: restart-board, app: 1 h}",
]


@pytest.mark.parametrize("more", ["", ", {at: 19.2 s, do: suspend}"])
@pytest.mark.parametrize("step", LASTING)
def test_every_fault_ends_with_the_scenario(step: str, more: str) -> None:
    """All samples arrive at once. After a thief the peer's silence begins a new session."""
    record, report = run(in_a_room(f"{step}{more}", "20 s"))
    assert report["verdict"] == "pass", report["reasons"]
    assert (report["samples"]["waiting"], report["samples"]["lost"]) == (0, 0)
    after_us = SILENCE_US if "steal-reads" in step else SECOND // 2
    assert record.delivered.whole().arrival_us[-1] <= 20 * SECOND + after_us
