"""The lateness of a sample, in sixteenths of the period."""

from __future__ import annotations

import ctypes

import pytest


@pytest.mark.parametrize(
    ("late_us", "sixteenths"),
    [(0, 0), (3749, 0), (3750, 1), (30_000, 8), (59_999, 15), (60_000, 15), (0xFFFF_FFFF, 15)],
)
def test_lateness_is_told_in_sixteenths(shell: ctypes.CDLL, late_us: int, sixteenths: int) -> None:
    shell.glue_late_16ths.restype = ctypes.c_uint8
    assert shell.glue_late_16ths(ctypes.c_uint32(late_us), 60_000) == sixteenths
