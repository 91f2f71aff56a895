from __future__ import annotations

import dataclasses

import pytest

from fwgen.plan import Plan, PlanErrors, all_rules, board_of, make_plan, plan_spec
from fwgen.sensors.zephyr.rules import SENSOR as zephyr
from fwgen.soc import load_board
from fwgen.soc.board import Board
from fwgen.spec import parse_spec
from fwgen.spec.diagnostics import Diagnostic
from fwgen.wire import log_format
from tests.plan.examples import BASE, EXAMPLES, Edit, Example, with_open_ddr


def edited(*edits: Edit) -> str:
    text = BASE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def judge(text: str, *, ddr_open: bool = False) -> tuple[Plan | None, list[Diagnostic]]:
    try:
        spec = parse_spec(text, "example.yaml")
        plan = make_plan(spec, with_open_ddr(board_of(spec))) if ddr_open else plan_spec(spec)
    except PlanErrors as errors:
        return None, errors.diagnostics
    return plan, list(plan.diagnostics)


def _name(example: Example) -> str:
    return f"{example.rule}: {example.bad[1]}"


def test_the_base_passes_without_diagnostics() -> None:
    plan, diagnostics = judge(BASE)
    assert plan
    assert diagnostics == []


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_the_bad_one_breaks_this_rule_alone(example: Example) -> None:
    plan, diagnostics = judge(edited(example.bad), ddr_open=example.ddr_open)
    assert [d.rule_id for d in diagnostics] == [example.rule]
    (diagnostic,) = diagnostics
    assert (plan is None) == (diagnostic.severity == "error")
    text = str(diagnostic)
    for part in example.says:
        assert part in text
    position = diagnostic.position
    assert position.file == "example.yaml"
    assert position.text[position.column - 1 :][: position.length] == example.at


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_the_good_one_passes_without_diagnostics(example: Example) -> None:
    plan, diagnostics = judge(edited(example.good), ddr_open=example.ddr_open)
    assert plan
    assert diagnostics == []


def test_every_rule_has_an_example() -> None:
    shown = {example.rule for example in EXAMPLES}
    by_hand = {"exti-shared", "log-unused", "rings-not-offered", "rings-no-room"}  # see below
    by_hand |= {"two-sensors", "sensors-same-address"}  # test_two_sensors.py
    elsewhere = {rule.id for rule in zephyr.rules}  # tests/sensors/zephyr
    elsewhere |= {"show-too-wide", "show-too-tall"}  # tests/panels/test_show.py
    assert {rule.id for rule in all_rules()} - elsewhere == (shown - {"unknown-board"}) | by_hand


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert all(rule.title for rule in all_rules())


def test_a_pin_of_the_board_may_hold_the_echo_s_interrupt_line() -> None:
    spec = parse_spec(BASE)
    board = load_board("stm32mp257f_ev1")
    button = dataclasses.replace(board.pins["PG8"], name="PG14", interrupt=True)
    crowded = dataclasses.replace(board, pins={**board.pins, "PG14": button})
    with pytest.raises(PlanErrors) as caught:
        make_plan(spec, crowded)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule_id == "exti-shared"
    assert "PF14 needs EXTI line 14, but PG14 (the button User 2) uses it" in diagnostic.message
    assert "`PF15`" in diagnostic.hint

    quiet = dataclasses.replace(button, interrupt=False)
    make_plan(spec, dataclasses.replace(board, pins={**board.pins, "PG14": quiet}))


def _refused(board: Board, rule: str) -> Diagnostic:
    """Return the diagnostic of that rule for rings in SRAM2 on the board."""
    text = edited(("latency: 200 ms", "latency: 200 ms, rings: sram2"))
    with pytest.raises(PlanErrors) as caught:
        make_plan(parse_spec(text, "example.yaml"), board)
    (diagnostic,) = [d for d in caught.value.diagnostics if d.rule_id == rule]
    return diagnostic


