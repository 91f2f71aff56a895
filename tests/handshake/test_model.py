"""Search all that can happen between firmware and peer (model.py).

The search must also find each fault that a test plants."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from fwgen.handshake import Machine, Row
from fwgen.handshake.__main__ import generated_files
from tests.handshake.model import Model
from tests.handshake.search import FoundError, check_progress, explore, permitted, streams
from tests.handshake.world import World

PRODUCT = Model.of_the_product()


@cache
def worlds() -> tuple[World, ...]:
    return tuple(explore(PRODUCT))


def changed(side: str, state: str, event: str, action: str, to: str) -> Model:
    table: Machine = getattr(PRODUCT, side)
    rows = {**table.rows, (state, event): Row(action, to)}
    tables = {"firmware": PRODUCT.firmware, "peer": PRODUCT.peer, side: replace(table, rows=rows)}
    return replace(PRODUCT, firmware=tables["firmware"], peer=tables["peer"])


def test_the_firmware_never_uses_the_link_while_ddr_is_closed() -> None:
    found = worlds()
    shut = {"detached", "hushed", "asleep", "calling"}
    assert {world.fw for world in found if world.linux == "down"} == shut
    states = set(PRODUCT.firmware.states)
    assert {world.fw for world in found} == states - {"draining"}
    assert {world.peer for world in found} == set(PRODUCT.peer.states)


def page() -> str:
    """Return docs/handshake.md as one line."""
    return " ".join(generated_files()["docs/handshake.md"].split())


def test_the_page_has_the_counts() -> None:
    proven = page()
    assert f"the same {len(worlds()):,} worlds" in proven
    assert f"each of {len(MISTAKES) + len(DEAD_ENDS)} planted faults" in proven


def test_both_come_to_streaming_once_nothing_goes_wrong_any_more() -> None:
    check_progress(PRODUCT, worlds(), streams)


def test_a_wish_to_suspend_is_fulfilled_from_wherever_both_stream() -> None:
    wishes = [
        PRODUCT.fire_peer(world, "suspend")
        for world in worlds()
        if streams(world) and world.linux == "up"
    ]
    check_progress(PRODUCT, wishes, permitted)


MISTAKES = {
    "no hush": changed("firmware", "closing", "ack_out", "shut_door", "asleep"),
    "doorbell heard in the hush": changed("firmware", "hushed", "doorbell", "open_door", "waking"),
    "noted doorbell outlives the hush": changed("firmware", "hushed", "timeout", "none", "asleep"),
    "late vq0 opens the door": changed("firmware", "asleep", "tx_ready", "open_door", "waking"),
    "late vq0 makes it send": changed("firmware", "hushed", "tx_ready", "stream", "hushed"),
    "door stays open": changed("firmware", "closing", "ack_out", "none", "closing"),
    "sleeps before the backlog's rest": changed("firmware", "asleep", "due", "stream", "asleep"),
    "peer without guard": changed("peer", "asking", "rx_sleep_ack", "permit", "suspended"),
    "SLEEP in the quiet": changed("peer", "quiet", "suspend", "send_sleep", "quiet"),
    "any acknowledgement counts": replace(PRODUCT, credulous=True),
    "suspended by somebody else, and PWR is not asked": replace(PRODUCT, asks_pwr=False),
    "a running A35 is taken for an open DDR": replace(PRODUCT, waits_for_doorbell=False),
    "a condition is forgotten in waking": replace(PRODUCT, deaf_in=("waking",)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_sleep_is_found(mistake: str) -> None:
    with pytest.raises(FoundError):
        explore(MISTAKES[mistake])


DEAD_ENDS = {
    "deaf in its sleep": changed("firmware", "asleep", "doorbell", "ignore", "asleep"),
    "WAKE is not repeated": changed("peer", "waking", "timeout", "none", "waking"),
    "hello is not repeated": changed("peer", "greeting", "timeout", "none", "greeting"),
    "hello does not wake": changed("firmware", "waking", "rx_hello", "none", "waking"),
    "a call is not repeated": changed("firmware", "calling", "call", "none", "calling"),
    "no call after a reset": changed("firmware", "detached", "call", "none", "detached"),
    "the pause after a call never ends": replace(PRODUCT, pause_ends=False),
}


@pytest.mark.parametrize("mistake", DEAD_ENDS)
def test_a_dead_end_is_found(mistake: str) -> None:
    with pytest.raises(FoundError):
        check_progress(DEAD_ENDS[mistake], worlds(), streams)
