"""Sizes of what lies in memory and goes over the wire; docs/SPEC.md describes the format.

The one place of these figures in Python. Tests hold them against the C headers and the CDDL.
"""

from __future__ import annotations

FORMAT = 2
"""Of blocks and messages alike."""
SUPERBLOCK_BYTES = 64
BLOCK_BYTES = 488
HEADER_BYTES = 36
MAGIC = b"FWB2"
"""Of a block. Its first three bytes begin the blocks of every format."""
SPEC_HASH_BYTES = 8
BLOCK_SPEC_BYTES = 4
"""So many of them stand in each block."""
MESSAGE_MAX_BYTES = 496
"""What a buffer of RPMsg carries: a block and the frame around it."""
PEER_MESSAGE_MAX_BYTES = 64
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