def test_rings_need_nodes_in_the_trees() -> None:
    board = load_board("stm32mp257f_ev1", rings="sram2")
    older = dataclasses.replace(board.flavour, rings=("ddr",))
    diagnostic = _refused(dataclasses.replace(board, flavour=older), "rings-not-offered")
    assert "the trees `plain` of OpenSTLinux 6.2 have no nodes for rings in sram2" in str(
        diagnostic
    )
    assert "memories that they have nodes for: `ddr`" in str(diagnostic)
    position = diagnostic.position
    assert position.text[position.column - 1 :][: position.length] == "sram2"


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("vdev_buffer", {"size_bytes": 0x1000}, "16 message buffers need 8 KiB; SRAM2 has 4 KiB"),
        ("vring1", {"start": 0x0A080000}, "is not in SRAM2, which ends at 0x0A07FFFF"),
        ("shm", {"size_bytes": 0x20000}, "is not in SRAM2"),
    ],
)
def test_rings_need_room(part: str, change: dict[str, int], says: str) -> None:
    board = load_board("stm32mp257f_ev1", rings="sram2")
    whole = board.rings["sram2"]
    small = dataclasses.replace(getattr(whole, part), **change)
    rings = {**board.rings, "sram2": dataclasses.replace(whole, **{part: small})}
    diagnostic = _refused(dataclasses.replace(board, rings=rings), "rings-no-room")
    assert says in diagnostic.message
    assert diagnostic.hint == "use another memory: `rings: ddr`"


def test_rings_do_not_overlap_the_pages_of_others() -> None:
    board = load_board("stm32mp257f_ev1", rings="sram2")
    page = dataclasses.replace(board.reserved[0], start=0x0A07F000, size_bytes=0x1000)
    crowded = dataclasses.replace(board, reserved=(*board.reserved, page))
    diagnostic = _refused(crowded, "rings-no-room")
    assert "message buffers (24 KiB at 0x0A07A000) overlaps" in diagnostic.message


def test_a_log_larger_than_the_index_is_reported() -> None:
    edits = (("lp-stop2", "run"), ("data: retram", "data: ddr"))
    plan, diagnostics = judge(edited(*edits, ("log: auto", "log: 200 KiB")), ddr_open=True)
    assert plan
    assert [d.rule_id for d in diagnostics] == ["log-unused"]
    plan, diagnostics = judge(edited(*edits), ddr_open=True)
    assert plan
    assert diagnostics == []
    assert plan.log_slots == log_format.SLOTS_MAX


@pytest.mark.parametrize("log_bytes", [1, 487, 488, 512, 600, 1000, 4000])
def test_a_log_without_room_for_its_reserve_is_the_error_also_with_a_level(log_bytes: int) -> None:
    """No level is right for it: the log is what must change."""
    text = edited(
        ("log: auto", f"log: {log_bytes} B"),
        ("when_full: wake", "when_full: wake, wake_at: 1 %"),
    )
    plan, found = judge(text)
    assert plan is None and [one.rule_id for one in found] == ["log-too-small"]


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = edited(
        ("PF13", "PG9"),
        ("60 ms", "20 ms"),
        ("0x3c", "0x78"),
        ("200 ms", "10 ms"),
        ("code: sram1", "code: {in: sram1, at: 0x0A040800}"),
        ("lp-stop2", "standby"),
    )
    plan, diagnostics = judge(text)
    assert plan is None
    assert [d.rule_id for d in diagnostics] == [
        "pin-taken",
        "period-too-short",
        "bus-address",
        "latency-too-short",
        "window-unaligned",
        "window-unaligned",
        "window-reserved",
        "mode-stops-m33",
    ]


def test_errors_come_with_the_warnings_of_the_spec() -> None:
    _, diagnostics = judge(edited(("range:", "air: 80 °C, range:"), ("60 ms", "20 ms")))
    assert {d.rule_id for d in diagnostics} == {"air-temperature", "period-too-short"}


@pytest.mark.parametrize(
    ("condition", "until"),
    [
        ("distance < 2 m for 3 samples", "until > 2040 mm"),
        ("distance > 61 mm for 3 samples", "until < 21 mm"),
        ("distance > 60 mm for 3 samples", ""),  # no valid value is below 20 mm
        ("distance < 3960 mm for 3 samples", ""),
        ("distance < 300.0000000000000000000000 mm for 3 samples", ""),  # no room in 60 bytes
        ("distance changes by > 200 mm within 2 s", ""),
        ("no echo for 30 s", ""),
        ("sensor fault for 10 s", ""),
    ],
)
def test_a_limit_without_until_gets_one_that_fits(condition: str, until: str) -> None:
    plan, found = judge(edited(("when_full: wake", f"when_full: wake, wake_if: [{condition}]")))
    assert plan
    assert [d.hint for d in found] == ([f"add `{until}`"] if until else [])
    widened = f"{condition} {until}".strip()
    plan, found = judge(edited(("when_full: wake", f"when_full: wake, wake_if: [{widened}]")))
    assert plan
    assert found == []
