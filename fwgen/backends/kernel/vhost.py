"""A virtio device of a User-Mode Linux (vhost-user, arch/um/drivers/virtio_uml.c), with in-band
doorbells: all messages pass in the order in which Linux sends them."""

from __future__ import annotations

import array
import mmap
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fwgen.backends.kernel.sockets import GoneError, Sockets, receive

RPMSG: Final = 7
"""The virtio id of an rpmsg device."""
TO_LINUX, FROM_LINUX = 0, 1
"""The rings of an rpmsg device: vq0 carries messages to Linux, vq1 messages from Linux."""

_HEAD: Final = struct.Struct("<III")
_STATE: Final = struct.Struct("<II")
_NUMBER: Final = struct.Struct("<Q")
_REGION: Final = struct.Struct("<QQQQ")
_ADDRESSES: Final = struct.Struct("<IIQQQQ")
_VERSION, _IS_REPLY, _NEEDS_REPLY = 1, 1 << 2, 1 << 3

_GET_FEATURES, _SET_MEMORY, _SET_ENTRIES, _SET_ADDRESSES, _SET_BASE = 1, 5, 8, 9, 10
_GET_BASE, _GET_PROTOCOL, _ENABLE, _SET_OUR_END, _KICK = 11, 15, 18, 21, 35
_CONFIG_CHANGED, _CALL = 2, 4
_NAME_SERVICE, _HAS_PROTOCOL, _VERSION_1 = 1 << 0, 1 << 30, 1 << 32
_PROTOCOL: Final = 1 << 3 | 1 << 5 | 1 << 14  # replies, messages from us, in-band doorbells


@dataclass
class Region:
    """Part of Linux's memory, shared with this process."""

    start: int
    size_bytes: int
    content: mmap.mmap
    offset: int
    """Of the region in the mapping."""


@dataclass
class Ring:
    """Linux's addresses. `next`: our next available buffer, modulo 2^16."""

    entries: int = 0
    descriptors: int = 0
    available: int = 0
    used: int = 0
    enabled: bool = False
    next: int = 0


