"""Decodes what the firmware sends, including its blocks of samples."""

from __future__ import annotations

from typing import Final

from fwgen.wire.block import Block, BlockError, decode_block
from fwgen.wire.messages import MARK, Data, Message, WireError, decode, seq_distance

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


def boot_distance(to: int, origin: int) -> int:
    """Return how many boots `to` comes after `origin`, modulo 2^32: -2^31 .. 2^31 - 1."""
    return seq_distance(to, origin)
