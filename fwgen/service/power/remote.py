"""Linux is suspended by another process, a client of the hub: only that one runs as root."""

from __future__ import annotations

import threading

from fwgen.service.hub import Client, Document
from fwgen.service.power.sysfs import Slept

NOBODY = "no process that may suspend Linux is there; run `fwgen-peer suspend --serve` as root"


class RemoteSuspender:
    """The last client that offered itself is used."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._servers: list[Client] = []
        self._slept: dict[Client, Slept] = {}

    def suspend(self) -> Slept:
        with self._changed:
            if not self._servers:
                return Slept(error=NOBODY)
            server = self._servers[-1]
            self._slept.pop(server, None)
            server.send({"now": {}})
            self._changed.wait_for(lambda: server in self._slept or server not in self._servers)
            ended = "the process that suspends Linux has ended"
            return self._slept.pop(server, Slept(error=ended))

    # -------------------------------------------------------------------------- in the hub's thread

    def offer(self, client: Client) -> None:
        with self._changed:
            self._servers.append(client)

    def slept(self, client: Client, data: Document) -> None:
        with self._changed:
            self._slept[client] = Slept.from_json(data)
            self._changed.notify_all()

    def gone(self, client: Client) -> None:
        with self._changed:
            if client in self._servers:
                self._servers.remove(client)
            self._changed.notify_all()
