"""Rings in Linux's memory, accessed from here: for the control channel, and to read along."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fwgen.backends.kernel.vhost import Device, Ring

_HEADER: Final = struct.Struct("<IIIHH")
_DESCRIPTOR: Final = struct.Struct("<QIHH")
_ENTRY: Final = struct.Struct("<II")
_INDEX: Final = struct.Struct("<H")


@dataclass(frozen=True)
class Message:
    """`source` and `destination`: rpmsg addresses."""

    source: int
    destination: int
    data: bytes


def read(device: Device, address: int, size: int) -> bytes:
    region = device.region(address)
    at = region.offset + address - region.start
    return region.content[at : at + size]


def write(device: Device, address: int, data: bytes) -> None:
    region = device.region(address)
    at = region.offset + address - region.start
    region.content[at : at + len(data)] = data


def buffer(device: Device, ring: Ring, index: int) -> tuple[int, int]:
    """Return address and size of the buffer that a descriptor names."""
    place = ring.descriptors + _DESCRIPTOR.size * (index % ring.entries)
    address, size, _, _ = _DESCRIPTOR.unpack(read(device, place, _DESCRIPTOR.size))
    return address, size


def message(device: Device, address: int) -> Message:
    """Return the rpmsg message in a buffer."""
    source, destination, _, size, _ = _HEADER.unpack(read(device, address, _HEADER.size))
    return Message(source, destination, read(device, address + _HEADER.size, size))


def available(device: Device, ring: Ring, since: int) -> Iterator[int]:
    """Yield the descriptors that Linux made available, from number `since` (modulo 2^16) on."""
    end = _INDEX.unpack(read(device, ring.available + 2, 2))[0]
    for number in range(since, since + ((end - since) & 0xFFFF)):
        place = ring.available + 4 + 2 * (number % ring.entries)
        yield _INDEX.unpack(read(device, place, 2))[0]


def used(device: Device, ring: Ring, since: int) -> Iterator[int]:
    """Yield the descriptors that the other side used, from number `since` (modulo 2^16) on."""
    end = _INDEX.unpack(read(device, ring.used + 2, 2))[0]
    for number in range(since, since + ((end - since) & 0xFFFF)):
        place = ring.used + 4 + _ENTRY.size * (number % ring.entries)
        yield _ENTRY.unpack(read(device, place, _ENTRY.size))[0]


def give_back(device: Device, ring: Ring, index: int, size: int) -> None:
    """The other side has used a buffer."""
    end = _INDEX.unpack(read(device, ring.used + 2, 2))[0]
    write(device, ring.used + 4 + _ENTRY.size * (end % ring.entries), _ENTRY.pack(index, size))
    write(device, ring.used + 2, _INDEX.pack((end + 1) & 0xFFFF))
    ring.next = (ring.next + 1) & 0xFFFF


def put(device: Device, ring: Ring, one: Message) -> bool:
    """Write a message into Linux's next free buffer; False: there is none."""
    index = next(available(device, ring, ring.next), None)
    if index is None:
        return False
    address, _ = buffer(device, ring, index)
    head = _HEADER.pack(one.source, one.destination, 0, len(one.data), 0)
    write(device, address, head + one.data)
    give_back(device, ring, index, len(head) + len(one.data))
    return True


def take(device: Device, ring: Ring) -> Message | None:
    """Take Linux's next message and give its buffer back."""
    index = next(available(device, ring, ring.next), None)
    if index is None:
        return None
    found = message(device, buffer(device, ring, index)[0])
    give_back(device, ring, index, 0)
    return found
