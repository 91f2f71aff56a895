"""The schedule follows from the clock's wraps."""

from __future__ import annotations

import ctypes

import pytest

COUNTER = 1 << 24
CYCLES_PER_US = 400


def wrap_of(shell: ctypes.CDLL, period_us: int) -> int:
    shell.glue_wrap_cycles.restype = ctypes.c_uint32
    return int(shell.glue_wrap_cycles(ctypes.c_uint64(period_us * CYCLES_PER_US)))


@pytest.mark.parametrize(
    "period_us", [1000, 20_000, 33_000, 41_943, 41_944, 60_000, 100_000, 250_000, 1_000_000, 10**7]
)
def test_every_slot_is_a_wrap(shell: ctypes.CDLL, period_us: int) -> None:
    wrap = wrap_of(shell, period_us)
    assert wrap <= COUNTER
    assert period_us * CYCLES_PER_US % wrap == 0


@pytest.mark.parametrize("period_us", range(1000, 200_000, 997))
def test_it_wraps_no_oftener_than_it_must(shell: ctypes.CDLL, period_us: int) -> None:
    """The wrap is the longest part of the period that fits into the counter."""
    cycles = period_us * CYCLES_PER_US
    least = -(-cycles // COUNTER)
    wraps = next((n for n in range(least, least + 16) if cycles % n == 0), least)
    assert wrap_of(shell, period_us) == cycles // wraps


def test_a_period_without_such_parts_gets_the_nearest(shell: ctypes.CDLL) -> None:
    prime_us = 17_180_029
    wrap = wrap_of(shell, prime_us)
    assert 0 < wrap <= COUNTER
    assert prime_us * CYCLES_PER_US // wrap == -(-prime_us * CYCLES_PER_US // COUNTER)
