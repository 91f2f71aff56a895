"""The schedule follows from the clock's wraps."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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


CLOSE = 100 * CYCLES_PER_US  # as in clock.c


@example(first_us=41_950, second_us=3_600_000_000)  # a little more than the counter holds
@given(
    first_us=st.integers(1_000, 3_600_000_000),
    second_us=st.integers(1_000, 3_600_000_000),
)
def test_with_two_sensors_no_wrap_is_short_or_too_long(
    shell: ctypes.CDLL, first_us: int, second_us: int
) -> None:
    """The walk of clock.c: no wrap is short or too long for the counter."""
    shell.glue_part_cycles.restype = ctypes.c_uint32
    periods = [first_us * CYCLES_PER_US, second_us * CYCLES_PER_US]
    ahead, end = list(periods), 0
    for _ in range(60):
        ahead = [
            slot if slot >= end + CLOSE else slot + -(-(end + CLOSE - slot) // period) * period
            for slot, period in zip(ahead, periods, strict=True)
        ]
        part = int(shell.glue_part_cycles(ctypes.c_uint64(min(ahead) - end)))
        assert CLOSE <= part <= COUNTER
        rest = min(ahead) - end - part
        assert rest == 0 or rest >= CLOSE
        end += part
