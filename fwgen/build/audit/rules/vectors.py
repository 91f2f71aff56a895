"""The vector table: where Linux looks for it, and how the core wants it."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Section
from fwgen.plan.words import address

MISSING = Rule("vectors-missing", "the vector table has a section that Linux finds by its name")
UNALIGNED = Rule("vectors-unaligned", "the vector table is aligned as VTOR wants it")
TARGET = Rule("vectors-target", "stack and handlers of the vector table are in the image's memory")

RULES = (MISSING, UNALIGNED, TARGET)

SECTION = ".isr_vectors"
"""Linux's remoteproc driver for the M33 takes the boot address from the section of this name."""

_WORD = 4
_SYSTEM_VECTORS = 16
_LEAST_ALIGN = 128
"""VTOR has no bits below (Armv8-M Architecture Reference Manual, DDI 0553)."""


def check(subject: Subject) -> Iterator[Finding]:
    table = subject.elf.section(SECTION)
    if table is None or not table.size_bytes or not table.in_file:
        yield MISSING.broken(
            f"there is no section {SECTION}: Linux takes the M33's start address from it",
            hint="keep the section headers, and the name that Zephyr's linker script gives",
        )
        return
    align = alignment(table.size_bytes // _WORD)
    if table.start % align:
        yield UNALIGNED.broken(
            f"{table.size_bytes // _WORD} vectors at {address(table.start)}: VTOR wants them at a "
            f"multiple of {address(align)}",
            Place(address=table.start, section=SECTION),
            "begin the code window at such an address",
        )
    yield from _check_targets(subject, table)


def alignment(vectors: int) -> int:
    """The next power of two, in bytes, above the table's size."""
    wanted = _WORD * max(vectors, _SYSTEM_VECTORS)
    return max(_LEAST_ALIGN, 1 << (wanted - 1).bit_length())


def _check_targets(subject: Subject, table: Section) -> Iterator[Finding]:
    content = subject.elf.content(table)
    words = [
        int.from_bytes(content[at : at + _WORD], "little")
        for at in range(0, len(content) - _WORD + 1, _WORD)
    ]
    if len(words) < 2:
        yield TARGET.broken(f"{SECTION} holds {len(words)} vectors", Place(table.start, SECTION))
        return
    stack, plan = words[0], subject.plan
    if stack % 8 or not plan.data.start < stack <= plan.data.end:
        yield TARGET.broken(
            f"the first stack would begin at {address(stack)}, which is not in the data window "
            f"({address(plan.data.start)} to {address(plan.data.end - 1)})",
            Place(table.start, SECTION),
        )
    for number, target in enumerate(words[1:], 1):
        segment = subject.elf.segment_at(target & ~1)
        if target and not (target & 1 and segment and segment.executable):
            what = {1: "reset"}.get(number, f"vector {number}")
            yield TARGET.broken(
                f"{what} goes to {address(target)}, where no code of the image is",
                Place(table.start + number * _WORD, SECTION),
            )
            return
