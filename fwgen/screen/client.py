"""The screen's end of the service's socket: it connects, and connects again when the service was
restarted.

Lines are handled in the main thread, a few milliseconds at a time, so that frames are drawn
between them also while a backlog arrives.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from fwgen.screen.board import Board

_AGAIN_MS: Final = 500
_STATUS_MS: Final = 1_000
_READ_BYTES: Final = 65_536
_TURN_S: Final = 0.006
_MOST_LINE_BYTES: Final = 16_777_216


class Client(QObject):
    """Gives the board what the service says."""

    def __init__(self, path: Path, board: Board) -> None:
        super().__init__()
        self._path = path
        self._board = board
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None
        self._part = bytearray()
        self._lines: deque[bytes] = deque()
        self._again = _timer(self, _AGAIN_MS, self._connect)
        self._heartbeat = _timer(self, _STATUS_MS, lambda: self._ask("status"))
        self._turn = _timer(self, 0, self._work)

    def start(self) -> None:
        self._connect()
        self._again.start()

    def stop(self) -> None:
        self._again.stop()
        self._drop()

    def ask_for_sleep(self) -> None:
        if self._board.ask_for_sleep():
            self._ask("suspend")

    def _connect(self) -> None:
        if self._socket is not None:
            return
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return
        self._socket = connection
        self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self._board.connect()
        self._ask("watch")
        self._heartbeat.start()

    def _drop(self) -> None:
        """The service has ended."""
        for timer in (self._heartbeat, self._turn):
            timer.stop()
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._part.clear()
        self._lines.clear()
        self._board.disconnect()

    def _ask(self, what: str, **more: str) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(BlockingIOError):  # the service is suspended, and does not read
            try:
                self._socket.send(json.dumps({"do": what, **more}).encode() + b"\n")
            except ConnectionError:
                self._drop()

    def _read(self) -> None:
        assert self._socket is not None and self._notifier is not None
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data or len(self._part) > _MOST_LINE_BYTES:
            self._drop()
            return
        self._part += data
        if b"\n" in data:
            *lines, rest = self._part.split(b"\n")
            self._part = rest
            self._lines.extend(map(bytes, lines))
            self._notifier.setEnabled(False)  # the rest waits in the socket
            self._work()

    def _work(self) -> None:
        """Handle lines for a few milliseconds."""
        end_s = time.monotonic() + _TURN_S
        while self._lines and time.monotonic() < end_s:
            if not self._take(self._lines.popleft()):
                self._drop()
                return
        if self._board.wants_recent:
            self._board.wants_recent = False
            self._ask("recent")
            for channel in self._board.channels:
                self._ask("recent", channel=channel["name"])
        if self._lines:
            self._turn.start()
        else:
            self._turn.stop()
            if self._notifier is not None:
                self._notifier.setEnabled(True)

    def _take(self, line: bytes) -> bool:
        """Return False if this is no service of fwgen-peer, or of another version."""
        try:
            self._board.take(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError):
            return False
        return True


def _timer(parent: QObject, interval_ms: int, call: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval_ms)
    timer.timeout.connect(call)
    return timer
