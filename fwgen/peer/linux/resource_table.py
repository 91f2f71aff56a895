"""The resource table as Linux finds it in a firmware (fwgen.build.resource_table says the rest)."""

from __future__ import annotations

from fwgen.build import resource_table
from fwgen.build.resource_table import SECTION, Resources, TableError, check_head
from fwgen.peer.linux.elf import Elf, RefusedError


def find_table(elf: Elf) -> bytes:
    """The table as the firmware brings it. Raises RefusedError where Linux finds no usable one."""
    section = elf.section(SECTION)
    if section is None:
        raise RefusedError("no resource table found for this firmware")
    if section.offset + section.size_bytes > len(elf.data):
        raise RefusedError("resource table truncated")
    table = elf.contents(section)
    try:
        check_head(table)
    except TableError as error:
        raise RefusedError(str(error)) from error
    return table


def parse_table(table: bytes) -> Resources:
    """Every entry. Raises RefusedError."""
    try:
        return resource_table.parse_table(table)
    except TableError as error:
        raise RefusedError(str(error)) from error
