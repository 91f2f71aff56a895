"""What is sent over the display's bus: all differences, and little else."""

from __future__ import annotations

import ctypes
import itertools

from hypothesis import given
from hypothesis import strategies as st

WIDTH, PAGES = 32, 4
SIZE = WIDTH * PAGES
GAP = 8


class Change(ctypes.Structure):
    _fields_ = (
        ("page", ctypes.c_uint16),
        ("column", ctypes.c_uint16),
        ("len", ctypes.c_uint16),
    )


def changes(shell: ctypes.CDLL, shown: bytes, wanted: bytes) -> list[tuple[int, int]]:
    """Return (first byte, one after the last) of each piece."""
    shell.screen_next_change.restype = ctypes.c_bool
    found = []
    change = Change()
    at = 0
    while shell.screen_next_change(
        shown, wanted, ctypes.c_size_t(SIZE), ctypes.c_size_t(WIDTH), ctypes.c_size_t(at),
        ctypes.byref(change),
    ):  # fmt: skip
        start = change.page * WIDTH + change.column
        at = start + change.len
        found.append((start, at))
    return found


pictures = st.lists(st.integers(0, SIZE - 1), max_size=20).map(
    lambda at: bytes(1 if i in at else 0 for i in range(SIZE))
)


@given(shown=pictures, wanted=pictures)
def test_the_pieces_make_the_wanted_picture(
    shell: ctypes.CDLL, shown: bytes, wanted: bytes
) -> None:
    panel = bytearray(shown)
    for start, end in changes(shell, shown, wanted):
        assert start // WIDTH == (end - 1) // WIDTH, "a piece must be in one page"
        panel[start:end] = wanted[start:end]
    assert bytes(panel) == wanted


@given(shown=pictures, wanted=pictures)
def test_a_piece_begins_and_ends_with_a_change(
    shell: ctypes.CDLL, shown: bytes, wanted: bytes
) -> None:
    pieces = changes(shell, shown, wanted)
    for start, end in pieces:
        assert shown[start] != wanted[start]
        assert shown[end - 1] != wanted[end - 1]
    for (_, end), (start, _) in itertools.pairwise(pieces):
        same_page = start // WIDTH == (end - 1) // WIDTH
        assert not same_page or start - end >= GAP, "nearer changes go together"


def test_nothing_changed_is_nothing_sent(shell: ctypes.CDLL) -> None:
    picture = bytes(range(SIZE))
    assert changes(shell, picture, picture) == []


def test_pieces_end_with_their_page(shell: ctypes.CDLL) -> None:
    wanted = bytearray(SIZE)
    wanted[WIDTH - 1] = wanted[WIDTH] = 1
    assert changes(shell, bytes(SIZE), bytes(wanted)) == [(WIDTH - 1, WIDTH), (WIDTH, WIDTH + 1)]
