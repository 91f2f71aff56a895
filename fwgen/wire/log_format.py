"""Sizes of the log in memory and of the messages; docs/SPEC.md describes the format.

These figures are defined only here in Python. Tests compare them with the C headers and the CDDL.
"""

from __future__ import annotations

FORMAT = 2
"""Version of blocks and messages."""
CRASH_BYTES = 144
"""The crash record, at the start of the region."""
SUPERBLOCK_BYTES = 64
BLOCK_BYTES = 488
HEADER_BYTES = 36
MAGIC = b"FWB2"
"""First bytes of a block. The first three are the same in every format."""
SPEC_HASH_BYTES = 8
BLOCK_SPEC_BYTES = 4
"""Bytes of the spec's hash in each block."""
MESSAGE_MAX_BYTES = 496
"""Payload of an RPMsg buffer: a block and its frame."""
PEER_MESSAGE_MAX_BYTES = 64
LOG_ALIGN_BYTES = 8
STREAM_BITS = (BLOCK_BYTES - HEADER_BYTES) * 8
WORST_BITS = 29
"""The most bits that one sample takes in a block's bit stream."""

WORST_SAMPLES = 1 + STREAM_BITS // WORST_BITS
"""The fewest samples in a full block: one in the header, the others in the bit stream."""

SLOTS_MAX = 272
"""The most blocks that the firmware indexes: more than 128 KiB hold. It does not use the rest."""

FIXED_BYTES = CRASH_BYTES + SUPERBLOCK_BYTES
"""What a region holds besides blocks."""

MOST_BYTES = FIXED_BYTES + SLOTS_MAX * BLOCK_BYTES
"""The most bytes of a log region that the firmware uses."""

ARRAY_RECORD_BYTES = 8
"""For comparison: a record of a plain array (32-bit time, distance, status)."""


def slots(log_bytes: int) -> int:
    """Return how many blocks a log region of this size holds."""
    return min(SLOTS_MAX, max(0, (log_bytes - FIXED_BYTES) // BLOCK_BYTES))
