"""The driver's side of a split virtqueue against a device written from the specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fwgen.peer.linux.elf import RefusedError
from fwgen.peer.linux.virtio import Layout, UsedBuffer, Virtqueue
from tests.peer.linux.plain import VRING0, DeviceRing, PlainMemory


def pair(num: int = 8) -> tuple[Virtqueue, DeviceRing, list[int]]:
    memory, kicks = PlainMemory(), []
    queue = Virtqueue(memory, Layout(VRING0, num, 16), lambda: kicks.append(1))
    return queue, DeviceRing(memory, VRING0, num), kicks


def test_layout_of_a_ring_of_eight() -> None:
    layout = Layout(VRING0, 8, 16)
    assert layout.avail == VRING0 + 128
    assert layout.used == VRING0 + 160  # 128 + 22, rounded up to 16
    assert layout.size_bytes == 160 + 70
    assert Layout(0, 8, 4096).used == 4096


def test_a_length_that_is_not_a_power_of_two_is_refused() -> None:
    with pytest.raises(RefusedError, match="Bad virtqueue length 6"):
        Virtqueue(PlainMemory(), Layout(VRING0, 6, 16), lambda: None)


def test_a_new_ring_is_empty_whatever_the_memory_contained() -> None:
    memory = PlainMemory()
    memory.write(VRING0, b"\xa5" * 512)
    Virtqueue(memory, Layout(VRING0, 8, 16), lambda: None)
    assert DeviceRing(memory, VRING0).take() is None
    assert memory.read(VRING0 + 230, 1) == b"\xa5", "what lies behind it is not touched"


def test_buffers_are_returned_in_the_device_s_order() -> None:
    queue, device, _ = pair()
    for number in range(3):
        queue.add(0x8130_0000 + number * 512, 512, device_writes=True)
    taken = [device.take() for _ in range(3)]
    assert device.take() is None
    assert [item[1] for item in taken if item] == [0x81300000, 0x81300200, 0x81300400]
    assert queue.take_used() is None
    for item in (taken[2], taken[0]):
        assert item is not None
        device.give(item[0], 20)
    assert queue.take_used() == UsedBuffer(0x81300400, 20)
    assert queue.take_used() == UsedBuffer(0x81300000, 20)
    assert queue.take_used() is None


def test_the_device_can_suppress_kicks_and_the_driver_interrupts() -> None:
    queue, device, kicks = pair()
    queue.kick()
    device.suppress_kicks(True)
    queue.kick()
    device.suppress_kicks(False)
    queue.kick()
    assert len(kicks) == 2
    assert device.wants_interrupt()
    queue.disable_callbacks()
    assert not device.wants_interrupt()


@pytest.mark.parametrize(("head", "reason"), [(8, "out of range"), (5, "is not a head")])
def test_a_device_that_writes_invalid_ids_breaks_the_ring(head: int, reason: str) -> None:
    queue, device, _ = pair()
    queue.add(0x8130_0000, 512, device_writes=True)
    device.give(head, 1)
    assert queue.take_used() is None
    assert reason in queue.broken
    device.give(0, 1)
    assert queue.take_used() is None, "it stays broken"


@given(st.lists(st.integers(1, 8), max_size=60), st.sampled_from([2, 4, 8]))
def test_nothing_is_lost_over_any_number_of_rounds(batches: list[int], num: int) -> None:
    queue, device, _ = pair(num)
    sent = received = 0
    for batch in batches:
        for _ in range(min(batch, queue.free_descriptors)):
            queue.add(sent, 512, device_writes=False)
            sent += 1
        while (item := device.take()) is not None:
            assert item[1] == received
            device.give(item[0], 0)
            used = queue.take_used()
            assert used is not None and used.address == received
            received += 1
    assert received == sent
    assert queue.free_descriptors == num


def test_indices_wrap_at_16_bits() -> None:
    queue, device, _ = pair(2)
    for number in range(70_000):
        queue.add(number, 512, device_writes=False)
        item = device.take()
        assert item is not None
        device.give(item[0], 0)
        assert queue.take_used() == UsedBuffer(number, 0)
