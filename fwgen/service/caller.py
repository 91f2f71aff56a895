"""A client of the service's local socket."""

from __future__ import annotations

import contextlib
import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fwgen.errors import ExaminedBadError, FwgenError, InputError, ToolBrokeError

Document = dict[str, Any]
ANSWER_S: Final = 10.0
"""Within this time the service answers a request that it need not wait for."""


_START: Final = "start it: `systemctl start fwgen-peer` or `fwgen-peer run`"
_MAY_NOT: Final = (
    "call it as root, or as a member of the group fwgen-peer: `usermod -aG fwgen-peer USER`"
)


class Caller:
    """Raises ExaminedBadError if no service answers at `path`, InputError if this user may not call
    it or the path cannot be that of a socket. All methods raise ExaminedBadError if it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise _unreachable(path, error) from error

    def send(self, document: Document) -> None:
        try:
            self._socket.sendall(json.dumps(document).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            raise ExaminedBadError(f"fwgen-peer at {self._path} ended") from None

    def lines(self) -> Iterator[Document]:
        """Yield the service's lines until it ends. Raises ToolBrokeError if it refuses, or is no
        fwgen-peer."""
        with self._socket.makefile("rb") as file, contextlib.suppress(ConnectionResetError):
            for line in file:
                document = _object(line)
                if document is None:
                    text = f"{self._path}: expected JSON objects of fwgen-peer, found {line!r:.60}"
                    raise ToolBrokeError(text, "name the socket of fwgen-peer with --socket")
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


def _unreachable(path: Path, error: OSError) -> FwgenError:
    """Return why the socket cannot be called, and what to do."""
    text = f"no fwgen-peer answers at {path}: {error.strerror or error}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return InputError(text, _MAY_NOT)
    if error.errno == errno.ENOENT or (error.errno == errno.ECONNREFUSED and path.is_socket()):
        return ExaminedBadError(text, _START)
    return InputError(text, "name the socket of fwgen-peer: `socket` in the settings, or --socket")


def _object(line: bytes) -> Document | None:
    """Return the JSON object in a line; None: there is none."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
