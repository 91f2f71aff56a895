"""The socket of the service in the real Linux, for clients of this machine.

A connection here is one there: `inside/relay.py` makes it. Bytes to the service go over the control
channel, those from it come with the journal. While Linux sleeps, they wait.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import selectors
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

_READ_BYTES: Final = 4_096
_PART_BYTES: Final = 240
"""A message of the control channel has at most 496 bytes."""
_MOST_WAITING_BYTES: Final = 16_777_216
"""A client that reads more slowly is disconnected."""


class RelayedSocket:
    """`send` gives a command to `inside`; `takes`: whether it can take one now. `poll` is called
    often."""

    def __init__(self, path: Path, send: Callable[[str], None], takes: Callable[[], bool]) -> None:
        self._path = path
        self._send = send
        self._takes = takes
        self._numbers = itertools.count(1)
        self._clients: dict[int, socket.socket] = {}
        self._to_client: dict[int, bytearray] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(16)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def close(self) -> None:
        for number in list(self._clients):
            self._drop(number)
        self._selector.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def poll(self) -> None:
        """Take what clients have sent, if Linux can take it, and write what waits for them."""
        for number in list(self._clients):
            self._write(number)
        if not self._takes():
            return
        for key, _ in self._selector.select(0):
            if key.fileobj is self._listener:
                self._accept()
            else:
                self._read(int(key.data))

    def deliver(self, number: int, data: bytes) -> None:
        """The service has sent this; nothing: it has closed the connection."""
        if number not in self._clients:
            return
        self._to_client[number] += data
        self._write(number)
        if not data or len(self._to_client.get(number, b"")) > _MOST_WAITING_BYTES:
            self._drop(number)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            client, _ = self._listener.accept()
            client.setblocking(False)
            number = next(self._numbers)
            self._clients[number], self._to_client[number] = client, bytearray()
            self._selector.register(client, selectors.EVENT_READ, number)
            self._send(f"relay open {number}")

    def _read(self, number: int) -> None:
        try:
            data = self._clients[number].recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        for start in range(0, len(data), _PART_BYTES):
            part = base64.b64encode(data[start : start + _PART_BYTES]).decode()
            self._send(f"relay send {number} {part}")
        if not data:
            self._send(f"relay close {number}")
            self._drop(number)

    def _write(self, number: int) -> None:
        waiting = self._to_client[number]
        with contextlib.suppress(OSError):  # a client that has gone is seen when it is read
            while waiting:
                del waiting[: self._clients[number].send(waiting)]

    def _drop(self, number: int) -> None:
        client = self._clients.pop(number)
        del self._to_client[number]
        self._selector.unregister(client)
        client.close()
