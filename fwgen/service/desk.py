"""Answers the clients of the local socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fwgen.service.hub import Client, Document, Hub
from fwgen.service.power.remote import RemoteSuspender
from fwgen.service.power.sleeping import Outcome, Sleep
from fwgen.service.power.sysfs import Slept, Wanted
from fwgen.service.service import Service
from fwgen.service.state import sleep_document


class Desk:
    """`path`: of the socket; None: there is none. `request` starts a suspend."""

    def __init__(
        self,
        service: Service,
        suspender: RemoteSuspender,
        request: Callable[[str, Outcome, Wanted], None],
        path: Path | None,
    ) -> None:
        self._service = service
        self._request = request
        self._suspender = suspender
        self._hub = Hub(path, self._answer, suspender.gone) if path else None

    def start(self) -> None:
        if self._hub is not None:
            self._service.publish = self._hub.publish
            self._hub.start()

    def stop(self) -> None:
        if self._hub is not None:
            self._hub.stop()

    def _answer(self, client: Client, request: Document) -> None:
        do = request.get("do")
        if do == "status":
            client.send({"status": self._service.status()})
        elif do == "watch":
            client.send({"status": self._service.status()})
            client.watches = True
        elif do == "recent":
            client.send(self._recent(request))
        elif do == "suspend":
            self._suspend(client, request)
        elif do == "serve" and client.trusted:
            self._suspender.offer(client, stays=bool(request.get("stays", True)))
        elif do == "serve":
            client.send({"error": "only root and the service's own user may suspend Linux"})
        elif isinstance(request.get("slept"), dict) and client.trusted:
            self._slept(client, request["slept"])
        else:
            client.send({"error": f"unknown request: {do!r}"})

    def _recent(self, request: Document) -> Document:
        channel = str(request.get("channel", ""))
        return self._service.recent(channel) or {"error": f"unknown channel: {channel!r}"}

    def _slept(self, client: Client, data: Document) -> None:
        try:
            slept = Slept.from_json(data)
        except ValueError as error:
            client.send({"error": f"slept: {error}"})
        else:
            self._suspender.slept(client, slept)

    def _suspend(self, client: Client, request: Document) -> None:
        try:
            wanted = Wanted.from_json(request)
        except ValueError as error:
            client.send({"error": str(error)})
        else:
            self._request("command", _Answer(client), wanted)


class _Answer(Outcome):
    def __init__(self, client: Client) -> None:
        self._client = client

    def ended(self, sleep: Sleep) -> None:
        self._client.send({"sleep": sleep_document(sleep)})
