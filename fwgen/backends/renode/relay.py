"""Relays the rings of a real Linux to the emulated DDR and back.

Linux's memory and the emulated DDR are two memories. What Linux has made available is copied when
Linux waits; what the firmware has used is copied before Linux is interrupted or runs. Linux and the
M33 never run at the same time, so neither sees a half-copied ring. Indices and flags are copied as
they are, valid or not. Only the addresses of buffers differ: descriptor i of a ring stands for
buffer i of this ring in vdev0buffer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from fwgen.backends.kernel import memory as linux_memory
from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX, Device
from fwgen.peer.linux.elf import RefusedError
from fwgen.peer.linux.memory import Memory
from fwgen.peer.linux.rpmsg import BUFFER_BYTES, HEADER
from fwgen.peer.linux.virtio import Layout

_DESCRIPTOR: Final = struct.Struct("<QIHH")
_USED: Final = struct.Struct("<II")
_HEAD: Final = struct.Struct("<HH")  # flags and index, of both lists
_LENGTH_AT: Final = 12


class Relay:
    """`memory`: as Linux sees the board's. `layouts`: of vq0 and vq1 there. `buffers`: the address
    of vdev0buffer. Raises RefusedError if the rings do not have the same size."""

    def __init__(
        self, memory: Memory, device: Device, layouts: Sequence[Layout], buffers: int
    ) -> None:
        self._memory = memory
        self._device = device
        self._layouts = layouts
        self._buffers = buffers
        self._available = [0, 0]  # up to there Linux's buffers are in DDR
        self._used = [0, 0]  # up to there the firmware's are in Linux
        for ring, layout in zip(device.rings, layouts, strict=True):
            if ring.entries != layout.entries:
                raise RefusedError(
                    f"Linux has {ring.entries} entries a ring, the firmware {layout.entries}"
                )
            memory.write(layout.address, bytes(layout.size_bytes))

    def to_firmware(self) -> None:
        """Copy what Linux has made available."""
        for which in (TO_LINUX, FROM_LINUX):
            self._copy_available(which)

    def to_linux(self) -> None:
        """Copy what the firmware has used."""
        for which in (TO_LINUX, FROM_LINUX):
            self._copy_used(which)

    def _buffer(self, which: int, index: int) -> int:
        """The address of a descriptor's buffer in DDR."""
        return self._buffers + (which * self._layouts[which].entries + index) * BUFFER_BYTES

    def _copy_available(self, which: int) -> None:
        ring, layout, device = self._device.rings[which], self._layouts[which], self._device
        head = linux_memory.read(device, ring.available, _HEAD.size)
        for index in linux_memory.available(device, ring, self._available[which]):
            place = 2 * (self._available[which] % ring.entries)
            address, size, flags, following = _DESCRIPTOR.unpack(
                linux_memory.read(device, ring.descriptors + _DESCRIPTOR.size * index, 16)
            )
            here = self._buffer(which, index)
            if which == FROM_LINUX:
                self._memory.write(here, linux_memory.read(device, address, size))
            descriptor = _DESCRIPTOR.pack(here, size, flags, following)
            self._memory.write(layout.address + _DESCRIPTOR.size * index, descriptor)
            self._memory.write(layout.avail + _HEAD.size + place, index.to_bytes(2, "little"))
            self._available[which] = (self._available[which] + 1) & 0xFFFF
        self._memory.write(layout.avail, head)

    def _copy_used(self, which: int) -> None:
        ring, layout, device = self._device.rings[which], self._layouts[which], self._device
        content = self._memory.read(layout.used, _HEAD.size + _USED.size * layout.entries)
        _, end = _HEAD.unpack_from(content)
        new = (end - self._used[which]) & 0xFFFF
        for number in range(end - min(new, layout.entries), end):
            place = _HEAD.size + _USED.size * (number % layout.entries)
            index, size = _USED.unpack_from(content, place)
            if which == TO_LINUX and index < layout.entries:
                self._copy_message(index)
            linux_memory.write(device, ring.used + place, _USED.pack(index, size))
        self._used[which] = end
        linux_memory.write(device, ring.used, content[: _HEAD.size])

    def _copy_message(self, index: int) -> None:
        """Copy a message of the firmware, its header and as many bytes as this says."""
        here = self._buffer(TO_LINUX, index)
        header = self._memory.read(here, HEADER.size)
        size = int.from_bytes(header[_LENGTH_AT : _LENGTH_AT + 2], "little")
        data = self._memory.read(here + HEADER.size, min(size, BUFFER_BYTES - HEADER.size))
        there, _ = linux_memory.buffer(self._device, self._device.rings[TO_LINUX], index)
        linux_memory.write(self._device, there, header + data)
