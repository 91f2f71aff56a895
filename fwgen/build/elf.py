"""An ELF for the audit and the build: segments, sections, symbols, bytes at an address.

Addresses are those at which the M33 runs (p_vaddr, sh_addr). Linux loads to `load_start` (p_paddr).
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fwgen import files
from fwgen.distribution import install
from fwgen.errors import InputError, MissingToolError
from fwgen.soc.region import Region

if TYPE_CHECKING:
    from fwgen.build.debug import DebugInfo

_MACHINES = {3: "x86", 8: "MIPS", 40: "Arm", 62: "x86-64", 183: "AArch64", 243: "RISC-V"}
_ARM = 40
_ET_EXEC = 2
_PT_LOAD = 1
_SHF_ALLOC, _SHF_EXEC = 0x2, 0x4
_MOST_BYTES = 128 << 20
_LONGEST_NAME = 200
_REBUILD = "build the ELF again, or copy it again"


class ElfError(InputError):
    """The file is not an ELF that the audit can examine; the text says why."""


@dataclass(frozen=True)
class Segment(Region):
    """A PT_LOAD segment. `start`, `size_bytes`: where it runs; `load_start`: where Linux loads it;
    `file_bytes`: how much comes from the file, the rest is zero."""

    index: int
    load_start: int
    offset: int
    file_bytes: int
    executable: bool

    @property
    def loaded(self) -> Region:
        return Region(self.load_start, self.size_bytes)


@dataclass(frozen=True)
class Section(Region):
    """`in_file`: its bytes are in the file (not those of bss)."""

    name: str
    kind: str
    offset: int
    allocated: bool
    executable: bool
    in_file: bool


@dataclass(frozen=True)
class Symbol(Region):
    """`kind`: 'func', 'object', 'notype' ...; `file`: the source file of a local symbol."""

    name: str
    kind: str
    file: str
    section: int


class Elf:
    """Raises ElfError if the file is not a complete 32-bit little-endian ELF for Arm."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = read_elf(path)
        self._elf = self._parse()
        self.entry: int = self._elf.header["e_entry"]
        try:
            self.segments = tuple(self._segments())
            self.sections = tuple(self._sections())
        except Exception as error:
            raise self._corrupt(error) from error
        for section in self.sections:
            if section.in_file and section.offset + section.size_bytes > len(self.data):
                message = f"{path}: damaged ELF, {section.name} exceeds the end of the file"
                raise ElfError(message, _REBUILD)

    def _parse(self) -> Any:
        try:
            from elftools.elf.elffile import ELFFile
        except ImportError as error:
            raise MissingToolError(
                "pyelftools is not installed, which reads the ELF", f"run `{install('audit')}`"
            ) from error
        try:
            return ELFFile(io.BytesIO(self.data))
        except Exception as error:
            raise self._corrupt(error) from error

    def _corrupt(self, error: Exception) -> ElfError:
        reason = " ".join(str(error).split()) or type(error).__name__
        return ElfError(f"{self.path}: damaged ELF, it cannot be read: {reason}", _REBUILD)

    def _segments(self) -> Iterator[Segment]:
        for index, segment in enumerate(self._elf.iter_segments()):
            head = segment.header
            if head.p_type != "PT_LOAD" or not head.p_memsz:
                continue
            yield Segment(
                start=head.p_vaddr,
                size_bytes=head.p_memsz,
                index=index,
                load_start=head.p_paddr,
                offset=head.p_offset,
                file_bytes=head.p_filesz,
                executable=bool(head.p_flags & 1),
            )

    def _sections(self) -> Iterator[Section]:
        for section in self._elf.iter_sections():
            head = section.header
            yield Section(
                start=head.sh_addr,
                size_bytes=head.sh_size,
                name=_printable(section.name),
                kind=str(head.sh_type),
                offset=head.sh_offset,
                allocated=bool(head.sh_flags & _SHF_ALLOC),
                executable=bool(head.sh_flags & _SHF_EXEC),
                in_file=head.sh_type != "SHT_NOBITS",
            )

    @property
    def allocated(self) -> list[Section]:
        """Sections that use memory on the target."""
        return [s for s in self.sections if s.allocated and s.size_bytes]

    def section(self, name: str) -> Section | None:
        return next((s for s in self.sections if s.name == name), None)

    def section_at(self, address: int) -> Section | None:
        return next((s for s in self.allocated if s.start <= address < s.end), None)

    def segment_at(self, address: int) -> Segment | None:
        return next((s for s in self.segments if s.start <= address < s.end), None)

    def sections_of(self, segment: Segment) -> list[Section]:
        return [s for s in self.allocated if segment.contains(s)]

    def content(self, section: Section) -> bytes:
        return self.data[section.offset : section.offset + section.size_bytes]

    def read(self, address: int, size_bytes: int) -> bytes | None:
        """Return the bytes in memory after loading; None outside of every segment."""
        segment = self.segment_at(address)
        if segment is None or address + size_bytes > segment.end:
            return None
        at = address - segment.start
        stored = self.data[segment.offset : segment.offset + segment.file_bytes]
        return stored[at : at + size_bytes].ljust(size_bytes, b"\0")

    def read_u32(self, address: int) -> int | None:
        found = self.read(address, 4)
        return None if found is None else int.from_bytes(found, "little")

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """All symbols, in the order of the table. Raises ElfError if the ELF has none."""
        try:
            table = self._elf.get_section_by_name(".symtab")
            symbols = () if table is None else tuple(_symbols(table))
        except Exception as error:
            raise self._corrupt(error) from error
        if not any(symbol.kind in ("func", "object") for symbol in symbols):
            raise ElfError(
                f"{self.path}: expected an ELF with symbols, found a stripped one",
                "give the ELF that the linker wrote, before `strip`",
            )
        return symbols

    @cached_property
    def _by_name(self) -> dict[str, Symbol]:
        return {s.name: s for s in reversed(self.symbols) if s.kind != "file"}

    @cached_property
    def _ranges(self) -> tuple[list[int], list[Symbol]]:
        """Functions and objects with a size, sorted by address; Thumb bit cleared."""
        sized = [s for s in self.symbols if s.kind in ("func", "object") and s.size_bytes]
        sized.sort(key=lambda s: (s.start, -s.size_bytes))
        return [s.start for s in sized], sized

    def symbol(self, name: str) -> Symbol | None:
        return self._by_name.get(name)

    def symbol_at(self, address: int) -> Symbol | None:
        """Return the function or object that covers the address, the smallest one near it."""
        starts, symbols = self._ranges
        at = bisect_right(starts, address)
        for symbol in reversed(symbols[max(0, at - 8) : at]):
            if symbol.start <= address < symbol.end:
                return symbol
        return None

    @cached_property
    def relocations(self) -> tuple[int, ...]:
        """Addresses of absolute 32-bit relocations, if the linker kept them (--emit-relocs)."""
        found: list[int] = []
        for section in self._elf.iter_sections():
            if section.header.sh_type in ("SHT_REL", "SHT_RELA"):
                target = self._elf.get_section(section.header.sh_info)
                if target.header.sh_flags & _SHF_ALLOC:
                    found += [
                        r["r_offset"]
                        for r in section.iter_relocations()
                        if r["r_info_type"] == 2  # R_ARM_ABS32
                    ]
        return tuple(found)

    @cached_property
    def debug(self) -> DebugInfo:
        from fwgen.build.debug import DebugInfo

        return DebugInfo(self._elf)


