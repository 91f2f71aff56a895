"""Reads from DWARF what the audit needs: the source line of an address, types and members.

It parses single compile units on demand, because pyelftools takes half a minute for a whole Zephyr
image.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import PurePosixPath
from typing import Any, ParamSpec, TypeVar


@dataclass(frozen=True)
class Line:
    """`file` as the compiler wrote it, joined to its folder; `unit`: the source file compiled."""

    file: str
    line: int
    unit: str


@dataclass(frozen=True)
class Leaf:
    """The basic type at some byte of an object: 'pointer', 'integer' or 'float', and its size."""

    kind: str
    size_bytes: int


Result = TypeVar("Result")
Given = ParamSpec("Given")


def _or_none(question: Callable[Given, Result | None]) -> Callable[Given, Result | None]:
    """Make the method return None for damaged debug information, for which pyelftools raises
    arbitrary exceptions."""

    @wraps(question)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Result | None:
        try:
            return question(*args, **kwargs)
        except Exception:
            return None

    return asked


class DebugInfo:
    """Debug information of an ELF. Every method returns None or {} if it cannot be read."""

    def __init__(self, elf: Any) -> None:
        self._elf = elf
        self._lines: dict[int, list[tuple[int, str, int]]] = {}

    @cached_property
    def _dwarf(self) -> Any:
        try:
            return self._elf.get_dwarf_info() if self._elf.has_dwarf_info() else None
        except Exception:
            return None

    @property
    def present(self) -> bool:
        return self._dwarf is not None

    @_or_none
    def line_of(self, address: int) -> Line | None:
        """Return the source line of the instruction at the address."""
        unit = self._unit_of_code(address)
        if unit is None:
            return None
        name = _unit_name(unit)
        table = self._line_table(unit)
        at = bisect_right([row[0] for row in table], address) - 1
        if at < 0 or not table[at][1]:
            return Line(name, 0, name)
        return Line(table[at][1], table[at][2], name)

    @_or_none
    def object_line(self, address: int) -> Line | None:
        """Return the line where the variable at the address is declared."""
        die = self._variable(address)
        if die is None:
            return None
        name = _unit_name(die.cu)
        line = die.attributes.get("DW_AT_decl_line")
        return Line(name, int(line.value) if line else 0, name)

    @_or_none
    def leaf_at(self, start: int, offset: int) -> Leaf | None:
        """Return the basic type at `offset` bytes into the variable that begins at `start`."""
        die = self._variable(start)
        return None if die is None else _leaf(_type_of(die), offset)

    @_or_none
    def member(self, start: int, path: str) -> tuple[int, int] | None:
        """Return offset and size in bytes of a member ('log.period_us') of the variable at
        `start`."""
        die = self._variable(start)
        kind, offset = (None if die is None else _type_of(die)), 0
        for name in path.split("."):
            field = _field(_strip(kind), name)
            if field is None:
                return None
            offset += _offset(field)
            kind = _type_of(field)
        return offset, _size(kind)

    def frames(self) -> dict[int, int]:
        """Return the stack frames from the call frame rules: address of a function -> bytes."""
        found: dict[int, int] = {}
        try:
            entries = self._dwarf.CFI_entries() if self._dwarf and self._dwarf.has_CFI() else []
        except Exception:
            return found
        for entry in entries:
            if "initial_location" in getattr(entry, "header", {}):
                start = entry["initial_location"] & ~1
                found[start] = max(found.get(start, 0), _frame_bytes(entry))
        return found

    @cached_property
    def _aranges(self) -> Any:
        return self._dwarf.get_aranges() if self._dwarf else None

    def _unit_of_code(self, address: int) -> Any:
        if self._dwarf is None:
            return None
        try:
            offset = self._aranges.cu_offset_at_addr(address) if self._aranges else None
            if offset is not None:
                return self._dwarf.get_CU_at(offset)
            return next((u for u in self._units if _covers(u, address)), None)
        except Exception:
            return None

    @cached_property
    def _units(self) -> list[Any]:
        try:
            return list(self._dwarf.iter_CUs())
        except Exception:
            return []

    def _line_table(self, unit: Any) -> list[tuple[int, str, int]]:
        """Return rows (address, file, line), sorted by address; file '' ends a sequence."""
        if unit.cu_offset not in self._lines:
            try:
                home = _unit_folder(unit)
                self._lines[unit.cu_offset] = _rows(self._dwarf.line_program_for_CU(unit), home)
            except Exception:
                self._lines[unit.cu_offset] = []
        return self._lines[unit.cu_offset]

    def _variable(self, address: int) -> Any:
        """Return the definition of the variable at the address.

        Its location is the expression DW_OP_addr ADDRESS. This searches for those bytes and parses
        only the unit that contains them.
        """
        if self._dwarf is None:
            return None
        try:
            section = self._dwarf.debug_info_sec
            section.stream.seek(0)
            info = section.stream.read(section.size)
        except Exception:
            return None
        wanted = b"\x05\x03" + struct.pack("<I", address)
        at = info.find(wanted)
        while at >= 0:
            unit = self._unit_at(at)
            for die in [] if unit is None else unit.get_top_DIE().iter_children():
                if die.tag == "DW_TAG_variable" and _located(die, address):
                    return _resolved(die)
            at = info.find(wanted, at + 1)
        return self._indirect_variable(address)

    def _indirect_variable(self, address: int) -> Any:
        """For clang's DWARF 5: the location is an index into .debug_addr."""
        if getattr(self._dwarf, "debug_addr_sec", None) is None:
            return None
        for unit in self._units:
            for die in unit.get_top_DIE().iter_children():
                if die.tag == "DW_TAG_variable" and _located(die, address):
                    return _resolved(die)
        return None

    def _unit_at(self, offset: int) -> Any:
        starts = [unit.cu_offset for unit in self._units]
        at = bisect_right(starts, offset) - 1
        return self._units[at] if at >= 0 else None


