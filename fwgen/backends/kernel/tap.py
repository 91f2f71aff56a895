"""Reads along what passes on the firmware's rings, for the verdict and for comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fwgen.backends.kernel import memory
from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX, Device
from fwgen.backends.wire_watch import WireWatch
from fwgen.peer.incoming import decode_incoming
from fwgen.wire.block import Block
from fwgen.wire.messages import Message, decode
from fwgen.wire.stream import StreamReader

NAME_SERVICE = 53


@dataclass
class Tap:
    """Call `begin` for new rings, `sent` when Linux has rung, `received` before Linux is rung.

    `record`: gets each rpmsg message: whether it comes from Linux, and its bytes.
    """

    device: Device
    wire: WireWatch
    record: Callable[[bool, bytes], None] = lambda from_linux, data: None
    _from_linux: StreamReader[Message] = field(default_factory=lambda: StreamReader(decode))
    _to_linux: StreamReader[Message | Block] = field(
        default_factory=lambda: StreamReader(decode_incoming)
    )
    _next: list[int] = field(default_factory=lambda: [0, 0])

    def begin(self) -> None:
        self._next = [0, 0]
        self._from_linux, self._to_linux = StreamReader(decode), StreamReader(decode_incoming)

    def sent(self, now_us: int) -> None:
        ring = self.device.rings[FROM_LINUX]
        for index in memory.available(self.device, ring, self._next[FROM_LINUX]):
            self._next[FROM_LINUX] = (self._next[FROM_LINUX] + 1) & 0xFFFF
            found = memory.message(self.device, memory.buffer(self.device, ring, index)[0])
            self.record(True, found.data)
            for message in self._from_linux.feed(found.data):
                self.wire.went(message, now_us)
            self.wire.written()

    def received(self, now_us: int) -> None:
        ring = self.device.rings[TO_LINUX]
        for index in memory.used(self.device, ring, self._next[TO_LINUX]):
            self._next[TO_LINUX] = (self._next[TO_LINUX] + 1) & 0xFFFF
            found = memory.message(self.device, memory.buffer(self.device, ring, index)[0])
            if found.destination != NAME_SERVICE:
                self.record(False, found.data)
                for message in self._to_linux.feed(found.data):
                    self.wire.came(message, now_us)
