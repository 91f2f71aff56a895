"""The bundled scenarios with a real Linux kernel on the other side of the compiled core."""

from __future__ import annotations

import pytest

from fwgen.errors import InputError
from fwgen.scenario.backend import UnsupportedStepError
from fwgen.scenario.load import BUNDLED, bundled_names, parse_scenario
from tests.backends.kernel.running import run
from tests.backends.running import bundled, in_a_room, plan_of
from tests.backends.running import run as run_emulated
from tests.sensors.two import scene_of_climates, two_climates

pytestmark = pytest.mark.needs("linux")

LONG = {"day", "week"}  # measured by `make bench`
_IDLE = "`idle-ddr` is not supported here: User-Mode Linux has no idle states"
NO_REMOTEPROC = "this kernel has no remoteproc"
REFUSED = {
    "clocks-apart": "`clocks` is not supported here: this kernel.s clock is the firmware.s",
    "edges": "`suspend` is not supported here: `for` must be whole seconds",
    "idle-ddr": _IDLE,
    "idle-ddr-unheld": _IDLE,
    "rings-in-sram2": _IDLE,
    "other-spec": "`start-app` is not supported here",
    "writes-refused": "`refuse-writes` is not supported here: the kernel's tty accepts",
    "buffers-exhausted": "`refuse-writes` is not supported here: the kernel's tty accepts",
    "tty-trouble": "`short-writes` is not supported here: the kernel's tty accepts",
    "app-dies": "`crash-app` is not supported here: no step can kill a real process",
    "cold-start": NO_REMOTEPROC,
    "restart-board": NO_REMOTEPROC,
    "restart-board-erased": NO_REMOTEPROC,
    "firmware-crash": NO_REMOTEPROC,
    "firmware-crash-unnoticed": NO_REMOTEPROC,
}
FAILS = {  # docs/scenarios.md, "With a real Linux kernel"
    "woken-in-vain": "`woken_by_log_full` is 0, expected: at least 4 and at most 8.",
}


@pytest.mark.parametrize("name", [name for name in bundled_names() if name not in LONG])
def test_bundled_scenario_passes_or_is_refused_by_name(name: str) -> None:
    if name in REFUSED:
        with pytest.raises((UnsupportedStepError, InputError), match=REFUSED[name]):
            run(bundled(name))
        return
    _, report = run(bundled(name))
    if name in FAILS:
        assert report["verdict"] == "fail" and FAILS[name] in report["reasons"], report["reasons"]
        return
    assert report["reasons"] and report["verdict"] == "pass", report["reasons"]
    assert report["linux"]["kind"] == "kernel"
    assert report["linux"]["version"]


def test_three_runs_are_the_same() -> None:
    prints = {run(bundled("ten-minutes"), seed=5)[1]["fingerprint"] for _ in range(3)}
    assert len(prints) == 1


def test_another_seed_gives_another_run() -> None:
    steps = "{at: 5 s, do: suspend, for: 5 s}"
    prints = {run(in_a_room(steps, until="20 s"), seed=seed)[1]["fingerprint"] for seed in (1, 2)}
    assert len(prints) == 2


def test_an_application_that_starts_as_the_other_crashes_knows_its_samples() -> None:
    """Both steps have the same time: what the first one has stored does not arrive again."""
    steps = [
        "{at: 2 s, do: crash-app}",
        "{at: 3 s, do: start-app}",
        "{at: 6 s, do: crash-app}",
        "{at: 6 s, do: start-app}",
    ]
    _, report = run(in_a_room(", ".join(steps), until="9 s"))
    assert report["samples"]["duplicated"] == 0
    assert report["verdict"] == "pass", report["reasons"]


def test_each_of_two_sensors_goes_on_where_it_was_stored() -> None:
    """The application crashes and Linux reboots: what is stored does not arrive again."""
    steps = (
        "{at: 5 s, do: crash-app, every: 130 ms, times: 60}, "
        "{at: 5.01 s, do: start-app, every: 130 ms, times: 60}, "
        "{at: 14 s, do: suspend, for: 20 s}, {at: 36 s, do: reboot-linux, takes: 4 s}"
    )
    _, report = run(scene_of_climates(steps, "50 s"), plan=two_climates())
    assert report["verdict"] == "pass", report["reasons"]
    assert [one["samples"]["delivered"] for one in report["sensors"]] == [50, 72]
    assert report["samples"]["duplicated"] == 0
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["timer"]


