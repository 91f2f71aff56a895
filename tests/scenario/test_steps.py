"""A step is one file: what follows from it for every step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fwgen.scenario.steps
from fwgen.checkout import ROOT
from fwgen.scenario.__main__ import generated_files, scenarios_table
from fwgen.scenario.load import bundled_names
from fwgen.scenario.steps import STEPS, Step
from fwgen.spec.parts import Section
from tests.backends.running import in_a_room, run

PAGE = "docs/scenarios.md"


def test_each_file_of_the_folder_is_a_step() -> None:
    folder = Path(fwgen.scenario.steps.__file__).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py")}
    assert files - {"--init--", "base", "booting", "sensing"} == set(STEPS)


def test_the_page_has_the_tables_of_steps_and_scenarios() -> None:
    assert generated_files()[PAGE] == (ROOT / PAGE).read_text("utf-8"), (
        "run `python -m fwgen.scenario`"
    )


def test_each_bundled_scenario_has_a_row_with_a_sentence() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| ([A-Z].+[.]) \|$", scenarios_table(), re.M))
    assert list(rows) == bundled_names()
    assert rows["cold-start"].startswith("The board loses its power: all memory has random")


def example(step: type[Step], at: str) -> str:
    """Return the shortest form of a step."""
    written = Section(step).example
    assert "at: 10 s" in written
    return written.replace("at: 10 s", f"at: {at}")


@pytest.mark.parametrize("name", [name for name, s in STEPS.items() if "host" in s.backends])
def test_a_run_with_the_step_passes(name: str) -> None:
    """Whatever else a scenario tests: no sample is lost, and the step does something or says why
    it is ignored."""
    step = STEPS[name]
    steps = [example(step, "9 s")]
    if step.undoes:
        steps.insert(0, example(STEPS[step.undoes], "8 s"))
    if step.undone_by:
        steps.append(example(STEPS[step.undone_by], "12 s"))
    free = "{crashes: {at-least: 0}, declared_lost: {at-least: 0}}"
    record, report = run(in_a_room(", ".join(steps), "40 s", free))
    assert report["verdict"] == "pass", report["reasons"]
    plain = run(in_a_room("", "40 s", free))[1]
    assert [one.do for one in record.ignored] in ([], [name])
    assert report["fingerprint"] != plain["fingerprint"] or name in NOTHING_HAPPENS


NOTHING_HAPPENS = {"disturb-bus", "display-on", "display-off", "restore-sensor", "stale-doorbell"}
