"""A client of the service's local socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fwgen.errors import ExaminedBadError, ToolBrokeError

Document = dict[str, Any]


class Caller:
    """Raises ExaminedBadError if no service answers at `path`."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            text = f"no fwgen-peer answers at {path}: {error.strerror or error}"
            hint = "start it: `systemctl start fwgen-peer` or `fwgen-peer run`"
            raise ExaminedBadError(text, hint) from error

    def send(self, document: Document) -> None:
        self._socket.sendall(json.dumps(document).encode() + b"\n")

    def lines(self) -> Iterator[Document]:
        """Yield the service's lines until it ends. Raises ToolBrokeError if it refuses."""
        with self._socket.makefile("rb") as file:
            for line in file:
                document = json.loads(line)
                if "error" in document:
                    raise ToolBrokeError(f"fwgen-peer refused: {document['error']}")
                yield document

    def ask(self, what: str, key: str) -> Document:
        """Send a request; return what its answer has under `key`."""
        self.send({"do": what})
        for document in self.lines():
            if key in document:
                answer: Document = document[key]
                return answer
        raise ExaminedBadError("fwgen-peer ended before it answered")

    def close(self) -> None:
        self._socket.close()
