"""Compares what the firmware makes of a memory with what docs/SPEC.md says, and with the truth."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.wire.block import Block
from tests.second_reader.reader import Found, read_region, recover, slots
from tests.stores.history import State, Truth, differs, read, samples_of

CRASH_BYTES = 144


def expected(image: bytes) -> Found:
    """What the specification says about a start with this memory. The first number is 0."""
    return recover(image, 0, read=read)


def wrong_recovery(image: bytes, after: bytes) -> Iterator[str]:
    """Yield how the memory after the recovery differs from the specification's."""
    due = expected(image)
    superblock, blocks = read_region(after, read)
    kept = sorted(block[0].seq for block in blocks)
    if kept != sorted(block[0].seq for block in due.blocks):
        yield f"expected blocks from {[block[0].seq for block in due.blocks]}, found {kept}"
    elif {tuple(block) for block in blocks} != {tuple(block) for block in due.blocks}:
        yield "a block has other samples than before"
    used = sum(slot[:4] == b"FWB3" for slot in slots(after))
    if used != len(blocks):
        yield f"{used - len(blocks)} slots have a magic and no block"
    if superblock is None:
        yield "there is no superblock"
        return
    found = (superblock.next_seq, superblock.boot, superblock.log)
    if found != (due.next_seq, due.boot, due.log):
        yield f"next number, boot, log: expected {(due.next_seq, due.boot, due.log)}, found {found}"


def wrong_samples(after: bytes, truth: Truth) -> Iterator[str]:
    """Yield samples that are not as they were taken."""
    for block in read_region(after, read)[1]:
        for sample in block:
            if wrong := differs(sample, truth):
                yield wrong
                return


def missing(state: State, after: bytes, lost: range | None = None) -> Iterator[str]:
    """Yield what must be there and is not. `lost`: numbers in a block that was damaged."""
    superblock, blocks = read_region(after, read)
    there = {sample.seq for block in blocks for sample in block}
    due = set(range(state.first, state.end)) - set(lost or ())
    if not due <= there:
        gone = sorted(due - there)
        yield f"{len(gone)} samples are missing, from {gone[0]} on"
    if lost is None and superblock is not None and superblock.next_seq < state.end:
        yield f"number {superblock.next_seq} will be used again"


def wrong_delivery(image: bytes, blocks: list[Block], gaps: list[tuple[int, int]]) -> Iterator[str]:
    """Yield how what a peer without any samples gets differs from what is in the memory. The sensor
    goes on meanwhile: later samples are not compared."""
    due = expected(image)
    kept = {sample.seq: (sample.status, sample.values) for block in due.blocks for sample in block}
    got: dict[int, tuple[int, tuple[int, ...]]] = {}
    for block in blocks:
        for index, (status, values, _) in enumerate(block.samples()):
            got[block.first_seq + index] = (int(status), tuple(values))
    declared = {first + i for first, count in gaps for i in range(count)}
    arrived = {seq: sample for seq, sample in got.items() if seq < due.next_seq}
    if arrived != kept:
        yield f"{len(kept.keys() ^ arrived.keys())} samples differ from those in the memory"
    holes = set(range(due.oldest_seq, due.next_seq)) - kept.keys()
    if declared != holes:
        yield f"declared lost {len(declared)} samples, expected {len(holes)}"


def block_numbers(image: bytes, slot: int | None) -> range:
    """Return the numbers of the samples in a slot; none for no slot."""
    found = samples_of(slots(image)[slot]) if slot is not None else []
    return range(found[0].seq, found[-1].seq + 1) if found else range(0)
