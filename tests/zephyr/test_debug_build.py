"""The debug build and its assertions: the door of link.c holds, and tells who runs into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fwgen.backends.renode.backend import RenodeBackend
from fwgen.build.built import Built
from fwgen.build.cmake import Progress
from fwgen.build.firmware import Firmware
from fwgen.generate import render
from fwgen.plan import plan_spec
from fwgen.report.document import build_report
from fwgen.robot.mutants import load_mutant
from fwgen.scenario.engine import run_scenario
from fwgen.scenario.load import find_scenario, load_scenario
from fwgen.spec import load_spec
from tests.zephyr.firmwares import SPECS, TREES, monitor

pytestmark = pytest.mark.needs("zephyr", "renode")

SPEC = SPECS["range-node"]
FAULT = Path("robot/mutants/send-after-ack.toml")


def built(wrong: Mapping[str, str] | None = None) -> Built:
    """Without the thread analyzer, whose printing would delay the one or the other echo."""
    debug = {"EXTRA_CONF_FILE": "debug.conf", "CONFIG_THREAD_ANALYZER": "n"}
    quiet = Progress(quiet=True)
    tree = TREES / "debug"
    return Firmware(load_spec(SPEC), tree, progress=quiet, definitions=debug, wrong=wrong).build()


def test_nothing_is_asserted() -> None:
    right = built()
    assert right.findings == []
    scenario = load_scenario(find_scenario("back-to-back"))
    record = run_scenario(RenodeBackend(right.elf), right.plan, scenario, 1)
    assert build_report(record, scenario)["verdict"] == "pass"


def test_a_send_behind_the_shut_door_is() -> None:
    fault = load_mutant(FAULT)
    sends, *the_door_stays_open = fault.changes
    assert the_door_stays_open
    app = render(plan_spec(load_spec(SPEC)))
    wrong = built(replace(fault, changes=(sends,)).sources(app))
    said = monitor(SPEC, wrong.elf, "run 1 s\nsuspend\nrun 3 s\nddr\nquit\n")
    assert "fatal error" in said
    assert "closed DDR was touched 0 times" in said
