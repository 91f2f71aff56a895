"""What the rules examine: the ELF, its decoded code, and the plan that it is checked against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fwgen.build.audit.finding import Place
from fwgen.build.code import Code
from fwgen.build.elf import Elf, Section, Segment
from fwgen.build.stacks import Stacks
from fwgen.plan.model import Plan, Window
from fwgen.soc.chip import Memory
from fwgen.soc.region import Region


@dataclass(frozen=True)
class Subject:
    elf: Elf
    plan: Plan

    @cached_property
    def code(self) -> Code:
        return Code(self.elf)

    @cached_property
    def stacks(self) -> Stacks:
        return Stacks(self.elf, self.code)

    @property
    def windows(self) -> tuple[Window, Window]:
        """The windows that the firmware may use, apart from the log's region."""
        return self.plan.code, self.plan.data

    @property
    def ddr(self) -> Memory:
        """The memory that is closed while Linux sleeps."""
        return self.plan.board.chip.memories[self.plan.board.ddr.memory]

    def memory_of(self, region: Region) -> Memory | None:
        """Return the chip's memory in which the region begins, None if there is none."""
        memories = self.plan.board.chip.memories.values()
        return next((m for m in memories if m.start <= region.start < m.end), None)

    def names(self, segment: Segment) -> str:
        """Return the names of a segment's largest sections (at most 3), for a message."""
        sections = sorted(self.elf.sections_of(segment), key=lambda s: -s.size_bytes)
        names = [section.name for section in sections[:3]]
        more = ", ..." if len(sections) > 3 else ""
        return f"{', '.join(names)}{more}" if names else f"segment {segment.index}"

    def code_place(self, address: int) -> Place:
        """Return the place of an instruction."""
        symbol, line = self.elf.symbol_at(address), self.elf.debug.line_of(address)
        return Place(
            address=address,
            section=self._section(address),
            symbol=symbol.name if symbol else "",
            file=line.file if line else "",
            line=line.line if line else 0,
        )

    def data_place(self, address: int) -> Place:
        """Return the place of a variable that covers the address."""
        symbol = self.elf.symbol_at(address)
        line = self.elf.debug.object_line(symbol.start) if symbol else None
        return Place(
            address=address,
            section=self._section(address),
            symbol=symbol.name if symbol else "",
            file=line.file if line else symbol.file if symbol else "",
            line=line.line if line else 0,
        )

    def _section(self, address: int) -> str:
        section: Section | None = self.elf.section_at(address)
        return section.name if section else ""
