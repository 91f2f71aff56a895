"""The clock of a User-Mode Linux with `time-travel=ext` (include/uapi/linux/um_timetravel.h).

Messages have an operation, a number and a time in ns; each is acknowledged with its number. Linux
asks for the time at which it wants to run (REQUEST) and waits (WAIT) for RUN. FREE_UNTIL lets it
advance its clock by itself up to a time; before it rings anybody it sends the time (UPDATE).
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Final

from fwgen.backends.kernel.sockets import Sockets, receive

NEVER: Final = (1 << 63) - 1
ZERO_NS: Final = 2_300_000_000
"""Scenario time 0 on the calendar. Steps are often at whole seconds of scenario time. These must
not be whole seconds of Linux's clock: an alarm that is set there may be a second late."""
LONG_AGO_US: Final = -(1 << 62)
_MESSAGE: Final = struct.Struct("<IIQ")
_ACK, _START, _REQUEST, _WAIT, _GET, _UPDATE, _RUN, _FREE_UNTIL, _GET_TOD = range(9)


class Calendar:
    """`now_ns`: virtual time since the calendar was made; it goes on when Linux boots again.
    `epoch_s`: the time of day at 0, in s since 1970.
    """

    def __init__(self, sockets: Sockets, path: Path, epoch_s: int) -> None:
        self._sockets = sockets
        self._epoch_ns = epoch_s * 10**9
        self._connection: socket.socket | None = None
        self._number = 0
        self._acknowledged = 0
        self._free_until_ns = NEVER
        self._wanted_ns: int | None = None
        self.now_ns = 0
        self.running = False
        """Linux runs, and we wait for its messages."""
        sockets.listen(path, self._accept)

    @property
    def wanted_ns(self) -> int:
        """When Linux wants to run next; NEVER: only an interrupt makes it run."""
        return NEVER if self._wanted_ns is None else self._wanted_ns

    def expect(self) -> None:
        """A Linux was started: it runs until it waits."""
        self.running = True
        self._wanted_ns = None
        self._free_until_ns = NEVER

    def drop(self) -> None:
        """Linux has ended."""
        self._sockets.drop(self._connection)
        self._connection = None
        self.running = False
        self._wanted_ns = None

    def settle(self) -> None:
        """Serve Linux until it waits. Raises GoneError."""
        while self.running:
            self._sockets.serve()

    def advance(self, to_ns: int) -> None:
        """Time passes while Linux waits."""
        self.now_ns = max(self.now_ns, to_ns)

    def let_run(self, free_until_ns: int) -> None:
        """Linux runs now; up to that time it needs no permission to advance its clock."""
        self._wanted_ns = None
        self.running = True
        self._free_until_ns = max(free_until_ns, self.now_ns)
        if self._free_until_ns > self.now_ns:
            self._tell(_FREE_UNTIL, self._free_until_ns)
        self._tell(_RUN, self.now_ns)

    def shorten(self, free_until_ns: int) -> None:
        """While Linux runs: something is due earlier than let_run assumed."""
        if self.running and free_until_ns < self._free_until_ns:
            self._free_until_ns = max(free_until_ns, self.now_ns)
            self._tell(_FREE_UNTIL, self._free_until_ns)

    def pass_granted(self) -> None:
        """Before Linux, which waits, is interrupted: it may have advanced its clock that far."""
        if self._free_until_ns < NEVER:
            self.advance(min(self._free_until_ns, self.wanted_ns))

    def stop_soon(self) -> None:
        """While Linux runs: something is to be said to it, so it must wait at the present time."""
        self.shorten(self.now_ns)

    def _accept(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sockets.watch(connection, self._serve)

    def _serve(self) -> None:
        assert self._connection is not None
        operation, number, time_ns = _MESSAGE.unpack(receive(self._connection, _MESSAGE.size))
        answer_ns = 0
        if operation == _ACK:
            self._acknowledged = number
            return
        if operation == _GET:
            answer_ns = self.now_ns
        elif operation == _GET_TOD:
            answer_ns = self._epoch_ns + self.now_ns
        elif operation == _UPDATE:
            self.advance(time_ns)
        elif operation == _REQUEST:
            self._wanted_ns = time_ns
        elif operation == _WAIT:
            self.running = False
        self._connection.sendall(_MESSAGE.pack(_ACK, number, answer_ns))

    def _tell(self, operation: int, time_ns: int) -> None:
        assert self._connection is not None
        self._number += 1
        self._connection.sendall(_MESSAGE.pack(operation, self._number, time_ns))
        while self._acknowledged != self._number:
            self._serve()
