"""A step that changes nothing is told as ignored."""

from __future__ import annotations

import pytest

from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.report.model import Report
from fwgen.scenario.load import parse_scenario
from fwgen.spec import parse_spec
from tests.backends.running import in_a_room, run

SLOW = """\
fwgen: 1
name: slow
board: stm32mp257f_dk
sensor: {type: hc-sr04, trigger: PG5, echo: PF15, period: 1 s, range: [20 mm, 4000 mm]}
link: {channel: rpmsg-tty, latency: 2 s}
memory: {code: sram1, data: retram, log: 7 KiB}
sleep: {mode: lp-stop2, when_full: keep-newest}
"""
NIGHT = """\
fwgen-scenario: 1
name: a night of faults
distance: [{at: 0 s, mm: 1500}]
steps: [{at: 0 s, do: mute-sensor}, {at: 5 s, do: suspend, for: 100 s}, STEPS]
until: 130 s
expect: {declared_lost: {at-least: 0}}
"""
NO_BLOCK = "the log has no block with more than a word of samples that Linux has not received"


def slow() -> Plan:
    return plan_spec(parse_spec(SLOW, "slow.yaml"))


def night(steps: str) -> Report:
    report = run(parse_scenario(NIGHT.replace("STEPS", steps)), plan=slow())[1]
    assert report["verdict"] == "pass", report["reasons"]
    return report


@pytest.mark.parametrize("what", ["bit", "word", "block"])
@pytest.mark.parametrize("at_s", [6, 20, 28, 36, 60])
def test_damage_to_the_log_lasts_or_is_told(what: str, at_s: int) -> None:
    """A failed sensor's sample takes one bit, and the firmware writes a word until it is full."""
    report = night(f"{{at: {at_s} s, do: damage-log, what: {what}}}")
    told = [one["reason"] for one in report["ignored"]]
    lost = report["samples"]["declared_lost"]
    assert (told, lost > 0) in (([NO_BLOCK], False), ([], True))
    assert not told or at_s < 36


SENSOR_WELL, SENSOR_SO = "the sensor already works", "the sensor is already so"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("{at: 2 s, do: restore-sensor}, {at: 3 s, do: restore-sensor}", [SENSOR_WELL]),
        ("{at: 2 s, do: mute-sensor}", [SENSOR_SO]),
        ("{at: 2 s, do: hold-echo}, {at: 3 s, do: hold-echo}", [SENSOR_SO]),
        ("{at: 2 s, do: display-off}", ["the spec has no display"]),
    ],
)
def test_a_sensor_or_display_that_is_already_so(steps: str, told: list[str]) -> None:
    if "display" in steps:
        steps += ", {at: 3 s, do: display-on}"
        told = told * 2
    assert [one["reason"] for one in night(steps)["ignored"]] == told


def test_a_display_that_is_already_so() -> None:
    steps = ", ".join(f"{{at: {at} s, do: display-{to}}}" for at, to in enumerate(TWICE))
    _, report = run(in_a_room(steps, "10 s"))
    assert [one["reason"] for one in report["ignored"]] == [
        "the display is already off",
        "the display is already on",
    ]