def _symbols(table: Any) -> Iterator[Symbol]:
    file = ""
    for symbol in table.iter_symbols():
        info = symbol.entry.st_info
        kind = str(info.type).removeprefix("STT_").lower()
        if kind == "file":
            file = symbol.name
        local = info.bind == "STB_LOCAL"
        value, index = symbol.entry.st_value, symbol.entry.st_shndx
        yield Symbol(
            start=value & ~1 if kind == "func" else value,
            size_bytes=symbol.entry.st_size,
            name=_printable(symbol.name),
            kind=kind,
            file=file if local else "",
            section=index if isinstance(index, int) else -1,
        )


def _printable(name: str) -> str:
    """Return a name for messages: in a damaged file it may be anything."""
    if not name.isprintable():
        name = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    return name[:_LONGEST_NAME]


def read_elf(path: Path) -> bytes:
    """Return the bytes of a complete 32-bit little-endian ELF for Arm. Raises ElfError."""
    try:
        data = files.read(path, _MOST_BYTES)
    except files.TooBigError as error:
        message = f"{path}: expected at most {_MOST_BYTES >> 20} MiB, found more"
        raise ElfError(message, "give the ELF of the firmware") from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ElfError(message, "give the ELF of the firmware") from error
    _check_header(path, data)
    return data


def _check_header(path: Path, data: bytes) -> None:
    give = "give the ELF of the firmware"
    if not data:
        raise ElfError(f"{path}: expected an ELF, found an empty file", _REBUILD)
    if data[:4] != b"\x7fELF":
        found = f"found a file that begins with {data[:4].hex()}"
        raise ElfError(f"{path}: expected an ELF, which begins with 7f454c46, {found}", give)
    if len(data) < 52:
        message = f"{path}: truncated, expected a header of 52 bytes, found {len(data)}"
        raise ElfError(message, _REBUILD)
    bits, order = data[4], data[5]
    kind, machine = struct.unpack_from("<HH" if order == 1 else ">HH", data, 16)
    if machine != _ARM or bits != 1 or order != 1:
        what = _MACHINES.get(machine, f"machine {machine}")
        form = f"{64 if bits == 2 else 32}-bit, {'little' if order == 1 else 'big'} endian"
        raise ElfError(
            f"{path}: expected an ELF for Arm (32-bit, little endian), found one for {what} "
            f"({form})",
            give,
        )
    if kind != _ET_EXEC:
        kinds = {1: "an object file", 3: "a shared object", 4: "a core dump"}
        what = kinds.get(kind, f"ELF type {kind}")
        raise ElfError(f"{path}: expected a linked program, found {what}", give)
    _check_complete(path, data)


def _check_complete(path: Path, data: bytes) -> None:
    phoff, shoff = struct.unpack_from("<II", data, 28)
    phentsize, phnum, shentsize, shnum = struct.unpack_from("<HHHH", data, 42)
    if not phnum:
        message = f"{path}: expected segments to load, found no program headers"
        raise ElfError(message, "give the ELF that the linker wrote")
    ends = [phoff + phentsize * phnum, shoff + shentsize * shnum]
    if max(ends) <= len(data) and phentsize >= 32:
        for index in range(phnum):
            kind, offset, _, _, file_bytes = struct.unpack_from("<5I", data, phoff + 32 * index)
            if kind == _PT_LOAD:
                ends.append(offset + file_bytes)
    if max(ends) > len(data):
        raise ElfError(
            f"{path}: truncated, expected {max(ends):,} bytes, found {len(data):,}", _REBUILD
        )
