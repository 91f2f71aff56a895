"""Memories that a reset or a fault may leave: at a store, with half a store, with damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.stores.history import SLOT_BYTES, TAIL_BYTES, History, State


@dataclass(frozen=True)
class Damaged:
    """`slot`: the only one that has changed, None: none has."""

    kind: str
    state: State
    image: bytes
    slots: tuple[int, ...]


def _changed(history: History, kind: str, state: State, image: bytearray) -> Damaged:
    places = {
        history.slot_of(at)
        for at in range(0, len(image), 4)
        if image[at : at + 4] != state.image[at : at + 4]
    }
    return Damaged(kind, state, bytes(image), tuple(sorted(at for at in places if at is not None)))


def torn(history: History, state: State, random: Random) -> Damaged | None:
    """The next store reached the memory in part: one half of the word, some of its bits, or the
    word beside it was lost (if error correction had 64 bits)."""
    if state.stores == len(history.stores):
        return None
    store = history.stores[state.stores]
    image = bytearray(state.image)
    old = int.from_bytes(image[store.offset : store.offset + 4], "little")
    how = random.randrange(4)
    mask = (0xFFFF, 0xFFFF_0000, random.getrandbits(32), 0xFFFF_FFFF)[how]
    mixed = old & ~mask | store.value & mask
    image[store.offset : store.offset + 4] = mixed.to_bytes(4, "little")
    if how == 3:
        beside = store.offset ^ 4
        image[beside : beside + 4] = random.randbytes(4)
    kind = "torn 64-bit words" if how == 3 else "torn 32-bit words"
    return _changed(history, kind, state, image)


def flipped(history: History, state: State, random: Random) -> Damaged:
    """One to three bits of one word have changed, in a slot that is used or in a superblock."""
    image = bytearray(state.image)
    used = [at for at in _slots(image) if image[at : at + 4] == b"FWB3"]
    start = random.choice([*used, len(image) - TAIL_BYTES])
    size = TAIL_BYTES if start == len(image) - TAIL_BYTES else SLOT_BYTES
    at = start + random.randrange(size // 4) * 4
    for _ in range(random.randint(1, 3)):
        image[at + random.randrange(4)] ^= 1 << random.randrange(8)
    return _changed(history, "flipped bits", state, image)


def dead(history: History, state: State, random: Random) -> Damaged:
    """A slot, or a record of the superblock, has any contents."""
    image = bytearray(state.image)
    places = [(at, SLOT_BYTES) for at in _slots(image)]
    places += [(len(image) - 64, 32), (len(image) - 32, 32)]
    at, size = random.choice(places)
    content = random.choice((bytes(size), b"\xff" * size, random.randbytes(size)))
    if random.random() < 0.3 and size == SLOT_BYTES:
        content = b"FWB3" + content[4:]
    image[at : at + size] = content
    return _changed(history, "dead blocks", state, image)


DAMAGES: dict[str, Callable[[History, State, Random], Damaged | None]] = {
    "torn": torn,
    "flipped": flipped,
    "dead": dead,
}


def _slots(image: bytearray) -> Iterator[int]:
    end = len(image) - TAIL_BYTES
    count = (end - 144) // SLOT_BYTES
    yield from range(end - count * SLOT_BYTES, end, SLOT_BYTES)
