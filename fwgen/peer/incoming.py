"""Reads what the firmware sends, including its blocks of samples."""

from __future__ import annotations

from typing import Final

from fwgen.wire.block import Block, BlockError, decode_block
from fwgen.wire.messages import MARK, Data, Message, WireError, decode, seq_distance
from fwgen.wire.stream import StreamReader

STALE_PART_US: Final = 100_000
"""The beginning of a message is dropped if its rest does not arrive within this time."""

_DATA_HEAD: Final = {MARK + b"\x82\x01\x58": 7, MARK + b"\x82\x01\x59": 8}
"""Fast path, since nearly all messages carry a block: first bytes -> offset of the block."""


def decode_incoming(item: bytes) -> Message | Block:
    """Return the message or block. Raises WireError, also if the block's CRC is wrong."""
    start = _DATA_HEAD.get(item[:6])
    try:
        if start is not None:
            return decode_block(item[start:])
        message = decode(item)
        return decode_block(message.block) if isinstance(message, Data) else message
    except BlockError as error:
        raise WireError(str(error)) from error


class Incoming:
    """Makes messages of bytes, in whatever pieces they arrive."""

    def __init__(self) -> None:
        self._reader: StreamReader[Message | Block] = StreamReader(decode_incoming)
        self._heard_us = 0

    @property
    def errors(self) -> int:
        return self._reader.errors

    @property
    def stale_us(self) -> int | None:
        """When `abandon_stale` must be called; None: no message has only begun."""
        return self._heard_us + STALE_PART_US if self._reader.partial else None

    def feed(self, data: bytes, now_us: int) -> list[Message | Block]:
        """Return the messages that end in `data`."""
        self._heard_us = now_us
        return self._reader.feed(data)

    def abandon_stale(self, now_us: int) -> list[Message | Block]:
        """Drop the beginning of a message that is too old; return the messages in its bytes."""
        if not self._reader.partial or now_us < self._heard_us + STALE_PART_US:
            return []
        self._heard_us = now_us
        return self._reader.abandon()


def boot_distance(to: int, origin: int) -> int:
    """Return how many boots `to` comes after `origin`, modulo 2^32: -2^31 .. 2^31 - 1."""
    return seq_distance(to, origin)
