from __future__ import annotations

import re
from itertools import pairwise

import pytest

from fwgen.generate import render
from fwgen.plan import Plan, board_of, make_plan, plan_spec
from fwgen.plan.draw import draw
from fwgen.plan.memory_map import memory_maps
from fwgen.plan.words import duration, milliseconds, size
from fwgen.spec import load_spec, parse_spec
from fwgen.spec.examples import example_paths
from fwgen.terminal import Style
from tests.plan.examples import BASE, with_open_ddr


@pytest.fixture(params=[*example_paths(), "in ddr", "rings in sram2"])
def plan(request: pytest.FixtureRequest) -> Plan:
    if request.param == "rings in sram2":
        return plan_spec(parse_spec(BASE.replace("200 ms", "200 ms, rings: sram2")))
    if request.param == "in ddr":
        text = BASE.replace("code: sram1", "code: ddr").replace("lp-stop2", "run")
        spec = parse_spec(text)
        return make_plan(spec, with_open_ddr(board_of(spec)))
    return plan_spec(load_spec(example_paths()[request.param]))


def test_fits_80_columns(plan: Plan) -> None:
    lines = draw(plan, Style()).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert not any(line != line.rstrip() for line in lines)


def test_bars_are_to_scale(plan: Plan) -> None:
    text = draw(plan, Style())
    rules = re.findall(r"^  ┌(.*)┐$", text, re.MULTILINE)
    bars = re.findall(r"^  │(.*)│$", text, re.MULTILINE)
    for rule, bar, memory in zip(rules, bars, memory_maps(plan), strict=True):
        assert len(rule) == len(bar) == 64
        ticks = [0, *(i for i, c in enumerate(rule) if c == "┬"), 64]
        widths = [end - start for start, end in pairwise(ticks)]
        assert len(widths) == len(memory.pieces)
        for width, piece in zip(widths, memory.pieces, strict=True):
            exact = 64 * piece.size_bytes / memory.size_bytes
            assert width == 1 or abs(width - exact) <= 1.5


def test_names_every_piece_with_its_owner(plan: Plan) -> None:
    text = draw(plan, Style())
    for memory in memory_maps(plan):
        for piece in memory.pieces:
            row = f"0x{piece.start:08X}"
            assert re.search(rf"{row} .* {re.escape(piece.title)}$", text, re.MULTILINE)


def test_tells_what_the_sleep_leaves() -> None:
    text = draw(plan_spec(parse_spec(BASE)), Style())
    assert re.search(r"SRAM1  128 KiB +awake ✓   asleep ✓", text)
    assert re.search(r"DDR  1 MiB of it +awake ✓   asleep ✗", text)
    assert "while Linux sleeps it keeps its contents, but any access hangs" in text


def test_with_rings_in_sram2_no_ddr_is_shown() -> None:
    text = draw(plan_spec(parse_spec(BASE.replace("200 ms", "200 ms, rings: sram2"))), Style())
    assert re.search(r"0x0A078000 +4 KiB +both +ring, firmware to Linux", text)
    assert "DDR  " not in text
    assert "hangs" not in text


def test_tells_the_endurance(plan: Plan) -> None:
    covered = plan.endurance
    text = " ".join(draw(plan, Style()).split())
    assert (
        f"covers {duration(covered.reference_s)} on the reference walk, "
        f"{duration(covered.worst_s)} in the worst case; "
        f"a plain array of 8-byte records {duration(covered.array_s)}"
    ) in text


def test_plain_terminals_get_ascii_and_no_escapes(plan: Plan) -> None:
    text = draw(plan, Style(unicode=False))
    assert text.isascii()
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_colour_changes_nothing_but_colour(plan: Plan) -> None:
    coloured = draw(plan, Style(colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == draw(plan, Style())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (61, "1 min 01 s"),
        (600, "10 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (6360, "1 h 46 min"),
    ],
)
def test_durations_are_rounded_down(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (100, "100 B"),
        (4096, "4 KiB"),
        (118784, "116 KiB"),
        (1 << 23, "8 MiB"),
        (1540, "1,540 B"),
        (69632 + 4, "68.0 KiB"),
    ],
)
def test_sizes(size_bytes: int, text: str) -> None:
    assert size(size_bytes) == text


def test_milliseconds() -> None:
    assert milliseconds(23_530) == "23.5 ms"
    assert milliseconds(60_000) == "60 ms"


def test_the_mode_that_is_entered_instead_is_named() -> None:
    plan = plan_spec(parse_spec(BASE.replace("lp-stop2", "stop1")))
    assert "Linux sleeps down to lp-stop1 (mem_sleep `s2idle`)" in draw(plan, Style())
    notes = render(plan)["fragments/README.md"].decode()
    assert "The deepest mode in which Linux sleeps is lp-stop1." in notes
