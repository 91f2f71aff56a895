"""What a sink is: it makes items durable, in order. Its own thread calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fwgen.service.items import Item, Mark


class SinkError(Exception):
    """The items could not be stored. The text says why; the same items are tried again later.
    `cure`: how to fix it, if more is known than the text says."""

    def __init__(self, text: str, cure: str = "") -> None:
        super().__init__(text)
        self.cure = cure


class Sink(Protocol):
    def open(self) -> None:
        """Called before the first `store`, and again after a failed one. Raises SinkError."""

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        """Return when all items are durable. `mark`: to be recorded with them, for the recorder.

        Items that were stored before may come again, after a restart and after an error.
        Raises SinkError.
        """

    def close(self) -> None:
        """Free what `open` took; never raises. Also called after a failed `open` or `store`."""
