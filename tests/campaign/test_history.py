"""What a campaign draws, and how it writes it."""

from __future__ import annotations

from collections import defaultdict
from typing import get_args

import pytest

from fwgen.backends.bus import why_no_bus
from fwgen.campaign import episodes, specs
from fwgen.campaign.history import draw, expectations
from fwgen.campaign.streams import Stream
from fwgen.campaign.writing import step_text
from fwgen.scenario.load import (
    bundled_names,
    find_scenario,
    load_scenario,
    parse_scenario,
    parse_step,
)
from fwgen.scenario.seen import seen_by
from fwgen.scenario.steps import STEPS
from fwgen.sensor import copies
from fwgen.spec import parse_spec
from fwgen.spec.conditions import Form
from fwgen.spec.kinds import Choice
from fwgen.spec.parts import fields_of

NOT_DRAWN = {"capture"}
"""Steps that no episode draws: the host backend does not have them."""


def text_of(seed: int) -> str:
    found = draw(seed)
    return found.text("a.yaml") + specs.spec_text(found.spec)


def test_a_seed_is_the_same_history_each_time() -> None:
    assert [text_of(seed) for seed in range(50)] == [text_of(seed) for seed in range(50)]


def test_a_known_seed_is_the_history_that_it_always_was() -> None:
    """Python's own generator must not change it."""
    stream = Stream(7, "a purpose")
    assert [stream.between(0, 999) for _ in range(4)] == [18, 98, 660, 8]


def test_one_more_draw_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [seed for seed in range(80) if len(draw(seed).scenario.steps) > 3]
    before = [draw(seed) for seed in seeds]
    sleep = episodes.EPISODES["sleep"]

    def longer(draft: episodes.Draft, stream: Stream) -> None:
        sleep(draft, stream)
        stream.chance(0.5)

    monkeypatch.setitem(episodes.EPISODES, "sleep", longer)
    assert [draw(seed) for seed in seeds] == before


@pytest.mark.parametrize("seed", range(30))
def test_a_history_is_written_as_a_valid_scenario(seed: int) -> None:
    found = draw(seed)
    read = parse_scenario(found.text("a.yaml", "a comment\nof two lines"))
    same = (
        "points",
        "signals",
        "noise_um",
        "air_decicelsius",
        "sensor",
        "ddr_closed",
        "missed_ppm",
        "first_number",
        "clocks_ppm",
        "steps",
        "until_us",
    )
    for name in (*same, "name"):
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
    random = {specs.FIRST_DRAWN, specs.FIRST_WITH_TWO}
    assert {one.spec for one in drawn} == {*range(specs.WRITTEN), *random}


def test_histories_have_every_choice_of_every_step() -> None:
    """Also with rings in DDR, except that Linux idles there with DDR in self-refresh."""
    drawn: dict[tuple[str, str], set[object]] = defaultdict(set)
    for one in (draw(seed) for seed in range(800)):
        for step in one.scenario.steps:
            for field in fields_of(type(step)):
                drawn[step.do, field.key].add(getattr(step, field.attribute))
            assert getattr(step, "held", True) or not one.plan.rings.in_ddr
    for name in set(STEPS) - NOT_DRAWN:
        for field in fields_of(STEPS[name]):
            if isinstance(field.kind, Choice):
                assert drawn[name, field.key] == set(field.kind.values.values()), (name, field.key)
            elif field.key not in ("at", "every", "times"):
                assert len(drawn[name, field.key]) > 1, (name, field.key)
    assert {"every", "times"} <= {key for (_, key), found in drawn.items() if len(found) > 1}
    assert None in drawn["suspend", "for"] and None in drawn["foreign-suspend", "for"]


def test_histories_have_every_key_of_a_scenario() -> None:
    drawn = [draw(seed).scenario for seed in range(800)]
    for name in ("noise_um", "missed_ppm", "air_decicelsius", "clocks_ppm", "first_number"):
        assert len({getattr(one, name) for one in drawn}) > 2, name
    assert {one.sensor for one in drawn} == {"", *copies()} - {"original"}
    assert {one.ddr_closed for one in drawn} == {False, True}


