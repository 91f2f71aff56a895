"""Blocks of the range sensor, decoded, for tests that need no bytes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from fwgen.wire.block import Block
from fwgen.wire.sample import DISTANCE_BITS, DISTANCE_MAX_MM, DISTANCE_WIDTHS


def made_block(
    first_seq: int,
    period_us: int,
    start_us: int,
    boot: int,
    spec: bytes,
    words: Sequence[int],
    size_bytes: int = 488,
) -> Block:
    """Return these samples, all on time. `words`: `status << 13 | distance_mm`."""
    return Block(
        first_seq=first_seq,
        period_us=period_us,
        start_us=start_us,
        boot=boot,
        spec=spec,
        stream=0,
        widths=DISTANCE_WIDTHS,
        statuses=bytes(word >> DISTANCE_BITS for word in words),
        late=bytes(len(words)),
        values=(array("I", [word & DISTANCE_MAX_MM for word in words]),),
        size_bytes=size_bytes,
    )
