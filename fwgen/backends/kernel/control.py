"""The control channel: an rpmsg device of our own beside the firmware's.

`inside` reads commands from /dev/rpmsg0 (Linux's rpmsg_char). It answers into a journal, a file
that both see, and rings here when this side must read it now.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.backends.kernel.memory import Message, put, take
from fwgen.backends.kernel.sockets import Sockets
from fwgen.backends.kernel.vhost import FROM_LINUX, TO_LINUX, Device

_ADDRESS: Final = 1024
_NAME_SERVICE: Final = 53
_ANNOUNCEMENT: Final = struct.pack("<32sII", b"rpmsg-raw", _ADDRESS, 0)


class Control:
    """`on_ring`: `inside` has written into the journal. `on_wait`: a message waits for `deliver`;
    Linux may be running. `on_resume`: Linux has started the device again after a suspend."""

    def __init__(
        self,
        sockets: Sockets,
        path: Path,
        on_ring: Callable[[], None],
        on_wait: Callable[[], None],
    ) -> None:
        self.device = Device(sockets, path, self._kicked, on_rings=self._appeared)
        self.on_resume: Callable[[], None] = lambda: None
        self._on_ring = on_ring
        self._on_wait = on_wait
        self._peer: int | None = None
        self._waiting: deque[Message] = deque()

    @property
    def due(self) -> bool:
        """Whether a message waits for `deliver`."""
        return bool(self._waiting) and self.device.ready

    def drop(self) -> None:
        """Linux has ended."""
        self.device.drop()
        self._peer = None
        self._waiting.clear()

    def send(self, command: str) -> None:
        """Send a command as soon as Linux waits."""
        assert self._peer is not None, "`inside` speaks first"
        self._waiting.append(Message(_ADDRESS, self._peer, command.encode()))
        self._on_wait()

    def deliver(self) -> None:
        """Linux waits: hand it what is to be sent."""
        ring = self.device.rings[TO_LINUX]
        while self._waiting and put(self.device, ring, self._waiting[0]):
            self._waiting.popleft()
        self.device.call(TO_LINUX)

    def _appeared(self, new: bool) -> None:
        if new:
            self._waiting.append(Message(_ADDRESS, _NAME_SERVICE, _ANNOUNCEMENT))
            self._on_wait()
        else:
            self.on_resume()

    def _kicked(self, ring: int) -> None:
        if ring == FROM_LINUX:
            while (message := take(self.device, self.device.rings[FROM_LINUX])) is not None:
                self._peer = message.source
                self._on_ring()
