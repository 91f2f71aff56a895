"""Reads the parts of an ELF file (32 bits, little endian) that remoteproc and symbol lookup need.

The checks are those of Linux's loader, in the same order and with the same messages.
"""

from __future__ import annotations

import bisect
import struct
from dataclasses import dataclass
from functools import cached_property

EINVAL = 22
_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<IIIIIIII")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_PT_LOAD = 1
_SHT_PROGBITS = 1
_SHT_SYMTAB = 2
_STT_FUNC = 2
_CLASS32, _CLASS64 = 1, 2
_LITTLE_ENDIAN = 1


class RefusedError(Exception):
    """Linux refuses. The text is its message, `errno` the number that its caller gets."""

    def __init__(self, message: str, errno: int = EINVAL) -> None:
        super().__init__(message)
        self.errno = errno


@dataclass(frozen=True)
class Segment:
    """A segment to load, at its physical address."""

    address: int
    offset: int
    file_bytes: int
    memory_bytes: int


@dataclass(frozen=True)
class Section:
    name: str
    kind: int
    address: int
    offset: int
    size_bytes: int
    link: int


@dataclass(frozen=True)
class Function:
    name: str
    start: int
    size_bytes: int


class Elf:
    """Raises RefusedError if Linux's sanity check refuses the file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < _HEADER.size:
            raise RefusedError("Image is too small")
        if data[:4] != b"\x7fELF":
            raise RefusedError("Image is corrupted (bad magic)")
        if data[4] not in (_CLASS32, _CLASS64):
            raise RefusedError(f"Unsupported class: {data[4]}")
        if data[5] != _LITTLE_ENDIAN:
            raise RefusedError("Unsupported firmware endianness")
        if data[4] == _CLASS64:
            raise RefusedError(
                "a Cortex-M33 has no 64-bit firmware"
            )  # our check: Linux would load it
        header = _HEADER.unpack_from(data)
        (_, _, _, _, _, self._phoff, self._shoff, _, _, _, self._phnum, _, self._shnum, names) = (
            header
        )
        self._names_index = names
        if len(data) < self._shoff + _SECTION.size:
            raise RefusedError("Image is too small")
        if self._phnum == 0:
            raise RefusedError("No loadable segments")
        if self._phoff > len(data):
            raise RefusedError("Firmware size is too small")

    @cached_property
    def segments(self) -> list[Segment]:
        found = []
        for index in range(self._phnum):
            place = self._phoff + index * _SEGMENT.size
            if place + _SEGMENT.size > len(self.data):
                raise RefusedError("Firmware size is too small")
            kind, offset, _, address, in_file, in_memory, _, _ = _SEGMENT.unpack_from(
                self.data, place
            )
            if kind == _PT_LOAD:
                found.append(Segment(address, offset, in_file, in_memory))
        return found

    @cached_property
    def sections(self) -> list[Section]:
        end = self._shoff + self._shnum * _SECTION.size
        if end > len(self.data):
            return []
        headers = list(_SECTION.iter_unpack(self.data[self._shoff : end]))
        if self._names_index >= len(headers):
            return []
        names = headers[self._names_index][4]
        return [
            Section(self._text(names + header[0]), header[1], *header[3:7]) for header in headers
        ]

    def section(self, *names: str) -> Section | None:
        """Return the first section with one of these names; None: there is none."""
        return next((section for section in self.sections if section.name in names), None)

    def contents(self, section: Section) -> bytes:
        return self.data[section.offset : section.offset + section.size_bytes]

    def memory(self, address: int, size_bytes: int) -> bytes:
        """Return the bytes that the file loads there; empty if no section contains them all."""
        for section in self.sections:
            at = address - section.address
            if section.kind == _SHT_PROGBITS and 0 <= at <= section.size_bytes - size_bytes:
                return self.contents(section)[at : at + size_bytes]
        return b""

    def function_at(self, address: int) -> str:
        """Return the name of the function at this address; empty if there is none."""
        starts = [function.start for function in self._functions]
        at = bisect.bisect_right(starts, address) - 1
        if at < 0:
            return ""
        function = self._functions[at]
        return function.name if address < function.start + max(function.size_bytes, 2) else ""

    def symbol(self, name: str) -> tuple[int, int] | None:
        """Return address and size in bytes of a global or local symbol; None: not found."""
        return self._symbols.get(name)

    @cached_property
    def _functions(self) -> list[Function]:
        found = {
            value & ~1: Function(name, value & ~1, size)
            for name, value, size, kind in self._all_symbols
            if kind == _STT_FUNC
        }
        return [found[start] for start in sorted(found)]

    @cached_property
    def _symbols(self) -> dict[str, tuple[int, int]]:
        return {name: (value, size) for name, value, size, _ in self._all_symbols if name}

    @cached_property
    def _all_symbols(self) -> list[tuple[str, int, int, int]]:
        """Name, value, size, type."""
        table = next((item for item in self.sections if item.kind == _SHT_SYMTAB), None)
        if table is None or table.link >= len(self.sections):
            return []
        names = self.sections[table.link].offset
        count = table.size_bytes // _SYMBOL.size
        raw = self.data[table.offset : table.offset + count * _SYMBOL.size]
        return [
            (self._text(names + name), value, size, info & 15)
            for name, value, size, info, _, _ in _SYMBOL.iter_unpack(raw)
        ]

    def _text(self, offset: int) -> str:
        end = self.data.find(b"\0", offset)
        return self.data[offset:end].decode("utf-8", "replace") if end >= 0 else ""
