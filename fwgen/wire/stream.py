"""Reads messages from a byte stream that may be split anywhere and may contain garbage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from fwgen.wire.log_format import MESSAGE_MAX_BYTES
from fwgen.wire.messages import MARK, WireError

M = TypeVar("M")

_UINT: Final = 0
_BYTES: Final = 2
_ARRAY: Final = 4
_NIL: Final = 0xF6
_HEADS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""Size in bytes of the number that follows, and the smallest number that needs this size."""


def message_length(
    buffer: bytes | bytearray, start: int = 0, limit: int = MESSAGE_MAX_BYTES
) -> int | None:
    """Return the length of the message whose mark is at `start`; None: more bytes are needed.

    Only the shape is checked: an array of up to 23 unsigned numbers, byte strings and nils, each
    in its shortest form.
    Raises WireError if the bytes cannot become a message.
    """
    at = start + len(MARK)
    end = len(buffer)
    if at >= end:
        return None
    head = buffer[at]
    if head >> 5 != _ARRAY or head & 31 > 23:
        raise WireError(f"expected an array after the mark, found {head:#04x}")
    at += 1
    for _ in range(head & 31):
        if at >= end:
            return None
        first = buffer[at]
        at += 1
        if first == _NIL:
            continue
        major, value = first >> 5, first & 31
        if major not in (_UINT, _BYTES) or value > 27:
            raise WireError(f"expected a number, byte string or nil, found {first:#04x}")
        if value > 23:
            size, least = _HEADS[value]
            if at + size > end:
                return None
            value = int.from_bytes(buffer[at : at + size], "big")
            if value < least:
                raise WireError(f"{value} has a shorter form")
            at += size
        if major == _BYTES:
            at += value
        if at - start > limit:
            raise WireError(f"expected at most {limit} bytes, found a longer message")
    return at - start if at <= end else None


class StreamReader(Generic[M]):
    """`decode` turns one whole message into a value, or raises WireError.

    After a WireError the search for the next message continues right after this one's mark, so
    that a damaged message does not hide the ones after it.
    """

    def __init__(self, decode: Callable[[bytes], M], limit: int = MESSAGE_MAX_BYTES) -> None:
        self._decode = decode
        self._limit = limit
        self._buffer = bytearray()
        self._skipping = False
        self.errors = 0
        """Runs of bytes that were not a message."""

    @property
    def partial(self) -> bool:
        """Whether a message has begun and its rest has not arrived."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[M]:
        """Add bytes; return the messages that they complete."""
        self._buffer += data
        return self._read()

    def abandon(self) -> list[M]:
        """Give up the partial message; return the messages found in its bytes."""
        if not self._buffer:
            return []
        self._drop(0, 1)
        return self._read()

    def _read(self) -> list[M]:
        found: list[M] = []
        buffer = self._buffer
        at = 0
        while True:
            mark = buffer.find(MARK, at)
            if mark < 0:
                keep = _mark_begun(buffer, at)
                if keep > at:
                    self._note_garbage()
                at = keep
                break
            if mark > at:
                self._note_garbage()
            at = mark
            try:
                length = message_length(buffer, at, self._limit)
                if length is None:
                    break
                found.append(self._decode(bytes(buffer[at : at + length])))
            except WireError:
                self._note_garbage()
                at += 1
                continue
            self._skipping = False
            at += length
        del buffer[:at]
        return found

    def _drop(self, at: int, count: int) -> None:
        self._note_garbage()
        del self._buffer[at : at + count]

    def _note_garbage(self) -> None:
        if not self._skipping:
            self.errors += 1
            self._skipping = True


def _mark_begun(buffer: bytearray, at: int) -> int:
    """Return where a mark may begin at the buffer's end; the buffer's length if none does."""
    for size in (2, 1):
        if len(buffer) - size >= at and buffer.endswith(MARK[:size]):
            return len(buffer) - size
    return len(buffer)
