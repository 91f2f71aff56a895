"""Linux is suspended by another process, a client of the hub: only that one runs as root."""

from __future__ import annotations

import threading

from fwgen.service.hub import Client
from fwgen.service.power.sysfs import AS_USUAL, Slept

NOBODY = "no process that may suspend Linux is there; run `fwgen-peer suspend --serve` as root"


class RemoteSuspender:
    """The last client that offered itself to stay is used; without one, the last other client.

    `wanted`: how the next sleep is to be, in place of the client's own settings.
    """

    def __init__(self) -> None:
        self.wanted = AS_USUAL
        self._changed = threading.Condition()
        self._servers: list[Client] = []  # those that stay are at the end
        self._slept: dict[Client, Slept] = {}

    @property
    def is_there(self) -> bool:
        """Whether a process has offered itself. Any thread may ask this."""
        with self._changed:
            return bool(self._servers)

    def suspend(self) -> Slept:
        with self._changed:
            if not self._servers:
                return Slept(error=NOBODY)
            server = self._servers[-1]
            self._slept.pop(server, None)
            wanted, self.wanted = self.wanted, AS_USUAL
            server.send({"now": wanted.to_json()})
            self._changed.wait_for(lambda: server in self._slept or server not in self._servers)
            ended = "the process that suspends Linux has ended"
            return self._slept.pop(server, Slept(error=ended))

    # -------------------------------------------------------------------------- in the hub's thread

    def offer(self, client: Client, *, stays: bool) -> None:
        with self._changed:
            self._servers.insert(len(self._servers) if stays else 0, client)

    def slept(self, client: Client, slept: Slept) -> None:
        with self._changed:
            self._slept[client] = slept
            self._changed.notify_all()

    def gone(self, client: Client) -> None:
        with self._changed:
            if client in self._servers:
                self._servers.remove(client)
            self._changed.notify_all()