def test_linux_sleeps_while_another_application_runs() -> None:
    """With a firmware that may wake it and one that may not, and for longer than the log lasts:
    only then samples may be declared lost."""
    slept = set()
    for seed in range(400):
        draft = episodes.Draft(seed, specs.spec_of(seed, Stream(seed, "spec")))
        begin_ms = draft.now_ms
        episodes.EPISODES["other application"](draft, Stream(seed, "an episode"))
        away_ms = draft.now_ms - begin_ms
        lost = any(one.field == "declared_lost" for one in expectations(draft))
        assert lost == (away_ms > draft.held_ms)
        other = next(step for step in draft.steps if getattr(step, "spec", "") == "other")
        sleeps = [step for step in draft.steps if step.do == "suspend"]
        asked = [step for step in sleeps if step.at_us > other.at_us]
        assert asked == sleeps
        slept.add((draft.wakes, bool(sleeps), lost))
        assert draft.steps[-1].do in ("start-app", "reboot-linux")
    assert slept >= {(wakes, True, lost) for wakes in (False, True) for lost in (False, True)}


def test_histories_with_two_sensors_are_written_as_valid_scenarios() -> None:
    drawn = [one for seed in range(100) if len((one := draw(seed)).plan.sensors) > 1]
    assert drawn
    for one in drawn:
        read = parse_scenario(one.text("a.yaml"))
        assert (read.points, read.signals) == (one.scenario.points, one.scenario.signals)
        assert len(seen_by(read, one.plan, one.seed)) == 2


def test_a_second_sensor_changes_no_other_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a spec has two sensors has a stream of its own."""
    before = [draw(seed) for seed in range(40)]
    monkeypatch.setattr(specs, "_WITH_TWO", 0)
    after = [draw(seed) for seed in range(40)]
    kept = [one for one in before if len(one.plan.sensors) == 1]
    assert len(kept) < len(before)
    assert kept == [after[one.seed] for one in kept]


def test_a_bus_with_a_sensor_on_it_is_not_disturbed() -> None:
    """That is possible with a display on a bus of its own only. Seed 20016 has both on one."""
    plans = [draw(seed).plan for seed in range(20_000, 20_050)]
    assert any(plan.bus and plan.spec.display and why_no_bus(plan) for plan in plans)
    for seed, plan in enumerate(plans, 20_000):
        steps = {step.do for step in draw(seed).scenario.steps}
        assert "disturb-bus" not in steps or not why_no_bus(plan), seed


DRAWN = [specs.FIRST_DRAWN + index for index in range(60)]


WITH_TWO = [specs.FIRST_WITH_TWO + index for index in range(30)]


@pytest.mark.parametrize("number", [*range(specs.WRITTEN), *DRAWN, *WITH_TWO])
def test_a_spec_is_valid(number: int) -> None:
    assert parse_spec(specs.spec_text(number), "a.yaml") == specs.plan_of(number).spec


def test_drawn_specs_have_both_kinds_of_two_sensors() -> None:
    plans = [specs.plan_of(number) for number in WITH_TWO]
    kinds = {tuple(sensor.part.TYPE for sensor in plan.sensors) for plan in plans}
    assert kinds == {("hc-sr04", "zephyr"), ("zephyr", "hc-sr04"), ("zephyr", "zephyr")}
    assert {rule.stream for plan in plans for rule in plan.wake_rules} == {0, 1}


def test_drawn_specs_wake_linux_for_every_reason() -> None:
    plans = [specs.plan_of(number) for number in DRAWN]
    sleeps = [plan.spec.sleep for plan in plans]
    assert {rule.form for plan in plans for rule in plan.wake_rules} == set(get_args(Form))
    assert any(sleep.wake_at_ppm for sleep in sleeps)
    assert any(sleep.max_age_us for sleep in sleeps)
    assert {plan.sensors[0].part.TYPE for plan in plans} == {"hc-sr04", "zephyr"}
    assert {plan.rings.in_ddr for plan in plans} == {True, False}


TTY = ("refuse-writes", "short-writes", "stall-writes", "steal-reads")


def test_faults_of_the_tty_come_where_it_is_used_and_stalls_where_a_sample_is_due() -> None:
    """Else such a step would be ignored, and the history would fail."""
    counts = dict.fromkeys((*TTY, "stall-firmware"), 0)
    for seed in range(600):
        found = draw(seed)
        steps, timing = found.scenario.steps, found.plan.timing
        wakes = [step.at_us for step in steps if step.do == "send-wake"]
        streams_us = 2 * timing.latency_us + 600_000
        for step in steps:
            if step.do not in counts:
                continue
            counts[step.do] += 1
            end_us = step.at_us + step.for_us  # type: ignore[attr-defined]
            if step.do == "stall-firmware":
                slot_us = -(-step.at_us // timing.period_us) * timing.period_us
                assert slot_us < end_us, seed
            else:
                woken = any(step.at_us <= at_us < end_us for at_us in wakes)
                assert woken or end_us - step.at_us >= streams_us, seed
    assert min(counts.values()) > 5
