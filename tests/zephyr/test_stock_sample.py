"""The audit of Zephyr's own OpenAMP sample, which lives in DDR: not one line of it is fwgen's."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from fwgen.build.audit import audit
from fwgen.build.audit.finding import Finding
from fwgen.plan import plan_spec
from fwgen.spec import load_spec
from tests.zephyr.firmwares import SPECS
from tests.zephyr.stock import IN_DDR, stock_sample

pytestmark = pytest.mark.needs("zephyr")


@cache
def findings() -> list[Finding]:
    plan = plan_spec(load_spec(SPECS["range-node"]))
    return audit(stock_sample(IN_DDR), plan)


def test_everything_that_lies_in_ddr_is_told() -> None:
    rules = Counter(finding.rule_id for finding in findings())
    # code, data, bss and the last section; data is loaded elsewhere than it runs
    assert rules["segment-in-ddr"] >= 4
    assert rules["remoteproc-region"] >= 3
    assert rules["resource-table-place"] >= 1
    assert rules["vectors-target"] == 1, "its stack"
    assert rules["log-missing"] == 1
    assert rules["resource-table-vdev"] == rules["resource-table-format"] == 0


def test_who_goes_to_the_shared_memory_is_named() -> None:
    pointers = [f for f in findings() if f.rule_id == "ddr-pointer"]
    places = {(f.place.symbol, Path(f.place.file).name) for f in pointers}
    assert ("platform_init", "main_remote.c") in places
    assert ("shm_physmap", "main_remote.c") in places
    assert all(f.place.line > 0 for f in pointers)
