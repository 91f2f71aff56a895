"""Rings and headers in shared memory that Linux or another writer has corrupted."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.crings import BAD_BUFFER, BROKEN, BUFFER, EMPTY, Look, Message, Rings

ENTRIES = 8
START = 0x8120_0000
SHARED = bytes(0x10000)
NEXT, WRITE, INDIRECT = 1, 2, 4


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> Rings:
    return Rings(tmp_path_factory.mktemp("rings"))


def ring(
    *,
    address: int = START + 0x400,
    size: int = 512,
    flags: int = WRITE,
    entry: int = 3,
    available: int = 1,
) -> bytes:
    """Return a ring whose available list begins with `entry`; the other arguments describe it."""
    descriptors = [bytes(16)] * ENTRIES
    descriptors[entry % ENTRIES] = struct.pack("<QIHH", address, size, flags, 0)
    listed = struct.pack("<HH8HH", 0, available, entry, *range(1, ENTRIES), 0)
    return b"".join(descriptors) + listed


def test_a_sound_buffer_is_found(rings: Rings) -> None:
    assert rings.look(ring(), ENTRIES, SHARED, 0) == Look(BUFFER, 3, 0x400, 512)
    assert rings.look(ring(), ENTRIES, SHARED, 1).result == EMPTY


def test_counts_go_round(rings: Rings) -> None:
    wrapped = ring(available=0)
    assert rings.look(wrapped, ENTRIES, SHARED, 0xFFF8) == Look(BUFFER, 3, 0x400, 512)


@pytest.mark.parametrize("available", [ENTRIES + 1, 0x8000, 0xFFFF])
def test_more_buffers_than_the_ring_holds_are_not_believed(rings: Rings, available: int) -> None:
    assert rings.look(ring(available=available), ENTRIES, SHARED, 0).result == BROKEN


@pytest.mark.parametrize("entry", [ENTRIES, 0x100 + 3, 0xFFFF])
def test_an_entry_that_is_no_descriptor_is_not_followed(rings: Rings, entry: int) -> None:
    assert rings.look(ring(entry=entry), ENTRIES, SHARED, 0).result == BROKEN


@pytest.mark.parametrize(
    ("address", "size"),
    [
        (0, 512),
        (START - 1, 512),
        (START + len(SHARED) - 511, 512),
        (START + len(SHARED), 1),
        (START, len(SHARED) + 1),
        (START + 0x400, 0xFFFF_FFFF),
        (0xFFFF_FFFF, 512),
        ((1 << 32) + START, 512),
        ((1 << 64) - 256, 512),
    ],
)
def test_a_buffer_outside_of_the_shared_memory_is_not_touched(
    rings: Rings, address: int, size: int
) -> None:
    found = rings.look(ring(address=address, size=size), ENTRIES, SHARED, 0)
    assert found == Look(BAD_BUFFER, 3, -1, 0)


def test_the_last_byte_of_the_shared_memory_can_be_used(rings: Rings) -> None:
    last = START + len(SHARED) - 512
    assert rings.look(ring(address=last), ENTRIES, SHARED, 0).offset == len(SHARED) - 512


@pytest.mark.parametrize("flags", [NEXT, INDIRECT, NEXT | WRITE])
def test_chains_are_not_followed(rings: Rings, flags: int) -> None:
    assert rings.look(ring(flags=flags), ENTRIES, SHARED, 0).result == BAD_BUFFER


@given(
    raw=st.binary(min_size=16 * ENTRIES + 6 + 2 * ENTRIES, max_size=16 * ENTRIES + 6 + 2 * ENTRIES),
    following=st.integers(0, 0xFFFF),
    near=st.booleans(),
)
def test_whatever_a_ring_says_only_shared_memory_is_handed_out(
    rings: Rings, raw: bytes, following: int, near: bool
) -> None:
    if near:  # one buffer waits, so that the descriptors matter
        at = 16 * ENTRIES + 2
        raw = raw[:at] + struct.pack("<H", (following + 1) & 0xFFFF) + raw[at + 2 :]
    found = rings.look(raw, ENTRIES, SHARED, following)
    if found.result == BUFFER:
        assert found.offset >= 0 and found.offset + found.size_bytes <= len(SHARED)
    if found.result in (BUFFER, BAD_BUFFER):
        assert found.index < ENTRIES


def buffer(payload: bytes, *, claims: int | None = None, size: int = 512) -> bytes:
    length = len(payload) if claims is None else claims
    whole = struct.pack("<IIIHH", 1024, 1025, 0, length, 0) + payload
    return whole.ljust(size, b"\xee")[:size]


def test_a_message_is_copied_with_its_addresses(rings: Rings) -> None:
    assert rings.message(buffer(b"abc")) == Message(1024, 1025, b"abc")
    assert rings.message(buffer(b"")) == Message(1024, 1025, b"")
    assert rings.message(buffer(b"x" * 496)) == Message(1024, 1025, b"x" * 496)


def test_a_buffer_may_be_just_as_long_as_its_message(rings: Rings) -> None:
    assert rings.message(buffer(b"abc", size=19)) == Message(1024, 1025, b"abc")


@pytest.mark.parametrize("claims", [497, 512, 0x7FFF, 0xFFFF])
def test_a_length_beyond_the_buffer_is_not_believed(rings: Rings, claims: int) -> None:
    assert rings.message(buffer(b"abc", claims=claims)) is None


def test_nor_one_beyond_linux_buffers_in_a_larger_one(rings: Rings) -> None:
    assert rings.message(buffer(b"x" * 496, size=60_000)) == Message(1024, 1025, b"x" * 496)
    assert rings.message(buffer(b"x" * 600, claims=497, size=60_000)) is None


@pytest.mark.parametrize("size", [0, 1, 15])
def test_a_buffer_without_a_header_is_no_message(rings: Rings, size: int) -> None:
    assert rings.message(buffer(b"", size=size)) is None


def test_a_shorter_buffer_than_its_message_is_not_read_beyond(rings: Rings) -> None:
    assert rings.message(buffer(b"abcdef", size=21)) is None
