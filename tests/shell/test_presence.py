"""When DDR counts as open, depending on PWR and doorbells."""

from __future__ import annotations

import ctypes
from ctypes import c_uint64

import pytest

AWAKE_US = 10_000_000
SETTLED_US = 100_000


class Presence:
    def __init__(self, shell: ctypes.CDLL, now_us: int) -> None:
        self._shell = shell
        shell.glue_presence_begin(c_uint64(now_us))

    def heard(self) -> None:
        self._shell.glue_presence_heard()

    def look(self, runs: bool, now_us: int) -> bool:
        return bool(self._shell.glue_presence_look(runs, c_uint64(now_us)))


@pytest.fixture(params=[0, 5_000_000, (1 << 32) - 3_000_000])
def start_us(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def presence(shell: ctypes.CDLL, start_us: int) -> Presence:
    return Presence(shell, start_us)


def test_an_a35_that_runs_proves_nothing_by_itself(presence: Presence, start_us: int) -> None:
    assert not presence.look(True, start_us)
    assert not presence.look(True, start_us + AWAKE_US - 1)


def test_a_sign_of_life_does(presence: Presence, start_us: int) -> None:
    presence.heard()
    assert presence.look(True, start_us)


def test_and_so_does_running_for_long(presence: Presence, start_us: int) -> None:
    assert presence.look(True, start_us + AWAKE_US)


def test_a_standstill_outweighs_all(presence: Presence, start_us: int) -> None:
    presence.heard()
    assert not presence.look(False, start_us + 2 * AWAKE_US)


def test_behind_a_standstill_it_all_begins_anew(presence: Presence, start_us: int) -> None:
    presence.heard()
    stood_us = start_us + 2 * AWAKE_US
    assert presence.look(True, stood_us - 1)
    presence.look(False, stood_us)
    assert not presence.look(True, stood_us + 1)  # on its way up: DDR may still be closed
    assert not presence.look(True, stood_us + AWAKE_US - 1)
    assert presence.look(True, stood_us + AWAKE_US)
    presence.look(False, stood_us + AWAKE_US)
    presence.heard()
    assert presence.look(True, stood_us + AWAKE_US + 1)


@pytest.mark.parametrize("enabled_us", [0, 90_000, 1 << 33])
def test_the_first_doorbells_may_be_older_than_the_firmware(
    shell: ctypes.CDLL, enabled_us: int
) -> None:
    """A long recovery of the log before doorbells are enabled does not make old ones new."""

    def is_new(now_us: int) -> bool:
        return bool(shell.glue_presence_bell_is_new(c_uint64(enabled_us), c_uint64(now_us)))

    assert not is_new(enabled_us)
    assert not is_new(enabled_us + SETTLED_US - 1)
    assert is_new(enabled_us + SETTLED_US)