def _frame_bytes(entry: Any) -> int:
    try:
        rows = entry.get_decoded().table
    except Exception:
        return 0
    return max((row["cfa"].offset or 0 for row in rows if "cfa" in row), default=0)


def _rows(program: Any, home: str) -> list[tuple[int, str, int]]:
    files, folders = program["file_entry"], program["include_directory"]
    version = program.header["version"]
    names: dict[int, str] = {}

    def name(index: int) -> str:
        if index not in names:
            entry = files[index if version >= 5 else index - 1]
            folder = entry.dir_index - (0 if version >= 5 else 1)
            base = PurePosixPath(_text(folders[folder])) if folder >= 0 else PurePosixPath()
            names[index] = str(PurePosixPath(home) / base / _text(entry.name))
        return names[index]

    rows = [
        (state.address, "" if state.end_sequence else name(state.file), int(state.line or 0))
        for entry in program.get_entries()
        if (state := entry.state) is not None
    ]
    return sorted(rows, key=lambda row: (row[0], row[1] != ""))


def _unit_name(unit: Any) -> str:
    top = unit.get_top_DIE()
    name = _text(top.attributes["DW_AT_name"].value) if "DW_AT_name" in top.attributes else ""
    return str(PurePosixPath(_unit_folder(unit)) / name)


def _unit_folder(unit: Any) -> str:
    folder = unit.get_top_DIE().attributes.get("DW_AT_comp_dir")
    return _text(folder.value) if folder else ""


def _covers(unit: Any, address: int) -> bool:
    top = unit.get_top_DIE()
    low, high = top.attributes.get("DW_AT_low_pc"), top.attributes.get("DW_AT_high_pc")
    if low is None:
        return False
    if high is None:
        return _in_ranges(unit, top, address)
    end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
    return bool(low.value <= address < end)


