"""Scenarios that once failed in a campaign, kept small; each file's comment says what was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from fwgen.scenario.load import load_scenario
from tests.backends.running import run

FOUND = sorted((Path(__file__).parent / "found").glob("*[!c].yaml"))
"""Without the specs next to them."""


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_once_failed_passes(path: Path) -> None:
    seed = int(path.read_text("utf-8").partition("Seed ")[2].partition(".")[0])
    _, report = run(load_scenario(path), seed=seed)
    assert report["verdict"] == "pass", report["reasons"]


def test_each_scenario_has_its_spec() -> None:
    assert FOUND
    assert all(path.with_suffix(".spec.yaml").exists() for path in FOUND)
