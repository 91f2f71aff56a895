"""A split virtqueue as Linux uses it (virtio 1.0, 2.4; Linux drivers/virtio/virtio_ring.c)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fwgen.peer.linux.elf import RefusedError
from fwgen.peer.linux.memory import Memory, read_u16, write_u16

_DESCRIPTOR: Final = struct.Struct("<QIHH")
_USED: Final = struct.Struct("<II")
_F_WRITE: Final = 2
_NO_INTERRUPT: Final = 1
_NO_NOTIFY: Final = 1


@dataclass(frozen=True)
class Layout:
    """Where the parts of a ring are (linux/virtio_ring.h: vring_init, vring_size)."""

    address: int
    entries: int
    align: int

    @property
    def avail(self) -> int:
        return self.address + self.entries * _DESCRIPTOR.size

    @property
    def used(self) -> int:
        end = self.avail + 2 * (3 + self.entries)  # flags, index, entries, used_event
        return -(-end // self.align) * self.align

    @property
    def size_bytes(self) -> int:
        return self.used + 2 * 3 + self.entries * _USED.size - self.address


@dataclass(frozen=True)
class UsedBuffer:
    """A buffer that the device has returned; `length`: bytes it wrote."""

    address: int
    length: int


class Virtqueue:
    """The driver's side. A buffer is identified by its address. `notify` kicks the device."""

    def __init__(self, memory: Memory, layout: Layout, notify: Callable[[], None]) -> None:
        if layout.entries & (layout.entries - 1):
            raise RefusedError(f"Bad virtqueue length {layout.entries}")
        self.layout = layout
        self.broken = ""
        """Why the ring can no longer be used: what the device wrote was invalid. Empty: it can."""
        self._memory = memory
        self._notify = notify
        self._free = list(range(layout.entries))
        self._buffers: dict[int, int] = {}  # descriptor -> address
        self._avail_index = 0
        self._used_index = 0
        self._suppressed = False
        memory.write(layout.address, bytes(layout.size_bytes))

    @property
    def free_descriptors(self) -> int:
        return len(self._free)

    def add(self, address: int, size_bytes: int, *, device_writes: bool) -> None:
        """Give a buffer to the device; `kick` informs it."""
        head = self._free.pop(0)
        self._buffers[head] = address
        flags = _F_WRITE if device_writes else 0
        following = self._free[0] if self._free else self.layout.entries
        self._memory.write(
            self.layout.address + head * _DESCRIPTOR.size,
            _DESCRIPTOR.pack(address, size_bytes, flags, following),
        )
        place = self._avail_index & (self.layout.entries - 1)
        write_u16(self._memory, self.layout.avail + 4 + 2 * place, head)
        self._avail_index = (self._avail_index + 1) & 0xFFFF
        write_u16(self._memory, self.layout.avail + 2, self._avail_index)

    def take_used(self) -> UsedBuffer | None:
        """Return the next buffer that the device has returned; None: there is none."""
        if self.broken:
            return None
        if read_u16(self._memory, self.layout.used + 2) == self._used_index:
            return None
        place = self._used_index & (self.layout.entries - 1)
        raw = self._memory.read(self.layout.used + 4 + place * _USED.size, _USED.size)
        head, length = _USED.unpack(raw)
        if head >= self.layout.entries:
            self.broken = f"id {head} out of range"
            return None
        if head not in self._buffers:
            self.broken = f"id {head} is not a head!"
            return None
        self._free.insert(0, head)
        self._used_index = (self._used_index + 1) & 0xFFFF
        if not self._suppressed:
            # used_event: not read without F_EVENT_IDX, but Linux writes it
            write_u16(self._memory, self._used_event, self._used_index)
        return UsedBuffer(self._buffers.pop(head), length)

    def needs_kick(self) -> bool:
        """Whether the device wants a kick after buffers were added."""
        return not read_u16(self._memory, self.layout.used) & _NO_NOTIFY

    def notify(self) -> None:
        self._notify()

    def kick(self) -> None:
        if self.needs_kick():
            self._notify()

    def disable_callbacks(self) -> None:
        """Tell the device not to ring when it returns a buffer."""
        self._suppressed = True
        write_u16(self._memory, self.layout.avail, _NO_INTERRUPT)

    @property
    def _used_event(self) -> int:
        return self.layout.avail + 4 + 2 * self.layout.entries