UNTOLD = {
    "unbound": (
        ["{at: 2 s, do: unbind}", "{at: 3 s, do: suspend, for: 2 s}", "{at: 8 s, do: bind}"],
        ("timer", pytest.approx(1.7, abs=0.01)),
    ),
    "unbound and crashed": (
        [
            *("{at: 2 s, do: unbind}", "{at: 3 s, do: crash-app}"),
            *("{at: 4 s, do: suspend, for: 1 s}", "{at: 8 s, do: bind}"),
            "{at: 9 s, do: start-app}",
        ],
        ("timer", pytest.approx(0.7, abs=0.01)),
    ),
    "unbound, and a user wakes it": (
        [
            *("{at: 2 s, do: unbind}", "{at: 3 s, do: suspend}", "{at: 6 s, do: resume}"),
            "{at: 8 s, do: bind}",
        ],
        ("user", pytest.approx(2.7, abs=0.01)),
    ),
    "called off": (
        [
            *("{at: 2 s, do: crash-app}", "{at: 4 s, do: suspend, for: 3 s}"),
            *("{at: 4.1 s, do: resume}", "{at: 9 s, do: start-app}"),
        ],
        ("abort", 0),
    ),
}


def test_a_linux_without_a_driver_does_not_hear_the_firmware() -> None:
    """The obstacle comes near, and Linux sleeps on until its timer wakes it."""
    scenario = parse_scenario(
        "fwgen-scenario: 1\nname: unheard\n"
        "distance: [{at: 0 s, mm: 1500}, {at: 5 s, mm: 1500}, {at: 6 s, mm: 300}]\n"
        "steps: [{at: 2 s, do: unbind}, {at: 3 s, do: suspend, for: 9 s}, {at: 13 s, do: bind}]\n"
        "until: 15 s\n"
    )
    _, report = run(scenario, plan=plan_of(BUNDLED / "specs/wakes.yaml"))
    assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["timer"]


@pytest.mark.parametrize("name", UNTOLD)
def test_without_an_application_linux_suspends_without_telling_the_firmware(name: str) -> None:
    steps, expected = UNTOLD[name]
    for on in (run, run_emulated):
        _, report = on(in_a_room(", ".join(steps), until="12 s"))
        sleeps = [(sleep["wake_cause"], sleep["slept_s"]) for sleep in report["sleeps"]]
        assert sleeps == [expected]
        assert report["verdict"] == "pass", report["reasons"]


@pytest.mark.parametrize("reboots", [False, True])
def test_a_resume_calls_off_a_suspend_that_the_firmware_has_not_answered(reboots: bool) -> None:
    steps = [
        "{at: 2 s, do: stall-linux, for: 3 s}",
        "{at: 2.5 s, do: suspend, for: 3 s}",
        "{at: 3 s, do: resume}",
        *(["{at: 4 s, do: reboot-linux, takes: 3 s}"] if reboots else []),
    ]
    for on in (run, run_emulated):
        _, report = on(in_a_room(", ".join(steps), until="15 s"))
        assert [sleep["wake_cause"] for sleep in report["sleeps"]] == ["abort"]
        assert report["verdict"] == "pass", report["reasons"]


def test_another_program_writes_to_the_real_tty() -> None:
    steps = [
        "{at: 3 s, do: write-to-tty, what: text}",
        "{at: 4 s, do: write-to-tty, what: noise, every: 30 ms, times: 20}",
        "{at: 5 s, do: write-to-tty, what: head, every: 1 ms, times: 20}",
        "{at: 6 s, do: suspend, for: 3 s}",
        "{at: 9.1 s, do: resume}",
    ]
    record, report = run(in_a_room(", ".join(steps), "15 s", "{sleeps: 1, acknowledged: 1}"))
    assert report["verdict"] == "pass", report["reasons"]
    assert [one["reason"] for one in report["ignored"]] == ["Linux is resuming"]
    told = [event.text for event in record.events]
    assert told.count("another program writes to the tty") == 41