@dataclass
class Device:
    """`on_kick` gets the ring that Linux rang. `on_rings`: both rings are enabled, for the first
    time since the driver was bound (True), or after a suspend (False). `on_stop`: both are
    disabled, for a suspend or because the driver is unbound; `on_unbound` follows in this case.
    `before_interrupt` is called while Linux waits."""

    sockets: Sockets
    path: Path
    on_kick: Callable[[int], None]
    on_rings: Callable[[bool], None] = lambda new: None
    on_stop: Callable[[], None] = lambda: None
    on_unbound: Callable[[], None] = lambda: None
    before_interrupt: Callable[[], None] = lambda: None
    rings: list[Ring] = field(default_factory=lambda: [Ring(), Ring()])
    regions: list[Region] = field(default_factory=list)
    _linux: socket.socket | None = None
    _ours: socket.socket | None = None
    _new: bool = False
    _unanswered: int = 0

    def __post_init__(self) -> None:
        self.sockets.listen(self.path, self._accept)

    @property
    def ready(self) -> bool:
        """Whether Linux's driver uses the rings."""
        return all(ring.enabled for ring in self.rings)

    def drop(self) -> None:
        """Linux has ended. Its memory stays mapped: the M33 may still use its rings."""
        self.sockets.drop(self._linux)
        self._linux = None
        self.rings = [Ring(), Ring()]
        self._drop_our_end()

    def call(self, ring: int) -> None:
        """Interrupt Linux for this ring. Linux must wait; it runs at this very time then."""
        self._tell(_CALL, _STATE.pack(ring, 0))

    def wake(self) -> None:
        """Interrupt Linux without a reason in a ring: a wake-up line of this device."""
        self._tell(_CONFIG_CHANGED, b"")

    def region(self, address: int) -> Region:
        """Return the part of the memory that has this address. Raises KeyError."""
        for region in self.regions:
            if region.start <= address < region.start + region.size_bytes:
                return region
        raise KeyError(f"Linux has not shared the address {address:#x}")

    # ------------------------------------------------------------------------- what Linux says

    def _accept(self, connection: socket.socket) -> None:
        self._linux = connection
        self.rings = [Ring(), Ring()]
        self.sockets.watch(connection, self._serve)

    def _serve(self) -> None:
        assert self._linux is not None
        space = socket.CMSG_SPACE(8 * array.array("i").itemsize)
        head, ancillary, _, _ = self._linux.recvmsg(_HEAD.size, space)
        if not head:
            raise GoneError
        head += receive(self._linux, _HEAD.size - len(head))
        request, flags, size = _HEAD.unpack(head)
        body = receive(self._linux, size)
        answer = self._handle(request, body, _descriptors(ancillary))
        if answer is None and flags & _NEEDS_REPLY:
            answer = _NUMBER.pack(0)
        if answer is not None:
            self._linux.sendall(_HEAD.pack(request, _VERSION | _IS_REPLY, len(answer)) + answer)

    def _handle(self, request: int, body: bytes, handles: list[int]) -> bytes | None:
        """Do what Linux asks; return the answer, if there is one beyond success."""
        if request == _GET_FEATURES:
            if self._linux is not None and self.rings[0].descriptors:
                self.rings = [Ring(), Ring()]
                self.on_unbound()
            return _NUMBER.pack(_NAME_SERVICE | _HAS_PROTOCOL | _VERSION_1)
        if request == _GET_PROTOCOL:
            return _NUMBER.pack(_PROTOCOL)
        if request == _GET_BASE:
            index = _STATE.unpack(body)[0]
            return _STATE.pack(index, self.rings[index].next)
        if request == _SET_MEMORY:
            self._map(body, handles)
        elif request == _SET_OUR_END:
            self._drop_our_end()
            self._ours = socket.socket(fileno=handles[0])
            self.sockets.watch(self._ours, self._answered)
        elif request == _SET_ADDRESSES:
            index, _, descriptors, used, available, _ = _ADDRESSES.unpack(body)
            ring = self.rings[index]
            ring.descriptors, ring.used, ring.available = descriptors, used, available
            self._new = True
        elif request in (_SET_ENTRIES, _SET_BASE, _ENABLE, _KICK):
            self._handle_ring(request, *_STATE.unpack(body))
        return None

    def _handle_ring(self, request: int, index: int, value: int) -> None:
        ring = self.rings[index]
        if request == _SET_ENTRIES:
            ring.entries = value
        elif request == _SET_BASE:
            ring.next = value
        elif request == _KICK:
            self.on_kick(index)
        else:
            ring.enabled = bool(value)
            if self.ready:
                new, self._new = self._new, False
                self.on_rings(new)
            elif not any(each.enabled for each in self.rings):
                self.on_stop()

    def _map(self, body: bytes, handles: list[int]) -> None:
        count = _STATE.unpack_from(body)[0]
        self.regions = []
        for index, handle in zip(range(count), handles, strict=True):
            start, size, _, offset = _REGION.unpack_from(body, 8 + _REGION.size * index)
            content = mmap.mmap(handle, size + offset)
            os.close(handle)
            self.regions.append(Region(start, size, content, offset))

    # ------------------------------------------------------------------------- what we say

    def _drop_our_end(self) -> None:
        self.sockets.drop(self._ours)
        self._ours = None

    def _tell(self, request: int, body: bytes) -> None:
        """Send a request and wait until Linux has taken it; meanwhile Linux asks for time."""
        assert self._ours is not None
        self.before_interrupt()
        self._unanswered += 1
        self._ours.sendall(_HEAD.pack(request, _VERSION | _NEEDS_REPLY, len(body)) + body)
        while self._unanswered:
            self.sockets.serve()

    def _answered(self) -> None:
        assert self._ours is not None
        size = _HEAD.unpack(receive(self._ours, _HEAD.size))[2]
        receive(self._ours, size)
        self._unanswered -= 1


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    found = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return found.tolist()
