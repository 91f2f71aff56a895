"""Search all that can happen to a log's memory while messages about it are in flight (logs.py)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fwgen.handshake import Machine, Row
from tests.handshake.logs import Logs, WrongLifeError, agrees, comes_to, explore

PRODUCT = Logs.of_the_product()


def changed(side: str, rows: dict[tuple[str, str], Row]) -> Logs:
    table: Machine = getattr(PRODUCT, side)
    new = replace(table, rows={**table.rows, **rows})
    tables = {"firmware": PRODUCT.firmware, "peer": PRODUCT.peer, side: new}
    return replace(PRODUCT, firmware=tables["firmware"], peer=tables["peer"])


def test_nothing_is_freed_or_taken_in_another_life_than_was_meant() -> None:
    before = explore(PRODUCT)
    assert len(before) > 10_000
    assert comes_to(agrees, before) == set(before)


MISTAKES = {
    "format 1: identities do not count": replace(PRODUCT, ids_count=False),
    "one identity for all hellos of a session": replace(PRODUCT, id_for_each_hello=False),
    "a request takes the place of a hello": replace(PRODUCT, hello_first=False),
    "a stray acknowledgement frees": changed(
        "firmware",
        {(state, "rx_stray_ack"): Row("release", state) for state in ("draining", "awake")},
    ),
    "the peer overhears another log": changed(
        "peer", {("online", "rx_new_log"): Row("none", "online")}
    ),
    "who was never greeted frees": changed(
        "firmware", {("greeting", "rx_stray_ack"): Row("release", "greeting")}
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_whose_samples_are_counted_is_found(mistake: str) -> None:
    with pytest.raises(WrongLifeError):
        explore(MISTAKES[mistake])
