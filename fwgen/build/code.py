"""Decodes the executable sections: instructions, and the data among them."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fwgen.build import thumb
from fwgen.build.elf import Elf, Section


@dataclass(frozen=True)
class Word:
    """An aligned word of data at its address."""

    address: int
    value: int


class Code:
    """Separates code from data by the symbols, also the assembler's mapping symbols ($t, $d)."""

    def __init__(self, elf: Elf) -> None:
        self._elf = elf

    @cached_property
    def runs(self) -> list[list[thumb.Instruction]]:
        """The pieces of code without data in between, in order of their addresses."""
        return [
            thumb.decode(self._bytes(section, start, end), start)
            for section, start, end, is_code in self._pieces
            if is_code
        ]

    @cached_property
    def words(self) -> dict[int, int]:
        """The words among the code: literal pools and tables."""
        found: dict[int, int] = {}
        for section, start, end, is_code in self._pieces:
            if not is_code:
                found.update((w.address, w.value) for w in words(self._elf, section, start, end))
        return found

    def constants(self) -> Iterator[thumb.Constant]:
        literals = _Literals(self._elf)
        for run in self.runs:
            yield from thumb.constants(run, literals)

    @cached_property
    def _pieces(self) -> list[tuple[Section, int, int, bool]]:
        """(section, from, to, is it code?)"""
        pieces = []
        for section in self._elf.allocated:
            if not (section.executable and section.in_file) or section.kind == "SHT_ARM_EXIDX":
                continue
            marks = self._marks(section)
            for (start, is_code), (end, _) in zip(
                marks, [*marks[1:], (section.end, True)], strict=True
            ):
                if end > start:
                    pieces.append((section, start, end, is_code))
        return sorted(pieces, key=lambda piece: piece[1])

    def _marks(self, section: Section) -> list[tuple[int, bool]]:
        marks = {section.start: section.name != ".isr_vectors"}
        starts, marked = self._mapping
        first = bisect_right(starts, section.start - 1)
        last = bisect_right(starts, section.end - 1)
        marks.update(marked[first:last])
        return sorted(marks.items())

    @cached_property
    def _mapping(self) -> tuple[list[int], list[tuple[int, bool]]]:
        """The marks by address; variables among the code are data, also without a $d."""
        marks: dict[int, bool] = {}
        for symbol in self._elf.symbols:
            if symbol.kind == "object" and symbol.size_bytes:
                marks[symbol.start] = False
                marks.setdefault((symbol.end + 3) & ~3, True)
        for symbol in self._elf.symbols:
            if symbol.kind == "func":
                marks[symbol.start] = True
            elif len(symbol.name) >= 2 and symbol.name[0] == "$" and symbol.name[1] in "atd":
                marks[symbol.start & ~1] = symbol.name[1] != "d"
        ordered = sorted(marks.items())
        return [address for address, _ in ordered], ordered

    def _bytes(self, section: Section, start: int, end: int) -> bytes:
        return self._elf.content(section)[start - section.start : end - section.start]


def words(elf: Elf, section: Section, start: int, end: int) -> Iterator[Word]:
    """Yield the aligned words of a part of a section."""
    first = (start + 3) & ~3
    content = elf.content(section)[first - section.start : end - section.start]
    count = len(content) // 4
    for index, value in enumerate(struct.unpack(f"<{count}I", content[: count * 4])):
        yield Word(first + index * 4, value)


class _Literals(dict[int, int]):
    """Words by address, read from the image on first use."""

    def __init__(self, elf: Elf) -> None:
        super().__init__()
        self._elf = elf

    def __contains__(self, address: object) -> bool:
        if not super().__contains__(address):
            value = self._elf.read_u32(address) if isinstance(address, int) else None
            if value is None:
                return False
            self[address] = value  # type: ignore[index]
        return True
