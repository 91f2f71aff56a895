"""A core that stands still is reset by the watchdog, if the spec asks for one; the log survives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.zephyr.firmwares import SPECS, firmware, monitor

pytestmark = pytest.mark.needs("zephyr", "renode")

STANDS_STILL = """
run 3 s
suspend
run 5 s
renode cpu IsHalted true
run 3 s
renode cpu IsHalted false
resume
run 3 s
ddr
quit
"""


def said(tmp_path: Path, *lines: str) -> str:
    spec = tmp_path / "range-node.yaml"
    spec.write_text("\n".join([SPECS["range-node"].read_text(encoding="utf-8"), *lines, ""]))
    return monitor(spec, firmware("watchdog", spec).build().elf, STANDS_STILL)


def test_a_core_that_stands_still_is_reset_and_the_log_survives(tmp_path: Path) -> None:
    text = said(tmp_path, "watchdog: 2 s")
    kept = re.search(r"start 2, log \d+ of \d+ blocks, (\d+) samples kept", text)
    assert kept is not None, text
    assert int(kept[1]) > 80  # 5 s of sleep, before the core stood still
    assert "closed DDR was touched 0 times" in text


def test_without_one_it_stays_where_it_is(tmp_path: Path) -> None:
    assert "start 2" not in said(tmp_path)
