"""The local socket: status, a live stream for any number of viewers, and requests to suspend.

JSON lines both ways. A client sends {"do": ...}:

    status    answer: one line {"status": {...}}
    recent    answer: one line {"recent": [...], "channel": NAME, "period_us": N}: the last 20
              minutes of the channel that the request names, thinned (recent.py); without
              "channel" that of the first one in mm, or else of the first
    watch     the status, then {"samples": [...]}, {"sleep": {...}} and {"status": {...}} as they
              come; samples that are not stored yet may come again
    suspend   answer: {"sleep": {...}} after the sleep, or when it was refused. "alarm_s" and
              "mode" ("deep", "s2idle") are for this sleep, in place of the helper's settings
    serve     this client suspends Linux (root, or the service's own user): it gets {"now": {...}}
              with alarm_s and mode, or null and "", for each sleep, and answers {"slept": {...}}
              when Linux is up again. With "stays": false it is used only if no other is there

A viewer that does not read misses lines; {"missed": N} then says how many. Others are not delayed.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fwgen.errors import InputError

_MOST_LINES: Final = 200
"""Lines that wait for one viewer."""
_MOST_REQUEST_BYTES: Final = 65_536
_MOST_BRACKETS: Final = 100
Document = dict[str, Any]


class Client:
    """One connection. Only the hub's thread uses the socket; `send` may be called by any."""

    def __init__(self, connection: socket.socket, wake: Callable[[], None]) -> None:
        self.connection = connection
        self.watches = False
        self.trusted = _is_trusted(connection)
        self.received = b""
        self._wake = wake
        self._lock = threading.Lock()
        self._lines: deque[bytes] = deque()
        self._begun = b""
        self._missed = 0

    def send(self, document: Document) -> None:
        line = json.dumps(document).encode() + b"\n"
        with self._lock:
            if len(self._lines) >= _MOST_LINES:
                self._missed += 1
                return
            if self._missed:
                self._lines.append(json.dumps({"missed": self._missed}).encode() + b"\n")
                self._missed = 0
            self._lines.append(line)
        self._wake()

    def write(self) -> bool:
        """Write what the socket accepts; return whether something is left. Raises OSError."""
        while True:
            with self._lock:
                if not self._begun and not self._lines:
                    return False
                self._begun = self._begun or self._lines.popleft()
            try:
                self._begun = self._begun[self.connection.send(self._begun) :]
            except BlockingIOError:
                return True


class Hub:
    """`answer` is called in the hub's thread with a client and its request; `gone` when a client
    has left."""

    def __init__(
        self,
        path: Path,
        answer: Callable[[Client, Document], None],
        gone: Callable[[Client], None] = lambda client: None,
    ) -> None:
        self._path = path
        self._answer = answer
        self._gone = gone
        self._clients: dict[int, Client] = {}
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._bell_out, self._bell_in = os.pipe()
        os.set_blocking(self._bell_out, False)
        os.set_blocking(self._bell_in, False)
        self._selector.register(self._bell_out, selectors.EVENT_READ)
        self._listener = _listen(path)
        self._made = path.stat()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._stopping = True
            self._wake()
            self._thread.join()
        self._close_all()

    def publish(self, document: Document) -> None:
        """Send a document to all viewers."""
        with self._lock:
            viewers = [client for client in self._clients.values() if client.watches]
        for client in viewers:
            client.send(document)

    # ------------------------------------------------------------------------ in the hub's thread

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._bell_in, b"!")

    def _run(self) -> None:
        while not self._stopping:
            for key, events in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fd == self._bell_out:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._bell_out, 4096)
                elif (client := self._clients.get(key.fd)) and events & selectors.EVENT_READ:
                    self._read(client)
            self._write_all()

    def _close_all(self) -> None:
        for client in list(self._clients.values()):
            self._close(client)
        self._listener.close()
        with contextlib.suppress(OSError):
            if os.path.samestat(self._path.stat(), self._made):  # else it is another service's
                self._path.unlink()
        self._selector.close()
        os.close(self._bell_in)
        os.close(self._bell_out)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            client = Client(connection, self._wake)
            with self._lock:
                self._clients[connection.fileno()] = client
            self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, client: Client) -> None:
        try:
            data = client.connection.recv(_MOST_REQUEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *lines, client.received = (client.received + data).split(b"\n")
        if not data or len(client.received) > _MOST_REQUEST_BYTES:
            self._close(client)
            return
        for line in lines:
            try:
                request = json.loads(line) if _is_flat(line) else None
            except ValueError:
                request = None
            if isinstance(request, dict):
                self._answer(client, request)
            else:
                client.send({"error": "expected a JSON object in each line"})

    def _write_all(self) -> None:
        for client in list(self._clients.values()):
            try:
                left = client.write()
            except OSError:
                self._close(client)
                continue
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if left else 0)
            self._selector.modify(client.connection, events)

    def _close(self, client: Client) -> None:
        with self._lock:
            self._clients.pop(client.connection.fileno(), None)
        self._selector.unregister(client.connection)
        client.connection.close()
        self._gone(client)


def _listen(path: Path) -> socket.socket:
    """Return a listening socket; a socket that a killed service left is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(str(path)) == 0:
                    hint = "stop it, or set another `socket` in the settings"
                    raise InputError(f"{path}: another fwgen-peer serves it", hint)
            path.unlink()
        try:
            listener.bind(str(path))
        except OSError as error:  # it names no file
            hint = "name another one: `socket` in the settings, or --socket"
            raise InputError(f"{path}: cannot make the socket: {error}", hint) from error
        path.chmod(0o660)
        listener.listen(16)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _is_flat(line: bytes) -> bool:
    """Whether the line is not nested so deeply that Python cannot read or show it."""
    return line.count(b"[") + line.count(b"{") <= _MOST_BRACKETS


def _is_trusted(connection: socket.socket) -> bool:
    """Whether the client may suspend Linux for the service: root, or the service's own user."""
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack("3i", credentials)
    return user in (0, os.geteuid())
