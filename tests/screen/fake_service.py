"""A service's socket without a service: the real hub, with answers of the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fwgen.service.hub import Client, Document, Hub
from fwgen.service.recent import DISTANCE_COLUMN, main_column
from tests.screen.scenes import status


class FakeService:
    """`status` is what it answers; `suspends` counts requests to sleep."""

    def __init__(self, path: Path, **changes: Any) -> None:
        self.status = status(**changes)
        self.recent: dict[str, list[Any]] = {}
        """By channel."""
        self.suspends = 0
        self.asked: list[str] = []
        self._hub = Hub(path, self._answer)
        self._hub.start()

    def publish(self, document: Document) -> None:
        self._hub.publish(document)

    def close(self) -> None:
        self._hub.stop()

    def _answer(self, client: Client, request: Document) -> None:
        do = str(request.get("do"))
        self.asked.append(do)
        if do in ("status", "watch"):
            client.send({"status": self.status})
            client.watches = client.watches or do == "watch"
        elif do == "recent":
            channel = request.get("channel") or main_column(self.status.get("channels", []))
            channel = channel or DISTANCE_COLUMN
            client.send({"recent": self.recent.get(channel, []), "channel": channel})
        elif do == "suspend":
            self.suspends += 1
            self.status = {**self.status, "linux": {**self.status["linux"], "state": "asking"}}
            client.send({"status": self.status})
