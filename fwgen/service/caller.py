"""A client of the service's local socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fwgen.errors import ExaminedBadError, ToolBrokeError

Document = dict[str, Any]
ANSWER_S: Final = 10.0
"""Within this time the service answers a request that it need not wait for."""


class Caller:
    """Raises ExaminedBadError if no service answers at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
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
        """Send a request; return what its answer has under `key`. Raises ExaminedBadError if none
        comes within ANSWER_S."""
        self._socket.settimeout(ANSWER_S)
        try:
            self.send({"do": what})
            for document in self.lines():
                if key in document:
                    answer: Document = document[key]
                    return answer
        except TimeoutError:
            text = f"fwgen-peer at {self._path} did not answer within {ANSWER_S:g} s"
            hint = "it is stopped or stuck: `systemctl restart fwgen-peer`"
            raise ExaminedBadError(text, hint) from None
        finally:
            self._socket.settimeout(None)
        raise ExaminedBadError("fwgen-peer ended before it answered")

    def close(self) -> None:
        self._socket.close()
