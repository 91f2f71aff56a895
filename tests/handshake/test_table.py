"""The table: it is complete, it keeps its rules, and the generated files are up to date."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fwgen.handshake import Machine, TableError, machine, read_machine
from fwgen.handshake.__main__ import generated_files
from tests.core.cnode import ACTIONS, EVENTS, STATES, library

ROOT = Path(__file__).parents[2]
FIRMWARE = machine("firmware")
PEER = machine("peer")
PAIRS = list(itertools.product(STATES, EVENTS))


@pytest.mark.parametrize("path", generated_files())
def test_the_generated_files_are_up_to_date(path: str) -> None:
    on_disk = (ROOT / path).read_text(encoding="utf-8")
    assert on_disk == generated_files()[path], "run `python -m fwgen.handshake`"


def test_c_has_the_same_table() -> None:
    for (row_no, state), (column, event) in itertools.product(enumerate(STATES), enumerate(EVENTS)):
        packed = library().glue_row(row_no, column)
        row = FIRMWARE.step(state, event)
        assert (ACTIONS[packed & 0xFF], STATES[packed >> 8]) == (row.action, row.next)


def test_c_has_the_same_facts_for_each_state() -> None:
    timers = ["", *FIRMWARE.timers_us]
    for number, state in enumerate(FIRMWARE.states.values()):
        packed = library().glue_state(number)
        assert timers[packed & 0xFF] == state.timer
        assert bool(packed & 0x100) == state.link_open
        assert bool(packed & 0x200) == (state.name in FIRMWARE.streams)


@pytest.mark.parametrize("table", [FIRMWARE, PEER], ids=lambda table: table.name)
def test_no_action_uses_the_link_while_it_is_shut(table: Machine) -> None:
    for (state, event), row in table.rows.items():
        if not table.states[state].link_open and event != "resume":
            assert not table.actions[row.action].touches_link, (state, event)


def test_only_resume_and_stop_end_the_quiet_of_the_peer() -> None:
    for (state, event), row in PEER.rows.items():
        if not PEER.states[state].link_open and event not in ("resume", "stop"):
            assert not PEER.states[row.next].link_open, (state, event)


def test_between_sleep_and_sleep_ack_the_peer_sends_only_sleep() -> None:
    allowed = {"timeout": "send_sleep", "rx_ask": "send_hello"}
    allowed |= {"resume": "send_wake", "gave_up": "refuse_and_wake"}
    for event in PEER.events:
        row = PEER.step("asking", event)
        if PEER.actions[row.action].touches_link:
            assert allowed[event] == row.action


def test_draining_and_awake_have_the_same_actions() -> None:
    for event in set(EVENTS) - {"drained"}:
        draining, awake = FIRMWARE.step("draining", event), FIRMWARE.step("awake", event)
        assert draining.action == awake.action
        stays = {("draining", "awake"), ("draining", "draining")}
        assert draining.next == awake.next or (draining.next, awake.next) in stays


@pytest.mark.parametrize(("table", "goal"), [(FIRMWARE, "awake"), (PEER, "online")])
def test_every_state_has_a_path_to_streaming(table: Machine, goal: str) -> None:
    reach = {goal}
    while True:
        more = {state for (state, _), row in table.rows.items() if row.next in reach} - reach
        if not more:
            break
        reach |= more
    assert reach == set(table.states)


@pytest.mark.parametrize("table", [FIRMWARE, PEER], ids=lambda table: table.name)
def test_every_action_and_state_is_used(table: Machine) -> None:
    assert {row.action for row in table.rows.values()} == set(table.actions)
    assert {row.next for row in table.rows.values()} == set(table.states)


def test_the_retries_of_the_peer_are_longer_than_the_guard_of_the_firmware() -> None:
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
def test_an_incomplete_table_is_rejected(table: Mapping[str, Any]) -> None:
    read_machine("good", broken())
    with pytest.raises(TableError):
        read_machine("bad", table)
