"""rpmsg_tty: a channel as a byte stream (Linux drivers/tty/rpmsg_tty.c)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fwgen.peer.linux.rpmsg import MTU, Channel

SERVICE = "rpmsg-tty"
_PIECE_BYTES: Final = 2048
"""The tty layer hands a write to the driver in pieces of at most this size (tty_io.c)."""


def messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of one write: each piece of it is cut at rpmsg's limit."""
    for start in range(0, len(data), _PIECE_BYTES):
        end = min(start + _PIECE_BYTES, len(data))
        for at in range(start, end, MTU):
            yield data[at : min(at + MTU, end)]


class RpmsgTty:
    """/dev/ttyRPMSGn. Message boundaries are lost in both directions. Bytes are not echoed or
    changed."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._input = bytearray()
        self.hung_up = False

    def received(self, data: bytes) -> None:
        self._input += data

    def removed(self) -> None:
        self.hung_up = True

    def read(self) -> bytes:
        taken = bytes(self._input)
        self._input.clear()
        return taken

    def write(self, data: bytes) -> int:
        """Return the number of bytes accepted: fewer than given if no buffer is free (Linux:
        -ENOMEM)."""
        written = 0
        for message in messages(data):
            if self.hung_up or not self._channel.send(message):
                break
            written += len(message)
        return written
