"""rpmsg_tty: a channel as a byte stream (Linux drivers/tty/rpmsg_tty.c)."""

from __future__ import annotations

from fwgen.peer.linux.rpmsg import MTU, Channel

SERVICE = "rpmsg-tty"


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
        while written < len(data) and not self.hung_up:
            part = data[written : written + MTU]
            if not self._channel.send(part):
                break
            written += len(part)
        return written