TWICE = ("off", "off", "on", "on")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "{at: 2 s, do: suspend, for: 5 s}, {at: 4 s, do: stall-linux, for: 9 s}",
            ["Linux is asleep"],
        ),
        (
            "{at: 2 s, do: reboot-linux, takes: 5 s}, {at: 4 s, do: stall-linux, for: 1 s}",
            ["Linux is rebooting"],
        ),
        (
            "{at: 2 s, do: crash-app, when: stored}, {at: 2 s, do: crash-app, when: received}, "
            "{at: 5 s, do: start-app}",
            ["it is to crash already: it has stored samples and not acknowledged them"],
        ),
    ],
)
def test_linux_is_not_as_the_step_needs_it(steps: str, told: list[str]) -> None:
    _, report = run(in_a_room(steps, "20 s"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [one["reason"] for one in report["ignored"]] == told


def test_damage_twice_does_not_undo_itself() -> None:
    once = "{at: 60 s, do: damage-log, what: bit}"
    report = night(f"{once}, {once.replace('60', '61')}")
    assert [one["reason"] for one in report["ignored"]] == [NO_BLOCK]
    assert report["samples"]["declared_lost"] > 0


def ignored(steps: str, until: str = "20 s") -> list[tuple[float, str, str]]:
    record, report = run(in_a_room(steps, until))
    assert report["verdict"] == "pass", report["reasons"]
    told = [(one["at_s"], one["do"], one["reason"]) for one in report["ignored"]]
    lines = [(event.t_s, event.text) for event in record.events]
    assert lines == sorted(lines, key=lambda line: line[0])
    assert [(at_s, f"{do} ignored: {reason}") in lines for at_s, do, reason in told] == [
        True for _ in told
    ]
    return told


WROTE, READ = (
    "the application wrote nothing in this time",
    "the application read nothing in this time",
)
TTY = {
    "refuse-writes": WROTE,
    "short-writes": "no write in this time was longer",
    "stall-writes": WROTE,
    "steal-reads": READ,
}


@pytest.mark.parametrize("do", TTY)
def test_a_fault_of_a_tty_that_is_not_used(do: str) -> None:
    """Nothing is written or read within 2 ms, nor while Linux sleeps."""
    asleep = "{at: 5 s, do: suspend, for: 6 s}"
    assert ignored(f"{{at: 4.1 s, do: {do}, for: 2 ms}}, {asleep}") == [(4.1, do, TTY[do])]
    assert ignored(f"{asleep}, {{at: 6 s, do: {do}, for: 2 s}}") == [(6.0, do, TTY[do])]


@pytest.mark.parametrize("do", TTY)
def test_a_fault_of_a_tty_that_is_used(do: str) -> None:
    assert ignored(f"{{at: 4 s, do: {do}, for: 2 s}}, {{at: 5 s, do: send-wake}}", "40 s") == []


@pytest.mark.parametrize("do", TTY)
@pytest.mark.parametrize("how", ["it is repeated", "Linux reboots", "the run ends"])
def test_a_fault_of_the_tty_ends_early(do: str, how: str) -> None:
    """The second one takes the place of the first; the application writes at its end."""
    idle = "{at: 4.1 s, do: suspend, for: 8 s}"
    steps = {
        "it is repeated": f"{{at: 5 s, do: {do}, for: 3 s}}, {{at: 6 s, do: {do}, for: 12 s}}",
        "Linux reboots": f"{{at: 5 s, do: {do}, for: 90 s}}, {{at: 6 s, do: reboot-linux}}",
        "the run ends": f"{{at: 5 s, do: {do}, for: 90 s}}",
    }[how]
    until = "11 s" if how == "the run ends" else "60 s"
    assert ignored(f"{idle}, {steps}", until) == [(5.0, do, TTY[do])]


def test_short_writes_that_are_long_enough() -> None:
    steps = "{at: 4 s, do: short-writes, bytes: 200, for: 5 s}, {at: 5 s, do: send-wake}"
    assert ignored(steps) == [(4.0, "short-writes", TTY["short-writes"])]


def test_writes_that_wait_already_wait_longer() -> None:
    """No new write comes: the application hangs, or its message waits since the first step."""
    for do in ("refuse-writes", "stall-writes"):
        steps = f"{{at: 4 s, do: {do}, for: 500 ms}}, {{at: 4.499 s, do: {do}, for: 1 ms}}"
        assert ignored(f"{steps}, {{at: 4.001 s, do: send-wake}}") == []


@pytest.mark.parametrize("how", ["reboot-linux, takes: 2 s", "restart-board, takes: 2 s"])
def test_an_application_that_starts_again_writes_to_a_tty_that_takes_all(how: str) -> None:
    """A stall that no write has met ends with the Linux that it was for."""
    stall = "{at: 6 s, do: stall-writes, for: 90 s}"
    steps = f"{{at: 5 s, do: suspend}}, {stall}, {{at: 8 s, do: {how}}}"
    record, report = run(in_a_room(steps, "60 s"))
    assert report["verdict"] == "pass", report["reasons"]
    assert record.delivered.whole().arrival_us.max() > 59_000_000


ALREADY_LOST = "they are already disturbed in this way until then"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "{at: 5 s, do: stall-linux, for: 1 s}, {at: 5 s, do: stall-linux, for: 1 s}",
            [(5.0, "stall-linux", "Linux already reads nothing until then")],
        ),
        ("{at: 5 s, do: stall-linux, for: 1 s}, {at: 5 s, do: stall-linux, for: 2 s}", []),
        ("{at: 5 s, do: stall-linux, for: 2 s}, {at: 6 s, do: stall-linux, for: 1 s}", []),
        ("{at: 5 s, do: mute-sensor}, {at: 5.1 s, do: restore-sensor}", []),
        (
            "{at: 5 s, do: mute-sensor}, {at: 5 s, do: restore-sensor}",
            [(5.0, "restore-sensor", "the sensor's fault began in the same instant")],
        ),
        (
            "{at: 5 s, do: disturb-sensor, how: holds-line}, {at: 5 s, do: restore-sensor}",
            [(5.0, "restore-sensor", "the sensor's fault began in the same instant")],
        ),
    ],
)
def test_a_step_that_another_at_the_same_time_makes_useless(
    steps: str, told: list[tuple[float, str, str]]
) -> None:
    assert ignored(steps) == told


