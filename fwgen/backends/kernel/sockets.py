"""Listening and connected UNIX sockets, each with the function that handles its next message."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fwgen.errors import ToolBrokeError

_SILENCE_S: Final = 120.0
"""Linux answers within milliseconds; the machine may be busy."""
_STEP_S: Final = 0.25


class GoneError(Exception):
    """The other end was closed: Linux has ended."""


def receive(connection: socket.socket, size: int) -> bytes:
    """Return exactly `size` bytes. Raises GoneError."""
    data = b""
    while len(data) < size:
        try:
            part = connection.recv(size - len(data))
        except ConnectionError as error:
            raise GoneError from error
        if not part:
            raise GoneError
        data += part
    return data


class Sockets:
    """Serves one message at a time, of whatever socket has one. `peer_lives`: whether the process
    at the other end runs; it may end before it connects."""

    def __init__(self) -> None:
        self.peer_lives: Callable[[], bool] = lambda: True
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], None]] = {}
        self._listening: list[socket.socket] = []

    def listen(self, path: Path, accept: Callable[[socket.socket], None]) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(1)
        self._listening.append(listener)
        self.watch(listener, lambda: accept(listener.accept()[0]))

    def watch(self, one: socket.socket, handle: Callable[[], None]) -> None:
        self._handlers[one.fileno()] = handle
        self._poll.register(one.fileno(), select.POLLIN)

    def drop(self, one: socket.socket | None) -> None:
        if one is not None:
            self._handlers.pop(one.fileno())
            self._poll.unregister(one.fileno())
            one.close()

    def serve(self) -> None:
        """Wait for a message and handle it. Raises GoneError, ToolBrokeError."""
        for handle, _ in self._wait():
            if call := self._handlers.get(handle):
                call()

    def _wait(self) -> list[tuple[int, int]]:
        for _ in range(round(_SILENCE_S / _STEP_S)):
            if ready := self._poll.poll(_STEP_S * 1000):
                return ready
            if not self.peer_lives():
                raise GoneError
        raise ToolBrokeError(f"the Linux kernel has not said anything for {_SILENCE_S:.0f} s")

    def close(self) -> None:
        for listener in self._listening:
            self.drop(listener)
        self._listening.clear()
