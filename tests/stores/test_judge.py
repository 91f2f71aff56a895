"""The judgement of `python -m tests.stores` without the emulator: the host's core recovers in the
place of the ELF."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest

from fwgen.plan import plan_spec
from fwgen.spec import load_spec
from tests.core.clog import KEEP_NEWEST, Config, Log, Memory
from tests.stores import judge
from tests.stores.board import Acked, Store
from tests.stores.history import History, State, Truth
from tests.stores.run import SPEC, filled
from tests.stores.states import DAMAGES

SLOT = 488


@cache
def begun() -> tuple[bytes, Truth]:
    return filled(plan_spec(load_spec(Path(__file__).parents[2] / SPEC)), 1)


def recovered(image: bytes) -> bytes:
    """Return the region after a start of the host's core."""
    slots = (len(image) - 208) // SLOT
    size = 64 + slots * SLOT
    memory = Memory(slots, image[-size:])
    Log(memory, Config(when_full=KEEP_NEWEST))
    return image[:-size] + memory.content


def first_slot(image: bytes) -> int:
    return len(image) - 64 - (len(image) - 208) // SLOT * SLOT


def state() -> State:
    image, truth = begun()
    return State(0, image, 0, len(truth))


def test_a_right_recovery_has_nothing_wrong() -> None:
    image, truth = begun()
    after = recovered(image)
    assert [*judge.wrong_recovery(image, after)] == []
    assert [*judge.wrong_samples(after, truth), *judge.missing(state(), after)] == []


def test_a_block_that_is_missing() -> None:
    image, _ = begun()
    after = bytearray(recovered(image))
    after[first_slot(image)] ^= 0xFF
    (wrong,) = judge.wrong_recovery(image, bytes(after))
    assert wrong.startswith("expected blocks from [0,")
    (wrong,) = judge.missing(state(), bytes(after))
    assert "samples are missing, from 0 on" in wrong


def test_numbers_that_will_be_used_again() -> None:
    image, truth = begun()
    early = State(0, image, 0, len(truth) + 1)
    after = recovered(image)
    assert f"number {len(truth)} will be used again" in [*judge.missing(early, after)]


def test_a_sample_with_another_value() -> None:
    image, truth = begun()
    boot, time_us, status, _, late = truth[50]
    other = {**truth, 50: (boot, time_us, status, (1,), late)}
    (wrong,) = judge.wrong_samples(image, other)
    assert wrong.startswith("50 is ")


def wipe(image: bytes, at_ns: int) -> Store:
    """The oldest block is freed."""
    return Store(first_slot(image), 0, at_ns)


def test_a_block_may_leave_the_memory_only_if_it_is_acknowledged() -> None:
    image, truth = begun()
    last = judge.block_numbers(image, 0)[-1]
    for acked, faults in ((last + 1, 0), (last, 1)):
        history = History(image, [wipe(image, 100)], [Acked(50, acked)], truth)
        states = [*history.states()]
        assert len(history.faults) == faults
        assert states[1].first == (0 if faults else last + 1)
    late = History(image, [wipe(image, 100)], [Acked(101, last + 1)], truth)
    assert len([*late.states()]) == 2
    assert late.faults == ["store 1: 0 leaves the memory, unacknowledged"]


def test_a_word_that_breaks_a_block() -> None:
    image, truth = begun()
    at = first_slot(image) + 40
    history = History(image, [Store(at, 0x1234_5678, 0)], [], truth)
    assert len([*history.states()]) == 2
    assert history.faults == ["store 1: 0 leaves the memory, unacknowledged"]


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_changes_one_place_only(kind: str) -> None:
    image, truth = begun()
    history = History(image, [wipe(image, 0)], [], truth)
    random = Random(1)
    for _ in range(60):
        found = DAMAGES[kind](history, state(), random)
        assert found and len(found.slots) <= 1
        after = recovered(found.image)
        assert [*judge.wrong_recovery(found.image, after)] == []
        lost = judge.block_numbers(image, found.slots[0] if found.slots else None)
        assert [*judge.missing(state(), after, lost)] == []
