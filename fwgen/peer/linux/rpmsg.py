"""The rpmsg bus on two virtqueues (Linux drivers/rpmsg/virtio_rpmsg_bus.c, rpmsg_ns.c)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from fwgen.peer.linux.memory import Memory
from fwgen.peer.linux.virtio import Virtqueue

BUFFER_BYTES: Final = 512
HEADER: Final = struct.Struct("<IIIHH")
"""Source, destination, reserved, length, flags."""
MTU: Final = BUFFER_BYTES - HEADER.size
MOST_BUFFERS: Final = 512
"""In both directions together."""
NAME_SERVICE: Final = 53
F_NAME_SERVICE: Final = 1 << 0
"""VIRTIO_RPMSG_F_NS"""
_FIRST_DYNAMIC: Final = 1024
_ANNOUNCEMENT: Final = struct.Struct("<32sII")
_DESTROY: Final = 1

Log = Callable[[str], None]


class Endpoint(Protocol):
    """The driver's end of a channel."""

    def received(self, data: bytes) -> None: ...

    def removed(self) -> None: ...


@dataclass(frozen=True)
class Channel:
    """`source` is Linux's address, `destination` the firmware's."""

    name: str
    source: int
    destination: int
    send: Callable[[bytes], bool]
    """Returns False if no buffer is free (Linux: -ENOMEM). Raises ValueError above MTU
    (-EMSGSIZE)."""


Driver = Callable[[Channel], Endpoint]


class RpmsgBus:
    """`receive_queue` carries the firmware's messages. `drivers`: channel name -> its driver."""

    def __init__(
        self,
        memory: Memory,
        receive_queue: Virtqueue,
        send_queue: Virtqueue,
        buffers: int,
        features: int,
        drivers: dict[str, Driver],
        log: Log,
    ) -> None:
        self._memory = memory
        self._receive_queue = receive_queue
        self._send_queue = send_queue
        self._drivers = drivers
        self._log = log
        self._endpoints: dict[int, tuple[Channel, Endpoint]] = {}
        self._has_names = bool(features & F_NAME_SERVICE)
        self.each_way = min(receive_queue.layout.entries, MOST_BUFFERS // 2)
        self._receive_buffers = buffers
        self._send_buffers = buffers + self.each_way * BUFFER_BYTES
        self._never_used = self.each_way
        self.received = 0
        self.sent = 0

    @property
    def size_bytes(self) -> int:
        """Size of all buffers together."""
        return 2 * self.each_way * BUFFER_BYTES

    @property
    def broken(self) -> str:
        """Why a ring can no longer be used; empty if both can."""
        return self._receive_queue.broken or self._send_queue.broken

    def fill(self) -> bool:
        """Give all receive buffers to the firmware; return whether it wants a kick."""
        for index in range(self.each_way):
            address = self._receive_buffers + index * BUFFER_BYTES
            self._receive_queue.add(address, BUFFER_BYTES, device_writes=True)
        self._send_queue.disable_callbacks()
        return self._receive_queue.needs_kick()

    def rang(self) -> int:
        """The firmware has rung: read its messages, give the buffers back, kick. Return the number
        of messages."""
        queue, was_broken = self._receive_queue, self._receive_queue.broken
        count = 0
        while (used := queue.take_used()) is not None:
            if not self._receive(used.address, used.length):
                break
            count += 1
            queue.add(used.address, BUFFER_BYTES, device_writes=True)
        if queue.broken and not was_broken:
            self._log(f"input:{queue.broken}")
        self.received += count
        if count:
            queue.kick()
        return count

    def open(self, name: str, destination: int, driver: Driver) -> Channel:
        """Return a channel whose endpoint has a new address: as for a driver that is probed, or for
        a program that uses rpmsg_ctrl (RPMSG_CREATE_EPT_IOCTL). A driver that is bound again keeps
        the channel's address (rpmsg_core.c: rpmsg_dev_probe)."""
        source = _FIRST_DYNAMIC
        while source in self._endpoints:
            source += 1

        def send(data: bytes) -> bool:
            return self._send(source, destination, data)

        channel = Channel(name, source, destination, send)
        self._endpoints[source] = (channel, driver(channel))
        return channel

    @property
    def channels(self) -> list[Channel]:
        return [channel for channel, _ in self._endpoints.values()]

    def remove(self) -> None:
        """The device is removed, and all channels with it."""
        for _, endpoint in self._endpoints.values():
            endpoint.removed()
        self._endpoints.clear()

    def _receive(self, address: int, length: int) -> bool:
        head = self._memory.read(address, HEADER.size)
        _, destination, _, size, _ = HEADER.unpack(head)
        if length > BUFFER_BYTES or size > length - HEADER.size:
            self._log(f"inbound msg too big: ({length}, {size})")
            return False
        data = self._memory.read(address + HEADER.size, size)
        if destination == NAME_SERVICE and self._has_names:
            self._announced(data)
        elif destination in self._endpoints:
            self._endpoints[destination][1].received(data)
        else:
            self._log("msg received with no recipient")
        return True

    def _announced(self, data: bytes) -> None:
        if len(data) != _ANNOUNCEMENT.size:
            self._log(f"malformed ns msg ({len(data)})")
            return
        raw, address, flags = _ANNOUNCEMENT.unpack(data)
        name = raw[:31].split(b"\0")[0].decode("ascii", "replace")
        destroy = bool(flags & _DESTROY)
        self._log(f"{'destroy' if destroy else 'creat'}ing channel {name} addr 0x{address:x}")
        if destroy:
            self._destroy(name, address)
        else:
            self._create(name, address)

    def _create(self, name: str, destination: int) -> None:
        if self._find(name, destination) is not None:
            self._log(f"channel {name}:ffffffff:{destination:x} already exist")
            return
        driver = self._drivers.get(name)
        if driver is None:
            return
        self.open(name, destination, driver)

    def _destroy(self, name: str, destination: int) -> None:
        source = self._find(name, destination)
        if source is None:
            self._log(f"rpmsg_destroy_channel failed: -{_EINVAL}")
            return
        self._endpoints.pop(source)[1].removed()

    def _find(self, name: str, destination: int) -> int | None:
        for source, (channel, _) in self._endpoints.items():
            if (channel.name, channel.destination) == (name, destination):
                return source
        return None

    def _send(self, source: int, destination: int, data: bytes) -> bool:
        if len(data) > MTU:
            raise ValueError(f"message is too big ({len(data)})")
        address = self._send_buffer()
        if address is None:
            return False
        message = HEADER.pack(source, destination, 0, len(data), 0) + data
        self._memory.write(address, message)
        self._send_queue.add(address, len(message), device_writes=False)
        self._send_queue.kick()
        self.sent += 1
        return True

    def _send_buffer(self) -> int | None:
        """Return a buffer that was never used or that the firmware has returned; None: none is
        free."""
        if self._never_used:
            index = self.each_way - self._never_used
            self._never_used -= 1
            return self._send_buffers + index * BUFFER_BYTES
        used = self._send_queue.take_used()
        return used.address if used else None


_EINVAL: Final = 22
