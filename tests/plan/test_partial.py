"""All mistakes in one go: a value that cannot be read hides only what rests on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.plan import PlanErrors, complete, plan_file, plan_spec
from fwgen.spec import SpecErrors, parse_spec
from fwgen.spec.diagnostics import Diagnostic
from tests.plan.examples import BASE, EXAMPLES, Example


def found(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "example.yaml"
    path.write_text(text, "utf-8")
    try:
        plan = plan_file(path)
    except (SpecErrors, PlanErrors) as error:
        return [d.rule_id for d in error.diagnostics]
    return [d.rule_id for d in plan.diagnostics]


@pytest.mark.parametrize(
    ("edits", "rules"),
    [
        # the display: its type, and what does not rest on it
        ({"ssd1306": "st7920", "0x3c": "0x78"}, ["unknown-value", "bus-address"]),
        ({"ssd1306": "st7920", "5 Hz": "50 Hz"}, ["unknown-value", "refresh-too-fast"]),
        ({"128x64": "64x64", "0x3c": "0x78"}, ["bus-address", "unknown-value"]),
        # a size that cannot be read says nothing of the refresh
        ({"128x64": "64x64", "5 Hz": "50 Hz"}, ["unknown-value"]),
        # what cannot be read is not its default: `auto` would be too small for that sleep
        (
            {"log: auto": "log: 96", "when_full: wake": "when_full: wake, longest: 8000 h"},
            ["no-unit"],
        ),
        # the sensor's type says nothing of its pins and times
        (
            {"hc-sr04": "sr99", "PF14": "PG9", "60 ms": "20 ms"},
            ["unknown-value", "pin-taken", "period-too-short"],
        ),
        # a period that cannot be read says nothing of the latency
        ({"60 ms": "60", "200 ms": "5 ms"}, ["no-unit"]),
        # the board hides what rests on it, and no more
        (
            {"stm32mp257f_ev1": "nucleo", "60 ms": "20 ms", "PF14": "PG9"},
            ["unknown-board", "period-too-short"],
        ),
        (
            {"code: sram1": "code: {in: sram1, at: x}", "retram": "retam"},
            ["not-an-integer", "unknown-memory"],
        ),
        (
            {"lp-stop2": "lp-stop9", "code: sram1": "code: sram9"},
            ["unknown-memory", "unknown-mode"],
        ),
        ({"fwgen: 1": "fwgen: 1\nfwgen: 1", "0x3c": "0x78"}, ["duplicate-key", "bus-address"]),
    ],
)
def test_what_does_not_rest_on_it_is_told(
    edits: dict[str, str], rules: list[str], tmp_path: Path
) -> None:
    text = BASE
    for old, new in edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    assert found(tmp_path, text) == rules


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.rule}: {e.bad[1]}")
def test_each_rule_is_told_beside_a_mistake_in_the_model(example: Example, tmp_path: Path) -> None:
    """The name of the firmware is what no rule rests on."""
    old, new = example.bad
    text = BASE.replace(old, new).replace("name: ", "name: _", 1)
    closed = {"unreachable-asleep"} if example.ddr_open else set()
    assert set(found(tmp_path, text)) == {"bad-name", example.rule} | closed


@given(st.data())
def test_nothing_is_told_that_the_mended_spec_does_not_have(data: st.DataObject) -> None:
    """Any value that cannot be read: what the rules say is what they say of the whole spec, too, or
    comes of no value there."""
    values = [m.span(1) for m in re.finditer(r": ([^{}\[\],\n]+)", BASE)]
    start, end = data.draw(st.sampled_from(values))
    text = BASE[:start] + "%?" + BASE[end:]
    whole = plan_spec(parse_spec(BASE)).diagnostics
    rules = {d.rule_id for d in whole}
    try:
        parse_spec(text, "example.yaml")
    except SpecErrors as error:
        more: list[Diagnostic] = complete(error)
        told = {d.rule_id for d in more} - {d.rule_id for d in error.diagnostics}
        assert told <= rules
