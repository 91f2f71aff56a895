"""The table itself: that it is whole, keeps its promises, and that what is drawn is current."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fwgen.handshake import Machine, TableError, machine, read_machine
from fwgen.handshake.__main__ import drawn_files
from tests.core.cnode import ACTIONS, EVENTS, STATES, library

ROOT = Path(__file__).parents[2]
FIRMWARE = machine("firmware")
PEER = machine("peer")
PAIRS = list(itertools.product(STATES, EVENTS))


@pytest.mark.parametrize("path", drawn_files())
def test_what_is_drawn_from_the_table_is_current(path: str) -> None:
    on_disk = (ROOT / path).read_text(encoding="utf-8")
    assert on_disk == drawn_files()[path], "run `python -m fwgen.handshake`"


def test_c_has_the_same_table() -> None:
    for (row_no, state), (column, event) in itertools.product(enumerate(STATES), enumerate(EVENTS)):
        packed = library().glue_row(row_no, column)
        row = FIRMWARE.step(state, event)
        assert (ACTIONS[packed & 0xFF], STATES[packed >> 8]) == (row.action, row.next)


def test_c_knows_the_same_of_each_state() -> None:
    timers = ["", *FIRMWARE.timers_us]
    for number, state in enumerate(FIRMWARE.states.values()):
        packed = library().glue_state(number)
        assert timers[packed & 0xFF] == state.timer
        assert bool(packed & 0x100) == state.link_open
        assert bool(packed & 0x200) == (state.name in FIRMWARE.streams)


@pytest.mark.parametrize("table", [FIRMWARE, PEER], ids=lambda table: table.name)
def test_where_the_link_is_shut_no_action_uses_it(table: Machine) -> None:
    for (state, event), row in table.rows.items():
        if not table.states[state].link_open and event != "resume":
            assert not table.actions[row.action].touches_link, (state, event)


def test_the_peer_leaves_its_quiet_by_nothing_but_resume_and_stop() -> None:
    for (state, event), row in PEER.rows.items():
        if not PEER.states[state].link_open and event not in ("resume", "stop"):
            assert not PEER.states[row.next].link_open, (state, event)


def test_between_sleep_and_its_acknowledgement_the_peer_sends_nothing_but_sleep() -> None:
    allowed = {"timeout": "send_sleep", "rx_ask": "send_hello"}
    allowed |= {"resume": "send_wake", "gave_up": "refuse_and_wake"}
    for event in PEER.events:
        row = PEER.step("asking", event)
        if PEER.actions[row.action].touches_link:
            assert allowed[event] == row.action


def test_draining_differs_from_awake_by_its_name_alone() -> None:
    for event in set(EVENTS) - {"drained"}:
        draining, awake = FIRMWARE.step("draining", event), FIRMWARE.step("awake", event)
        assert draining.action == awake.action
        stays = {("draining", "awake"), ("draining", "draining")}
        assert draining.next == awake.next or (draining.next, awake.next) in stays


@pytest.mark.parametrize(("table", "goal"), [(FIRMWARE, "awake"), (PEER, "online")])
def test_every_state_has_a_way_back(table: Machine, goal: str) -> None:
    reach = {goal}
    while True:
        more = {state for (state, _), row in table.rows.items() if row.next in reach} - reach
        if not more:
            break
        reach |= more
    assert reach == set(table.states)


@pytest.mark.parametrize("table", [FIRMWARE, PEER], ids=lambda table: table.name)
def test_everything_that_is_named_is_used(table: Machine) -> None:
    assert {row.action for row in table.rows.values()} == set(table.actions)
    assert {row.next for row in table.rows.values()} == set(table.states)


def test_a_peer_repeats_itself_only_when_the_firmware_listens_again() -> None:
    guard = FIRMWARE.timers_us["guard"]
    assert PEER.timers_us["guard"] >= guard
    assert PEER.timers_us["sleep_retry"] > guard
    assert PEER.timers_us["wake_retry"] > guard
    assert FIRMWARE.timers_us["patience"] > 2 * PEER.timers_us["wake_retry"]
    assert FIRMWARE.timers_us["silence"] > 3 * PEER.timers_us["alive"]


def broken(**changes: Any) -> Mapping[str, Any]:
    table: dict[str, Any] = {
        "start": "off",
        "streams": ["off"],
        "state": {"off": {"link": "open", "timer": "", "text": ""}},
        "timer": {},
        "event": {"go": ""},
        "action": {"none": {"touches_link": False, "text": ""}},
        "on": {"off": {"go": ["none", "off"]}},
    }
    return {**table, **changes}


@pytest.mark.parametrize(
    "table",
    [
        broken(on={"off": {}}),
        broken(on={"off": {"go": ["none", "off"], "gone": ["none", "off"]}}),
        broken(on={"off": {"go": ["jump", "off"]}}),
        broken(on={"off": {"go": ["none", "on"]}}),
        broken(start="on"),
        broken(state={"off": {"link": "open", "timer": "nap", "text": ""}}),
    ],
)
def test_a_table_with_a_hole_is_refused(table: Mapping[str, Any]) -> None:
    read_machine("good", broken())
    with pytest.raises(TableError):
        read_machine("bad", table)
