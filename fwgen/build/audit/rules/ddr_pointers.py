"""Only one module may contain addresses in DDR; none may if the rings are in another memory.

A constant counts as an address in DDR in two cases. It points into a part of DDR that the M33 uses
(shared memory, rings, buffers, the stock place of code and data). Or it points anywhere into DDR,
and an instruction accesses memory through it or the linker relocated it. Other numbers with the
upper bit set are hashes or flags. Data is judged by its type: a `char` array is not a pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fwgen.build.audit.finding import Finding, Place, Rule
from fwgen.build.audit.subject import Subject
from fwgen.build.code import Word, words
from fwgen.build.resource_table import SECTION as RESOURCE_TABLE
from fwgen.plan.words import address
from fwgen.soc.region import Region

POINTER = Rule("ddr-pointer", "only the module that owns DDR contains addresses in DDR")

RULES = (POINTER,)

OWNER = "src/link.c"
"""The only module of the generated application that accesses DDR."""

_HINT = (
    f"only {OWNER} may access DDR, because it checks that the door is open; call its functions "
    "instead"
)
_HINT_NEVER = (
    "this firmware's rings are not in DDR, so that no module may access DDR: remove the access"
)
_HINT_NO_DEBUG = (
    f"without debug information the audit cannot recognise any module, not even {OWNER}: build "
    "with -g, and audit the ELF as the linker wrote it"
)
_SYSTEM_START = 0xE000_0000
"""The core's own registers begin here (Armv8-M memory map), whatever the chip's DDR covers."""

_EXEMPT = (RESOURCE_TABLE,)
"""Only Linux uses the ring addresses in the resource table."""


_Found = tuple[str, Place]


@dataclass(frozen=True)
class _Part(Region):
    title: str


def check(subject: Subject) -> Iterator[Finding]:
    parts = _parts(subject)
    hint = _HINT if subject.elf.debug.present else _HINT_NO_DEBUG
    if not subject.plan.rings.in_ddr:
        hint = _HINT_NEVER
    ddr = Region(subject.ddr.start, min(subject.ddr.end, _SYSTEM_START) - subject.ddr.start)
    for message, place in (*_in_code(subject, ddr, parts), *_in_data(subject, ddr, parts)):
        yield POINTER.broken(message, place, hint)


def _parts(subject: Subject) -> list[_Part]:
    """Return the parts of DDR that the M33 uses, in this plan or on the stock board."""
    board = subject.plan.board
    rings = [part for one in board.rings.values() for part in one.parts]
    carved = (board.ddr.code, board.ddr.data, *rings)
    return [
        _Part(part.start, part.size_bytes, part.title)
        for part in carved
        if part.memory == board.ddr.memory
    ]


def _where(parts: list[_Part], value: int) -> str:
    """Return the name of the part of DDR, for a message; '' if the M33 does not use it."""
    part = next((p for p in parts if p.start <= value < p.end), None)
    return f"in DDR ({part.title})" if part else ""


def _in_code(subject: Subject, ddr: Region, parts: list[_Part]) -> Iterator[_Found]:
    reported: set[tuple[str, str, int]] = set()
    for constant in subject.code.constants():
        if not ddr.start <= constant.value < ddr.end:
            continue
        part = "" if constant.immediate else _where(parts, constant.value)
        used = constant.accessed_at
        if not (part or used is not None) or _own_code(subject, constant.value):
            continue
        at = constant.address if used is None else used
        line, place = subject.elf.debug.line_of(at), subject.code_place(at)
        key = (place.symbol, place.file, place.line)
        if (line and _owned(subject, line.unit)) or key in reported:
            continue
        reported.add(key)
        does = "loads" if used is None else "accesses"
        yield f"{_name(place)} {does} {address(constant.value)}, {part or 'in DDR'}", place


def _in_data(subject: Subject, ddr: Region, parts: list[_Part]) -> Iterator[_Found]:
    relocated = set(subject.elf.relocations)
    for word in _data_words(subject):
        if not ddr.start <= word.value < ddr.end or _own_code(subject, word.value):
            continue
        part = _where(parts, word.value)
        sure = word.address in relocated
        if not (sure or (part and _may_point(subject, word.address))):
            continue
        place = subject.data_place(word.address)
        if _owned(subject, place.file):
            continue
        yield f"{_name(place)} holds {address(word.value)}, {part or 'in DDR'}", place


def _data_words(subject: Subject) -> Iterator[Word]:
    """Yield the words of data sections and of constants among the code, without literal pools."""
    elf = subject.elf
    for section in elf.allocated:
        data = section.in_file and not section.executable and section.kind != "SHT_ARM_EXIDX"
        if data and section.name not in _EXEMPT:
            yield from words(elf, section, section.start, section.end)
    for at, value in subject.code.words.items():
        symbol = elf.symbol_at(at)
        if symbol and symbol.kind == "object":
            yield Word(at, value)


def _owned(subject: Subject, unit: str) -> bool:
    """Return whether the source file may contain addresses in DDR."""
    if not subject.plan.rings.in_ddr:
        return False
    return unit == OWNER or unit.endswith("/" + OWNER) or unit == OWNER.rpartition("/")[2]


def _own_code(subject: Subject, value: int) -> bool:
    """Return whether the image is in DDR and the value points into it.

    Such an image is full of addresses in DDR; `segment-in-ddr` reports it already.
    """
    ddr = subject.plan.board.ddr
    stock = [p for p in (ddr.code, ddr.data) if any(p.overlaps(s) for s in subject.elf.segments)]
    return any(part.start <= value < part.end for part in stock)


def _may_point(subject: Subject, at: int) -> bool:
    """Return whether the word may be a pointer: by its type, or if unknown, unless it is text."""
    symbol = subject.elf.symbol_at(at)
    leaf = subject.elf.debug.leaf_at(symbol.start, at - symbol.start) if symbol else None
    if leaf is not None:
        return leaf.kind != "float" and leaf.size_bytes >= 4
    return not _in_text(subject, at)


def _in_text(subject: Subject, at: int) -> bool:
    """Return whether the bytes around the word, between two zero bytes, are a string."""
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
    return f"`{place.symbol}`" if place.symbol else place.section or "the image"
