"""A core that stands still is reset by the watchdog, if the spec asks for one. It is held until
Linux, which was asleep, starts it again; the log survives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fwgen.backends.outages import BITTEN, LOADED
from fwgen.backends.renode.backend import RenodeBackend
from fwgen.report.document import build_report
from fwgen.robot.firmware import firmware
from fwgen.robot.mutants import Change, Mutant
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import BUNDLED, parse_scenario
from tests.backends.running import ROOM, plan_of
from tests.zephyr.firmwares import ROOT, SPECS, monitor

pytestmark = pytest.mark.needs("zephyr", "renode")

BUILDS = ROOT / "build/robot"
WITH_ONE = BUNDLED / "specs/watchdog.yaml"

STANDS_STILL = """
run 3 s
suspend
run 5 s
fail watchdog
run 3 s
resume
run 3 s
ddr
quit
"""


def said(spec: Path) -> str:
    return monitor(spec, firmware(spec, BUILDS), STANDS_STILL)


def test_a_core_that_stands_still_is_reset_and_the_log_survives() -> None:
    text = said(WITH_ONE)
    kept = re.search(r"start 2, log \d+ of \d+ blocks, (\d+) samples kept", text)
    assert kept is not None, text
    assert int(kept[1]) > 80  # 5 s of sleep, before the core stood still
    bitten, started = (re.search(rf"^\* (\S+) s: {told}$", text, re.M) for told in (BITTEN, LOADED))
    assert bitten and started, text
    assert float(bitten[1]) == pytest.approx(10, abs=0.1)  # 2 s after the last sample
    assert float(started[1]) == pytest.approx(11.7, abs=0.1)  # Linux is woken at 11 s
    assert "closed DDR was touched 0 times" in text


def test_without_one_it_stays_where_it_is() -> None:
    assert "start 2" not in said(SPECS["range-node"])


HANG = Mutant(
    name="hangs",
    title="its main thread hangs after 5 s",
    suite="",
    test="",
    reason="",
    changes=(
        Change(
            "src/main.c",
            "static void add_readings(void)\n{\n",
            '__noinline static void hang(void)\n{\n\tfor (;;) {\n\t\t__asm__ volatile("nop");\n'
            "\t}\n}\n\n"
            "static void add_readings(void)\n{\n\tif (clock_us() > 5000000u) {\n\t\thang();\n\t}\n",
        ),
    ),
)
HANGS = f"""{ROOM}
steps:
  - {{at: 1 s, do: suspend}}
  - {{at: 8 s, do: resume}}
  - {{at: 9 s, do: restart-firmware}}
until: 11 s
expect: {{crashes: 1}}
"""


def test_the_record_of_a_hang_names_the_thread_that_hangs() -> None:
    elf = firmware(WITH_ONE, BUILDS, HANG)
    scenario = parse_scenario(HANGS)
    record = run_scenario(RenodeBackend(elf), plan_of(WITH_ONE), scenario, 1)
    (crash,) = build_report(record, scenario)["crashes"]
    assert crash["kind"] == "watchdog"
    assert crash["function"] == "hang"
    assert crash["uptime_s"] == 6  # 7/8 of the watchdog's 2 s after the last sample
