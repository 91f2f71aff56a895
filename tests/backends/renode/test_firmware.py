"""The reference firmware on the emulated board, compared with itself and with the host backend."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fwgen.backends.renode.backend import Emulator, RenodeBackend
from fwgen.backends.renode.options import Options
from fwgen.record import RunRecord
from fwgen.report.document import build_report
from fwgen.robot.firmware import firmware
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import bundled_names, find_scenario, load_scenario, parse_scenario
from fwgen.spec.examples import REFERENCE_BOARD, example_paths
from fwgen.wire.log_format import BLOCK_BYTES
from fwgen.wire.sample import SampleStatus
from tests.backends.running import ROOM, in_a_room, plan_of, reference_plan, run

pytestmark = pytest.mark.needs("renode", "zephyr")

ROOT = Path(__file__).parents[3]
RESET_S = 30
ROUGH = f"""{ROOM}
steps:
  - {{at: 3 s, do: suspend, for: 10 s}}
  - {{at: 13.5 s, do: suspend}}
  - {{at: 13.52 s, do: resume}}
  - {{at: 15 s, do: crash-app}}
  - {{at: 20 s, do: start-app}}
  - {{at: 24 s, do: suspend}}
  - {{at: {RESET_S} s, do: reset-firmware}}
  - {{at: 34 s, do: resume}}
  - {{at: 38 s, do: stall-linux, for: 3 s}}
  - {{at: 42 s, do: mute-sensor}}
  - {{at: 43 s, do: restore-sensor}}
  - {{at: 44 s, do: reboot-linux, takes: 5 s}}
  - {{at: 54 s, do: hold-echo}}
  - {{at: 55.2 s, do: restore-sensor}}
  - {{at: 56 s, do: suspend, for: 3 s}}
