"""Connections to the service's socket, for clients outside of this Linux."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Final

SOCKET: Final = "/run/fwgen-peer/socket"
_READ_BYTES: Final = 65_536


class Relay:
    """`tell` gets a connection's number and what the service sends to it; nothing: it is closed."""

    def __init__(self, tell: Callable[[int, bytes], None]) -> None:
        self._tell = tell
        self._connections: dict[int, socket.socket] = {}

    @property
    def handles(self) -> list[int]:
        return [connection.fileno() for connection in self._connections.values()]

    def obey(self, command: str) -> None:
        """`relay open N`, `relay close N`, `relay send N BASE64`."""
        _, do, number, *data = command.split()
        if do == "open":
            self._open(int(number))
        elif do == "close":
            self._close(int(number))
        elif (connection := self._connections.get(int(number))) is not None:
            with contextlib.suppress(OSError):  # `forward` sees that the service has ended
                connection.sendall(base64.b64decode(data[0]))

    def forward(self, ready: Sequence[int]) -> None:
        """Pass on what the service has sent."""
        for number, connection in list(self._connections.items()):
            if connection.fileno() in ready:
                try:
                    data = connection.recv(_READ_BYTES)
                except OSError:
                    data = b""
                self._tell(number, data)
                if not data:
                    self._close(number)

    def _open(self, number: int) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(SOCKET)
        except OSError:
            connection.close()
            self._tell(number, b"")
            return
        self._connections[number] = connection

    def _close(self, number: int) -> None:
        if (connection := self._connections.pop(number, None)) is not None:
            connection.close()
