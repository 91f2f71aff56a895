"""Sizes of the log in memory and of the messages; docs/SPEC.md describes the format.

These figures are defined only here in Python. Tests compare them with the C headers and the CDDL.
"""

from __future__ import annotations

from collections.abc import Sequence

FORMAT = 3
"""Version of blocks and messages."""
CRASH_BYTES = 144
"""The crash record, at the start of the region."""
SUPERBLOCK_BYTES = 64
BLOCK_BYTES = 488
HEADER_BYTES = 36
"""The shortest header, of a block with at most three channels."""
STREAMS_MAX = 2
CHANNELS_MAX = 8
WIDTH_MAX = 24
"""The most sensors of a log, channels of a sensor, and bits of a channel."""
MAGIC = b"FWB3"
"""First bytes of a block. The first three are the same in every format."""
SPEC_HASH_BYTES = 8
BLOCK_SPEC_BYTES = 4
"""Bytes of the spec's hash in each block."""
MESSAGE_MAX_BYTES = 496
"""Payload of an RPMsg buffer: a block and its frame."""
PEER_MESSAGE_MAX_BYTES = 64
LOG_ALIGN_BYTES = 8
WORST_BITS = 16
"""The most bits that one sample takes in a block's bit stream, besides the widths of its values."""
_WORST_FIRST_BITS = 10
"""Likewise, of a block's first sample."""

SLOTS_MAX = 272
"""The most blocks that the firmware indexes: more than 128 KiB hold. It does not use the rest."""

FIXED_BYTES = CRASH_BYTES + SUPERBLOCK_BYTES
"""What a region holds besides blocks."""

MOST_BYTES = FIXED_BYTES + SLOTS_MAX * BLOCK_BYTES
"""The most bytes of a log region that the firmware uses."""

ARRAY_RECORD_BYTES = 8
"""For comparison: a record of a plain array (32-bit time, distance, status)."""


def header_bytes(channels: int) -> int:
    """Return the length of a block's header: 36 to 44."""
    return HEADER_BYTES + channels // 4 * 4


def worst_samples(widths: Sequence[int]) -> int:
    """Return the fewest samples in a full block, whatever they are. `widths`: bits of each
    channel."""
    values = sum(widths)
    bits = (BLOCK_BYTES - header_bytes(len(widths))) * 8 - _WORST_FIRST_BITS - values
    return 1 + bits // (WORST_BITS + values)


def slots(log_bytes: int) -> int:
    """Return how many blocks a log region of this size holds."""
    return min(SLOTS_MAX, max(0, (log_bytes - FIXED_BYTES) // BLOCK_BYTES))
