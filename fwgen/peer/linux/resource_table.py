"""Finds the resource table in a firmware as Linux does (fwgen.build.resource_table parses it)."""

from __future__ import annotations

from fwgen.build import resource_table
from fwgen.build.resource_table import SECTION, Resources, TableError, check_head
from fwgen.peer.linux.elf import Elf, RefusedError


def find_table(elf: Elf) -> bytes:
    """Return the firmware's table. Raises RefusedError if Linux finds no usable one."""
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
    """Return all entries. Raises RefusedError."""
    try:
        return resource_table.parse_table(table)
    except TableError as error:
        raise RefusedError(str(error)) from error
