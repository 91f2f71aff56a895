"""The vector table: Linux must find it, and the core must be able to use it."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.elf import Section
from fwgen.plan.words import address

SECTION = ".isr_vectors"
"""Linux's remoteproc driver for the M33 takes the boot address from the section of this name."""

MISSING = Rule("vectors-missing", f"the section {SECTION} contains the vector table")
UNALIGNED = Rule("vectors-unaligned", "the vector table has the alignment that VTOR requires")
TARGET = Rule("vectors-target", "the vector table's stack and handlers are in the image's memory")

RULES = (MISSING, UNALIGNED, TARGET)

_WORD = 4
_SYSTEM_VECTORS = 16
_LEAST_ALIGN = 128
"""VTOR has no lower address bits (Armv8-M Architecture Reference Manual, DDI 0553)."""


def check(subject: Subject) -> Iterator[Finding]:
    table = subject.elf.section(SECTION)
    if table is None or not table.size_bytes or not table.in_file:
        yield MISSING.broken(
            f"expected a section {SECTION}, found none: Linux takes the M33's boot address from it",
            hint="keep the section headers, and the name that Zephyr's linker script uses",
        )
        return
    align = alignment(table.size_bytes // _WORD)
    if table.start % align:
        yield UNALIGNED.broken(
            f"the vector table with {table.size_bytes // _WORD} vectors must be at a multiple of "
            f"{address(align)} (VTOR), found {address(table.start)}",
            Place(address=table.start, section=SECTION),
            "begin the code window at such an address",
        )
    yield from _check_targets(subject, table)


def alignment(vectors: int) -> int:
    """Return the required alignment in bytes: the next power of two, at least the table's size."""
    wanted = _WORD * max(vectors, _SYSTEM_VECTORS)
    return max(_LEAST_ALIGN, 1 << (wanted - 1).bit_length())


def _check_targets(subject: Subject, table: Section) -> Iterator[Finding]:
    content = subject.elf.content(table)
    words = [
        int.from_bytes(content[at : at + _WORD], "little")
        for at in range(0, len(content) - _WORD + 1, _WORD)
    ]
    if len(words) < 2:
        yield TARGET.broken(
            f"{SECTION}: expected at least 2 vectors, found {len(words)}",
            Place(table.start, SECTION),
        )
        return
    stack, plan = words[0], subject.plan
    if stack % 8 or not plan.data.start < stack <= plan.data.end:
        yield TARGET.broken(
            f"the initial stack pointer {address(stack)} must be a multiple of 8 in the data "
            f"window ({address(plan.data.start)} to {address(plan.data.end - 1)})",
            Place(table.start, SECTION),
            "put the stacks into the data window",
        )
    for number, target in enumerate(words[1:], 1):
        segment = subject.elf.segment_at(target & ~1)
        if target and not (target & 1 and segment and segment.executable):
            what = {1: "reset"}.get(number, f"vector {number}")
            yield TARGET.broken(
                f"{what} points to {address(target)}, which is not Thumb code of the image",
                Place(table.start + number * _WORD, SECTION),
                "point it to a Thumb function (bit 0 set), or to 0 if it is unused",
            )
            return
