"""The crash record: kept at any reset, reported until the peer has acknowledged it."""

from __future__ import annotations

import ctypes
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.wire.log_format import CRASH_BYTES
from tests.core.clog import after_every_store, constant, library
from tests.core.cnode import CCrash
from tests.second_reader.reader import read_crashes

U32 = st.integers(0, (1 << 32) - 1)
CRASHES = st.builds(
    lambda kind, line, *rest: CCrash(kind, line, *rest),
    st.integers(1, 0xFFFF),
    st.integers(0, 0xFFFF),
    *[U32] * 5,
)
WORDS = CRASH_BYTES // 4
Fields = tuple[int, ...]
NONE: Fields = (0,) * 7


class CSummary(ctypes.Structure):
    _fields_ = (
        ("crashes", ctypes.c_uint32),
        ("untold", ctypes.c_uint32),
        ("last_boot", ctypes.c_uint32),
        ("first", CCrash),
        ("last", CCrash),
    )


class Place:
    def __init__(self, content: bytes = bytes(CRASH_BYTES)) -> None:
        self._words = array("I", content)
        self.address = self._words.buffer_info()[0]

    @property
    def content(self) -> bytes:
        return self._words.tobytes()

    def load(self) -> tuple[int, int, Fields, Fields]:
        """Return the number of crashes, that of the untold ones, the first and the last of them."""
        summary = CSummary()
        library().crash_load(ctypes.byref(summary), self.address)
        return summary.crashes, summary.untold, fields(summary.first), fields(summary.last)

    def note(self, crash: CCrash) -> None:
        library().crash_note(self.address, ctypes.byref(crash))

    def told(self, crashes: int) -> None:
        library().crash_told(self.address, crashes)


def fields(crash: CCrash) -> Fields:
    return tuple(getattr(crash, name) for name, *_ in CCrash._fields_)


def some(kind: int) -> CCrash:
    return CCrash(kind, 10 * kind, 0x0A04_3000 + kind, 0x0A04_4000, 0x0A05_0000, kind, 60)


def test_python_and_c_have_the_same_size() -> None:
    assert constant("CRASH_BYTES") == CRASH_BYTES


@given(st.binary(min_size=CRASH_BYTES, max_size=CRASH_BYTES))
def test_no_crash_is_read_from_any_other_content(content: bytes) -> None:
    assert Place(content).load() == (0, 0, NONE, NONE)


@given(st.lists(CRASHES | st.just(None), max_size=8))
def test_the_first_and_the_last_untold_crash_are_kept(history: list[CCrash | None]) -> None:
    """None in the history: the peer acknowledges."""
    place, untold, crashes = Place(), list[Fields](), 0
    for event in history:
        if event is None:
            place.told(crashes)
            untold.clear()
        else:
            place.note(event)
            untold.append(fields(event))
            crashes += 1
        ends = (untold[0], untold[-1]) if untold else (NONE, NONE)
        assert place.load() == (crashes, len(untold), *ends)
        record = read_crashes(place.content)
        if untold:
            assert record and (record.first, record.last) == ends
        if crashes:
            assert record and (record.crashes, record.crashes - record.told) == place.load()[:2]


def test_only_the_acknowledgement_of_the_last_crash_counts() -> None:
    place = Place()
    place.note(some(1))
    place.note(some(2))
    for number in (0, 1, 3, 0xFFFF_FFFF):
        place.told(number)
        assert place.load() == (2, 2, fields(some(1)), fields(some(2)))
    place.told(2)
    assert place.load() == (2, 0, NONE, NONE)


def test_a_line_beyond_16_bits_is_the_largest() -> None:
    place = Place()
    place.note(CCrash(8, 70_000))
    assert place.load()[2][1] == 0xFFFF


@given(st.lists(CRASHES, max_size=3), CRASHES)
def test_a_reset_at_any_store_leaves_the_record_before_or_after(
    before: list[CCrash], last: CCrash
) -> None:
    place = Place()
    for crash in before:
        place.note(crash)
    old, seen = place.load(), []
    with after_every_store(lambda: seen.append(Place(place.content).load())):
        place.note(last)
    assert seen == [old] * (len(seen) - 1) + [place.load()]
    assert len(seen) == WORDS // 2 + 1
    old, seen = place.load(), []
    with after_every_store(lambda: seen.append(Place(place.content).load())):
        place.told(len(before) + 1)
    assert seen == [old] * (len(seen) - 1) + [place.load()]
    assert place.load()[1] == 0


@pytest.mark.parametrize("word", range(WORDS))
def test_one_damaged_word_costs_one_crash_at_most(word: int) -> None:
    """The record before the last crash is still there."""
    place = Place()
    place.note(some(1))
    place.note(some(2))
    both = place.load()
    for bit in range(32):
        content = bytearray(place.content)
        content[4 * word + bit // 8] ^= 1 << bit % 8
        one = (1, 1, fields(some(1)), fields(some(1)))
        assert Place(bytes(content)).load() in (both, one)