until: 63 s
expect: {{sleeps: 4}}
"""
PERIOD_US = 60_000


def elf() -> Path:
    return firmware(example_paths()[REFERENCE_BOARD], ROOT / "build" / "robot")


@dataclass(frozen=True)
class Left:
    """The report and the files of a run in its own process."""

    report: dict[str, Any]
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def rough_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Left]:
    folder = tmp_path_factory.mktemp("rough")
    scenario = folder / "rough.yaml"
    scenario.write_text(ROUGH, encoding="utf-8")
    return [_run(scenario, folder / name) for name in ("one", "two")]


def _run(scenario: Path, folder: Path) -> Left:
    command = [sys.executable, "-m", "fwgen", "run", str(scenario), "--backend", "renode"]
    command += ["--elf", str(elf()), "--seed", "7", "--json", "--csv"]
    command += ["--report", str(folder), "--vcd", str(folder / "wires.vcd")]
    folder.mkdir()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    kept = ("samples.csv", "wires.vcd")
    return Left(json.loads(done.stdout), {name: (folder / name).read_bytes() for name in kept})


def test_the_same_seed_gives_the_same_run_in_another_process(rough_runs: list[Left]) -> None:
    for left in rough_runs:
        left.report.update(wall_s=0.0, speed=0.0)
    one, two = rough_runs
    assert one.report["verdict"] == "pass"
    assert json.dumps(one.report) == json.dumps(two.report)
    for name, content in one.files.items():
        assert content == two.files[name], name
        assert content.count(b"\n") > 1000, name


def test_the_firmwares_clock_keeps_virtual_time(rough_runs: list[Left]) -> None:
    text = rough_runs[0].files["wires.vcd"].decode("ascii")
    (mark,) = re.findall(r"\$var wire 1 (\S+) trigger ", text)
    rises_ns = [
        int(stretch.split("\n", 1)[0])
        for stretch in text.split("\n#")[1:]
        if f"\n1{mark}\n" in f"{stretch}\n"
    ]
    at_ns = np.array([at for at in rises_ns if at < RESET_S * 10**9])
    assert len(at_ns) == RESET_S * 10**6 // PERIOD_US
    off_ns = at_ns - at_ns[0] - PERIOD_US * 1000 * np.arange(len(at_ns))
    assert np.abs(off_ns).max() <= 1000
    assert np.abs(np.median(off_ns[-100:])) <= 50


def test_host_and_emulated_board_report_the_same(tmp_path: Path) -> None:
    """Without steps whose times differ: a start of the firmware, rings without a reader."""
    kept = [line for line in ROUGH.splitlines() if not re.search("reset-firm|reboot", line)]
    text = "\n".join(kept)
    scenario = tmp_path / "rough.yaml"
    scenario.write_text(text, encoding="utf-8")
    emulated = _run(scenario, tmp_path / "run").report
    _, host = run(parse_scenario(text), seed=7)
    assert emulated["samples"] == host["samples"]
    assert emulated["ddr"] == host["ddr"]
    for name in ("at_s", "wake_cause"):
        assert _of_sleeps(emulated, name) == _of_sleeps(host, name)
    assert _of_sleeps(emulated, "backlog") == pytest.approx(_of_sleeps(host, "backlog"), abs=1)
    for name in ("ack_ms", "first_sample_ms"):  # the host's link is slightly slower
        for ours, theirs in zip(*(_of_sleeps(of, name) for of in (emulated, host)), strict=True):
            assert ours == (theirs if theirs is None else pytest.approx(theirs, abs=2.0)), name
    slept_s = _of_sleeps(host, "slept_s")
    assert _of_sleeps(emulated, "slept_s") == pytest.approx(slept_s, abs=0.002)
    ours, theirs = emulated["log"], host["log"]
    assert ours["bytes_per_sample"] == pytest.approx(theirs["bytes_per_sample"], rel=0.02)
    assert ours["peak_bytes"] == pytest.approx(theirs["peak_bytes"], abs=BLOCK_BYTES)
    assert theirs["peak_bytes"] > 4 * BLOCK_BYTES


def _of_sleeps(report: Any, name: str) -> list[Any]:
    return [sleep[name] for sleep in report["sleeps"]]


def test_both_backends_agree_on_a_line_held_at_any_time_around_a_trigger() -> None:
    """Every microsecond from before the firmware's look at the line to after its trigger."""
    steps = []
    for index, offset_us in enumerate(range(-10, 40)):
        hold_us = (10 + 5 * index) * PERIOD_US + offset_us
        steps.append(f"{{at: {hold_us} us, do: hold-echo}}")
        steps.append(f"{{at: {hold_us + 150_000} us, do: restore-sensor}}")
    scenario = in_a_room(", ".join(steps), until="20 s")
    plan = reference_plan()
    emulated = run_scenario(RenodeBackend(elf()), plan, scenario, 1)
    report = build_report(emulated, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    host, _ = run(scenario)
    assert emulated.delivered.whole().status.tolist() == host.delivered.whole().status.tolist()
    assert emulated.delivered.whole().value.tolist() == host.delivered.whole().value.tolist()
    found = set(host.delivered.whole().status.tolist())
    assert found == {SampleStatus.VALID, SampleStatus.NO_ECHO, SampleStatus.FAULT}


@pytest.mark.parametrize("name", [name for name in bundled_names() if name.startswith("copy-")])
def test_copies_of_the_sensor_give_the_same_samples_on_both(name: str) -> None:
    scenario = load_scenario(find_scenario(name))
    spec = scenario.spec_path() or example_paths()[REFERENCE_BOARD]
    plan = plan_of(spec)
    backend = RenodeBackend(firmware(spec, ROOT / "build" / "robot"))
    emulated = run_scenario(backend, plan, scenario, 1)
    report = build_report(emulated, scenario)
    assert report["verdict"] == "pass", report["reasons"]
    host, _ = run(scenario, plan=plan)
    assert emulated.delivered.whole().status.tolist() == host.delivered.whole().status.tolist()
    assert emulated.delivered.whole().value.tolist() == host.delivered.whole().value.tolist()
    assert emulated.jitter_us.max() <= 50


def test_an_interrupt_for_each_byte_of_the_display_delays_no_sample() -> None:
    """By default the emulator combines most of them."""
    scenario = parse_scenario(f"{ROOM}\nsteps: [{{at: 5 s, do: suspend, for: 5 s}}]\nuntil: 20 s\n")
    backend = RenodeBackend(elf(), options=Options(bus_burst=1))
    record = run_scenario(backend, reference_plan(), scenario, 1)
    assert build_report(record, scenario)["verdict"] == "pass"
    assert record.jitter_us.max() <= 50


def test_a_suspend_that_the_firmware_does_not_learn_of() -> None:
    """Another program suspends Linux, and no turn falls into the 8 ms in which the A35 is stopped.
    A block between the A35's start and the opening of DDR, 2 ms later, touches closed DDR
    (docs/DESIGN.md, "One risk remains"; tests/backends/test_untold_suspend.py)."""
    with closing(Emulator()) as emulator:

        def ran(steps: str) -> RunRecord:
            backend = RenodeBackend(elf(), emulator=emulator)
            return run_scenario(backend, reference_plan(), in_a_room(steps, "4 s"), 1)

        arrivals_us = ran("").delivered.whole().arrival_us
        block_us = int(arrivals_us[arrivals_us > 3_000_000][0])
        touched = {}
        for before_us in (1_000, 4_000):
            begin_us = block_us - before_us - 310_000
            record = ran(f"{{at: {begin_us} us, do: foreign-suspend, for: 310 ms}}")
            touched[before_us] = len(record.ddr_accesses)
    assert touched == {1_000: 1, 4_000: 0}


def test_lost_doorbells_end_with_the_scenario() -> None:
    """On the host: test_fault_steps.py, with all other faults."""
    steps = "{at: 3 s, do: disturb-doorbells, to: linux, how: lost, for: 10 s}"
    scenario = in_a_room(steps, "4 s")
    record = run_scenario(RenodeBackend(elf()), reference_plan(), scenario, 1)
    report = build_report(record, scenario)
    assert (report["samples"]["waiting"], report["samples"]["lost"]) == (0, 0)
    assert record.delivered.whole().arrival_us[-1] <= 4_500_000


KNOWN_WARNINGS = (
    "non existing peripheral at 0x440A0004",  # DBGMCU: debugging in Stop is not emulated
    "nvic: Changing value of the SHCSR register",  # Renode's own: the faults are enabled anyway
    "nvic: Unhandled write to offset 0xD2C",  # Renode's own: clears HFSR, which is clear
)


def test_the_firmware_uses_only_modelled_registers(tmp_path: Path) -> None:
    """From its start through a sleep, a reset, and a display that is unplugged and plugged."""
    log = tmp_path / "renode.log"
    steps = [
        "{at: 2 s, do: suspend, for: 3 s}",
        "{at: 6 s, do: reset-firmware}",
        "{at: 9 s, do: display-off}",
        "{at: 11 s, do: display-on}",
    ]
    scenario = in_a_room(", ".join(steps), until="15 s")
    backend = RenodeBackend(elf(), options=Options(renode_log=str(log)))
    record = run_scenario(backend, reference_plan(), scenario, 1)
    assert build_report(record, scenario)["verdict"] == "pass"
    warnings = [
        line for line in log.read_text(encoding="utf-8").splitlines() if "[INFO]" not in line
    ]
    strange = [line for line in warnings if not re.search("|".join(KNOWN_WARNINGS), line)]
    assert strange == []