@pytest.mark.parametrize("to", ["linux", "firmware"])
def test_doorbells_that_are_already_disturbed(to: str) -> None:
    once = f"{{at: 5 s, do: disturb-doorbells, to: {to}, how: late, for: 1 s, by: 10 ms}}"
    other = once.replace("10 ms", "20 ms")
    assert ignored(f"{once}, {once}") == [(5.0, "disturb-doorbells", ALREADY_LOST)]
    assert ignored(f"{once}, {other}") == []
    assert ignored(f"{once}, {once.replace('5 s', '7 s')}") == []


def test_linux_already_resumes() -> None:
    asleep = "{at: 4 s, do: suspend, for: 6 s}"
    assert ignored(f"{asleep}, {{at: 10.1 s, do: resume}}") == [
        (10.1, "resume", "Linux is resuming")
    ]
    assert ignored(f"{asleep}, {{at: 6 s, do: resume}}, {{at: 6.1 s, do: resume}}") == [
        (6.1, "resume", "Linux is resuming")
    ]


def test_a_resume_while_linux_resumes_that_changes_what_comes_next() -> None:
    asleep = "{at: 4 s, do: suspend, for: 6 s}, {at: 10.1 s, do: suspend, for: 3 s}"
    _, report = run(in_a_room(f"{asleep}, {{at: 10.15 s, do: resume}}", "20 s"))
    assert report["ignored"] == [] and len(report["sleeps"]) == 1


NOTHING_TO_DO = "the firmware had nothing to do in this time"


@pytest.mark.parametrize(
    ("at_ms", "for_ms", "told"),
    [
        (5_055, 20, True),  # the samples are at 5.04 s and at 5.1 s, and take 9 ms
        (5_045, 10, False),
        (5_075, 25, True),  # it ends with the next sample
        (5_075, 26, False),
        (5_100, 1, False),
    ],
)
def test_a_stall_of_the_firmware_between_two_samples(at_ms: int, for_ms: int, told: bool) -> None:
    stall = f"{{at: {at_ms} ms, do: stall-firmware, for: {for_ms} ms}}"
    expected = [(at_ms / 1e3, "stall-firmware", NOTHING_TO_DO)] if told else []
    assert ignored(f"{{at: 4 s, do: suspend, for: 6 s}}, {stall}") == expected


def test_a_stall_that_delays_a_doorbell_or_a_message() -> None:
    """WAKE arrives while the M33 halts; a stall while Linux reads may delay the next block."""
    steps = "{at: 5.065 s, do: stall-firmware, for: 20 ms}, {at: 5.07 s, do: send-wake}"
    assert ignored(steps) == []


def test_a_stall_that_a_reset_ends() -> None:
    stall = "{at: 5.065 s, do: stall-firmware, for: 30 ms}"
    assert ignored(
        f"{stall}, {{at: 5.07 s, do: reset-firmware}}, {{at: 4 s, do: suspend, for: 3 s}}"
    ) == [(5.065, "stall-firmware", NOTHING_TO_DO)]