def _in_ranges(unit: Any, top: Any, address: int) -> bool:
    ranges = top.attributes.get("DW_AT_ranges")
    lists = unit.dwarfinfo.range_lists()
    if ranges is None or lists is None:
        return False
    entries = lists.get_range_list_at_offset(ranges.value, cu=unit)
    return any(
        entry.begin_offset <= address < entry.end_offset
        for entry in entries
        if hasattr(entry, "begin_offset")
    )


def _located(die: Any, address: int) -> bool:
    location = die.attributes.get("DW_AT_location")
    if location is None or not isinstance(location.value, list):
        return False
    code = bytes(location.value)
    if code[:1] == b"\x03" and len(code) == 5:
        return int.from_bytes(code[1:], "little") == address
    if code[:1] == b"\xa1":  # DW_OP_addrx
        index = shift = 0
        for byte in code[1:]:
            index |= (byte & 0x7F) << shift
            shift += 7
        return bool(die.cu.dwarfinfo.get_addr(die.cu, index) == address)
    return False


def _resolved(die: Any) -> Any:
    """Return the DIE with the type: the declaration, if the definition only refers to it."""
    if "DW_AT_type" not in die.attributes and "DW_AT_specification" in die.attributes:
        return die.get_DIE_from_attribute("DW_AT_specification")
    return die


def _type_of(die: Any) -> Any:
    return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None


_WRAPPERS = {
    "DW_TAG_const_type",
    "DW_TAG_volatile_type",
    "DW_TAG_typedef",
    "DW_TAG_atomic_type",
    "DW_TAG_restrict_type",
}


def _strip(kind: Any) -> Any:
    while kind is not None and kind.tag in _WRAPPERS:
        kind = _type_of(kind)
    return kind


def _size(kind: Any) -> int:
    kind = _strip(kind)
    if kind is None:
        return 0
    if "DW_AT_byte_size" in kind.attributes:
        return int(kind.attributes["DW_AT_byte_size"].value)
    if kind.tag == "DW_TAG_array_type":
        return _size(_type_of(kind)) * _elements(kind)
    return 4 if kind.tag == "DW_TAG_pointer_type" else 0


def _elements(array: Any) -> int:
    total = 1
    for bound in array.iter_children():
        if bound.tag == "DW_TAG_subrange_type":
            if "DW_AT_count" in bound.attributes:
                total *= int(bound.attributes["DW_AT_count"].value)
            elif "DW_AT_upper_bound" in bound.attributes:
                total *= int(bound.attributes["DW_AT_upper_bound"].value) + 1
    return total


def _field(kind: Any, name: str) -> Any:
    members = [] if kind is None else kind.iter_children()
    return next(
        (
            m
            for m in members
            if m.tag == "DW_TAG_member" and _text(_attribute(m, "DW_AT_name") or b"") == name
        ),
        None,
    )


def _offset(member: Any) -> int:
    value = _attribute(member, "DW_AT_data_member_location")
    return int(value) if isinstance(value, int) else 0


def _attribute(die: Any, name: str) -> Any:
    return die.attributes[name].value if name in die.attributes else None


def _leaf(kind: Any, offset: int) -> Leaf | None:
    kind = _strip(kind)
    if kind is None:
        return None
    if kind.tag == "DW_TAG_array_type":
        step = _size(_type_of(kind))
        return _leaf(_type_of(kind), offset % step) if step else None
    if kind.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
        inside = [
            m
            for m in kind.iter_children()
            if m.tag == "DW_TAG_member"
            and _offset(m) <= offset < _offset(m) + max(1, _size(_type_of(m)))
        ]
        leaves = [_leaf(_type_of(m), offset - _offset(m)) for m in inside]
        return max((x for x in leaves if x), key=lambda x: x.size_bytes, default=None)
    if kind.tag == "DW_TAG_pointer_type":
        return Leaf("pointer", 4)
    floating = kind.tag == "DW_TAG_base_type" and _attribute(kind, "DW_AT_encoding") == 4
    return Leaf("float" if floating else "integer", _size(kind))


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
