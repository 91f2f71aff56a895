"""What a campaign draws, and how it writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fwgen.campaign import history as drawing
from fwgen.campaign import specs
from fwgen.campaign.history import draw
from fwgen.campaign.streams import Stream
from fwgen.campaign.writing import scenario_text, step_text
from fwgen.scenario.load import (
    bundled_names,
    find_scenario,
    load_scenario,
    parse_scenario,
    parse_step,
)
from fwgen.scenario.steps import STEPS
from fwgen.spec import parse_spec

NOT_DRAWN = {"capture"}
"""Steps that the host backend does not have."""


def text_of(seed: int) -> str:
    found = draw(seed)
    return scenario_text(found.scenario, "a.yaml") + specs.spec_text(found.spec)


def test_a_seed_is_the_same_history_each_time() -> None:
    assert [text_of(seed) for seed in range(50)] == [text_of(seed) for seed in range(50)]


def test_a_known_seed_is_the_history_that_it_always_was() -> None:
    """Python's own generator must not change it."""
    stream = Stream(7, "a purpose")
    assert [stream.between(0, 999) for _ in range(4)] == [18, 98, 660, 8]


def test_one_more_draw_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [seed for seed in range(80) if len(draw(seed).scenario.steps) > 3]
    before = [draw(seed) for seed in seeds]
    sleep = drawing.EPISODES["sleep"]

    def longer(draft: drawing._Draft, stream: Stream) -> None:
        sleep(draft, stream)
        stream.chance(0.5)

    monkeypatch.setitem(drawing.EPISODES, "sleep", longer)
    assert [draw(seed) for seed in seeds] == before


@pytest.mark.parametrize("seed", range(30))
def test_a_history_is_written_as_a_valid_scenario(seed: int) -> None:
    found = draw(seed)
    read = parse_scenario(scenario_text(found.scenario, "a.yaml", "a comment\nof two lines"))
    for name in ("points", "noise_um", "missed_ppm", "steps", "until_us", "name"):
        assert getattr(read, name) == getattr(found.scenario, name), name
    assert read.expect == found.scenario.expect


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_step_is_written_as_it_is_read(name: str) -> None:
    for step in load_scenario(find_scenario(name)).steps:
        at, _, rest = step_text(step).strip("{}").partition(", do: ")
        if step.every_us is None:
            read = parse_step(rest)
            assert read == step.model_copy(update={"at_us": 0}), at


def test_histories_have_every_step_and_every_spec() -> None:
    drawn = [draw(seed) for seed in range(400)]
    assert {step.do for one in drawn for step in one.scenario.steps} == set(STEPS) - NOT_DRAWN
    assert {one.spec for one in drawn} == set(range(specs.COUNT))


@pytest.mark.parametrize("index", range(specs.COUNT))
def test_a_spec_is_valid(index: int, tmp_path: Path) -> None:
    assert parse_spec(specs.spec_text(index), "a.yaml") == specs.plan_of(index).spec
