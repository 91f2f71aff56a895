"""Sizes of the sample log's format (docs/SPEC.md, part "Sample log"); tests hold them against the C headers."""

from typing import Final

SUPERBLOCK_BYTES: Final = 64
BLOCK_BYTES: Final = 488
HEADER_BYTES: Final = 28
STREAM_BITS: Final = (BLOCK_BYTES - HEADER_BYTES) * 8
SAMPLE_BITS_MAX: Final = 29
"""The dearest sample: late and far from the one before it."""
REGION_ALIGN_BYTES: Final = 8
SLOTS_MAX: Final = 272
"""Slots that the firmware keeps an index for; a larger region is used up to here."""

WORST_SAMPLES_PER_BLOCK: Final = 1 + (STREAM_BITS - SAMPLE_BITS_MAX) // SAMPLE_BITS_MAX + 1
"""A block is closed for lack of room only once it holds this many samples."""


def slots(region_bytes: int) -> int:
    """Blocks that a log region holds."""
    return min(SLOTS_MAX, max(0, region_bytes - SUPERBLOCK_BYTES) // BLOCK_BYTES)
