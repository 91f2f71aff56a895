"""No address in DDR outside of the one module that owns every access to it.

A constant counts as an address in DDR if it points into a part of DDR that the M33 knows of (the
shared memory, the rings, the buffers, the stock place of code and data), or anywhere in DDR if an
instruction accesses memory through it or the linker relocated it. Elsewhere a number with the upper
bit set (a hash, a flag) is just that. Data is judged by its type: no `char` array is a pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fwgen.build.audit.code import words
from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.plan.words import address
from fwgen.soc.model import Region

POINTER = Rule("ddr-pointer", "no address in DDR outside of the one module that owns it")

RULES = (POINTER,)

OWNER = "src/link.c"
"""The generated application's module that owns every access to DDR."""

_HINT = (
    f"only {OWNER} may know where DDR is: it checks that the door is open. Go through its functions"
)
_SYSTEM_START = 0xE000_0000
"""From here on the core's own registers (Armv8-M memory map), whatever the chip's DDR covers."""

_EXEMPT = (".resource_table",)
"""The resource table's ring addresses are Linux's to use."""


@dataclass(frozen=True)
class _Part(Region):
    title: str


def check(subject: Subject) -> Iterator[Finding]:
    parts = _parts(subject)
    ddr = Region(subject.ddr.start, min(subject.ddr.end, _SYSTEM_START) - subject.ddr.start)
    yield from _in_code(subject, ddr, parts)
    yield from _in_data(subject, ddr, parts)


def _parts(subject: Subject) -> list[_Part]:
    """The parts of DDR that the M33 has to do with, here or on the stock board."""
    ddr = subject.plan.board.ddr
    carved = (ddr.code, ddr.data, ddr.shm, ddr.vring0, ddr.vring1, ddr.vdev_buffer)
    return [_Part(c.start, c.size_bytes, c.title) for c in carved]


def _where(parts: list[_Part], value: int) -> str:
    """The part of DDR, for a sentence; '' if it is none that the M33 has to do with."""
    part = next((p for p in parts if p.start <= value < p.end), None)
    return f"the {part.title} in DDR" if part else ""


def _in_code(subject: Subject, ddr: Region, parts: list[_Part]) -> Iterator[Finding]:
    told: set[tuple[str, str, int]] = set()
    for constant in subject.code.constants():
        if not ddr.start <= constant.value < ddr.end:
            continue
        part = "" if constant.immediate else _where(parts, constant.value)
        if not (part or constant.accessed) or _own_code(subject, constant.value):
            continue
        line = subject.elf.debug.line_of(constant.address)
        place = subject.code_place(constant.address)
        once = (place.function, place.file, place.line)
        if (line and _owned(line.unit)) or once in told:
            continue
        told.add(once)
        yield POINTER.broken(
            f"{_name(place)} {'accesses' if constant.accessed else 'loads'} "
            f"{address(constant.value)}, {part or 'in DDR'}",
            place,
            _HINT,
        )


def _in_data(subject: Subject, ddr: Region, parts: list[_Part]) -> Iterator[Finding]:
    elf = subject.elf
    relocated = set(elf.relocations)
    for section in elf.allocated:
        if section.executable or not section.in_file or section.name in _EXEMPT:
            continue
        if section.kind == "SHT_ARM_EXIDX":
            continue
        for word in words(elf, section, section.start, section.end):
            if not ddr.start <= word.value < ddr.end:
                continue
            part = _where(parts, word.value)
            sure = word.address in relocated
            if _own_code(subject, word.value):
                continue
            if not (sure or (part and _may_point(subject, word.address))):
                continue
            place = subject.data_place(word.address)
            if _owned(place.file):
                continue
            yield POINTER.broken(
                f"{_name(place)} holds {address(word.value)}, {part or 'in DDR'}", place, _HINT
            )


def _owned(unit: str) -> bool:
    return unit == OWNER or unit.endswith("/" + OWNER) or unit == OWNER.rpartition("/")[2]


def _own_code(subject: Subject, value: int) -> bool:
    """An image in DDR points to itself throughout; its segments are told of already."""
    ddr = subject.plan.board.ddr
    stock = [p for p in (ddr.code, ddr.data) if any(p.overlaps(s) for s in subject.elf.segments)]
    return any(part.start <= value < part.end for part in stock)


def _may_point(subject: Subject, at: int) -> bool:
    """By its type if that is known; without one, what reads as text does not point."""
    symbol = subject.elf.symbol_at(at)
    leaf = subject.elf.debug.leaf_at(symbol.start, at - symbol.start) if symbol else None
    if leaf is not None:
        return leaf.kind != "float" and leaf.size_bytes >= 4
    return not _in_text(subject, at)


def _in_text(subject: Subject, at: int) -> bool:
    """Is the word part of a string, from the zero before to the zero after?"""
    section = subject.elf.section_at(at)
    if section is None:
        return False
    content, here = subject.elf.content(section), at - section.start
    start = content.rfind(b"\0", 0, here) + 1
    end = content.find(b"\0", here)
    text = content[start : end if end >= 0 else len(content)]
    try:
        return len(text) >= 4 and all(c.isprintable() or c in "\n\r\t" for c in text.decode())
    except UnicodeDecodeError:
        return False


def _name(place: Place) -> str:
    return f"`{place.function}`" if place.function else place.section or "the image"
