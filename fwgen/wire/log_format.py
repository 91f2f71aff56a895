"""Sizes of the sample log's format that the plan counts with. docs/SPEC.md describes the format.

The one place of these figures in Python: `fwgen.wire.block` imports them from here, and tests hold
them against the C headers.
"""

from __future__ import annotations

FORMAT = 1
SUPERBLOCK_BYTES = 64
BLOCK_BYTES = 488
HEADER_BYTES = 28
LOG_ALIGN_BYTES = 8
STREAM_BITS = (BLOCK_BYTES - HEADER_BYTES) * 8
WORST_BITS = 29
"""A sample never takes more bits than this in a block's bit stream."""

WORST_SAMPLES = 1 + STREAM_BITS // WORST_BITS
"""A block closed because it is full holds at least so many: one in the header, then the stream."""

SLOTS_MAX = 272
"""Blocks that the firmware keeps an index for, more than 128 KiB hold; the rest stays unused."""

MOST_BYTES = SUPERBLOCK_BYTES + SLOTS_MAX * BLOCK_BYTES
"""More than that the firmware does not use."""

ARRAY_RECORD_BYTES = 8
"""What the log is compared with: a plain array of records (32-bit time, distance, status)."""


def slots(log_bytes: int) -> int:
    """How many blocks a log region of this size holds."""
    return min(SLOTS_MAX, max(0, (log_bytes - SUPERBLOCK_BYTES) // BLOCK_BYTES))
