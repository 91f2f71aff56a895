"""Spin's opinion of the handshake: it must see the same worlds, and find the same mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handshake.promela import promela, spin
from tests.handshake.test_model import DEAD_ENDS, MISTAKES, PRODUCT, page

pytestmark = pytest.mark.needs("spin")

UNSAFE = (
    "no hush",
    "any acknowledgement counts",
    "a running A35 is taken for an open DDR",
    "a condition is forgotten in waking",
)
STUCK = ("deaf in its sleep", "WAKE is not repeated", "a call is not repeated")
"""Broken tables that Spin finds in CI; it finds all others of test_model.py as well."""


def test_spin_sees_the_same_worlds_and_none_is_forbidden(tmp_path: Path) -> None:
    found = spin(promela(PRODUCT), tmp_path)
    assert (found.errors, found.whole) == (0, True)
    assert f"the same {found.states:,} worlds" in page()  # as many as test_model.py counts


def test_both_stream_in_the_end_once_nothing_goes_wrong_any_more(tmp_path: Path) -> None:
    found = spin(promela(PRODUCT), tmp_path, calm=True)
    assert (found.errors, found.whole) == (0, True)
    assert f"weak fairness, in {found.states:,} states" in page()


@pytest.mark.parametrize("mistake", UNSAFE)
def test_spin_finds_a_mistake_in_the_sleep(mistake: str, tmp_path: Path) -> None:
    assert spin(promela(MISTAKES[mistake]), tmp_path, made="-O0").errors


@pytest.mark.parametrize("mistake", STUCK)
def test_spin_finds_a_dead_end(mistake: str, tmp_path: Path) -> None:
    assert spin(promela(DEAD_ENDS[mistake]), tmp_path, calm=True, made="-O0").errors
