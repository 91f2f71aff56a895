"""The bundled scenarios are valid. tests/scenario/test_steps.py runs each step."""

import pytest

from fwgen.plan import plan_spec
from fwgen.scenario.load import BUNDLED, bundled_names, find_scenario, load_scenario
from fwgen.scenario.steps.suspend import Suspend
from fwgen.spec import load_spec


@pytest.mark.parametrize("name", bundled_names())
def test_loads_and_its_spec_has_a_plan(name: str) -> None:
    scenario = load_scenario(find_scenario(name))
    assert scenario.points[0][0] == 0
    path = scenario.spec_path()
    if path is not None:
        plan_spec(load_spec(path))


def test_every_spec_is_used_by_some_scenario() -> None:
    scenarios = [load_scenario(find_scenario(name)) for name in bundled_names()]
    used = {path.name for scenario in scenarios if (path := scenario.spec_path())}
    assert used == {path.name for path in (BUNDLED / "specs").glob("*.yaml")}


def test_the_night_has_the_sleeps_that_its_comment_describes() -> None:
    night = load_scenario(find_scenario("night"))
    assert night.until_us == 8 * 3600 * 1_000_000
    sleeps_us = [step.for_us or 0 for step in night.steps if isinstance(step, Suspend)]
    assert max(sleeps_us) >= 2 * 3600 * 1_000_000


def test_the_day_has_its_24_sleeps() -> None:
    day = load_scenario(find_scenario("day"))
    assert day.until_us == 24 * 3600 * 1_000_000
    assert len(day.timeline()) == 24
