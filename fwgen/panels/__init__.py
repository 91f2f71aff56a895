"""The panels that a display can have: one data file each, with the source of every figure.

All have the command set of page-oriented OLED controllers: page, column, sleep and a status byte
(panel.c). What differs is data: the controller's memory, where the glass is in it, and the bytes
that set the panel up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fwgen.data_file import DataFile, dotted
from fwgen.toml_places import TomlPath

_HERE: Final = Path(__file__).parent
_PAGE_ROWS: Final = 8
_MOST_ROWS: Final = 64
_MOST_COLUMNS: Final = 256  # two commands of four bits each set the column
_ON: Final = 0xAF


@dataclass(frozen=True)
class PanelSize:
    """One glass. `first_column`: the controller's column at its left edge. `settings`: the commands
    that set the panel up and switch it on."""

    width: int
    height: int
    first_column: int
    settings: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class Panel:
    """`addresses`: on I2C. `columns`: of the controller's memory. `pages_only`: it has no other
    addressing than by page. `identity`: the lower half of its status byte."""

    name: str
    title: str
    addresses: tuple[int, ...]
    columns: int
    pages_only: bool
    identity: int
    sizes: Mapping[tuple[int, int], PanelSize]
    source: str


@cache
def panels() -> Mapping[str, Panel]:
    """Return all panels by name."""
    return {path.stem: read_panel(path) for path in sorted(_HERE.glob("*.toml"))}


def sizes() -> Mapping[str, tuple[int, int]]:
    """Return the sizes that some panel has, the largest first, as a spec writes them."""
    known = {size for panel in panels().values() for size in panel.sizes}
    ordered = sorted(known, key=lambda size: (-size[0], -size[1]))
    return {f"{width}x{height}": (width, height) for width, height in ordered}


@dataclass(frozen=True)
class _Record:
    """A panel's file, without its name."""

    title: str
    addresses: tuple[int, ...]
    columns: int
    pages_only: bool
    identity: int
    source: str
    sizes: tuple[PanelSize, ...]


def read_panel(path: Path) -> Panel:
    """Return the panel of a file. Raises InputError for the first mistake in it."""
    file = DataFile(path)
    record = file.build(_Record, file.data)
    _check(file, record)
    return Panel(
        name=path.stem,
        title=record.title,
        addresses=record.addresses,
        columns=record.columns,
        pages_only=record.pages_only,
        identity=record.identity,
        sizes={(one.width, one.height): one for one in record.sizes},
        source=record.source,
    )


def _check(file: DataFile, record: _Record) -> None:
    for key, text in (("title", record.title), ("source", record.source)):
        _check_text(file, (key,), text)
    if not record.addresses:
        raise file.error(("addresses",), "`addresses`: expected at least one", "add `0x3C`")
    hint = "write the 7 bits without the R/W bit"
    for index, address in enumerate(record.addresses):
        file.check_range(("addresses", index), address, (0x08, 0x77), hint, hexadecimal=True)
    file.check_range(("columns",), record.columns, (1, _MOST_COLUMNS), "see its data sheet")
    hint = "write the lower four bits of the status byte"
    file.check_range(("identity",), record.identity, (0, 15), hint)
    if not record.sizes:
        raise file.error(("sizes",), "`sizes`: expected at least one", "add a table `[[sizes]]`")
    known = set[tuple[int, int]]()
    for index, glass in enumerate(record.sizes):
        _check_glass(file, index, glass, record.columns)
        if (glass.width, glass.height) in known:
            message = f"`sizes`: the size {glass.width}x{glass.height} is there twice"
            raise file.error(("sizes", index), message, "remove one of the two", of_key=True)
        known.add((glass.width, glass.height))


def _check_glass(file: DataFile, index: int, glass: PanelSize, columns: int) -> None:
    where = ("sizes", index)
    for key, found, most in (("width", glass.width, columns), ("height", glass.height, _MOST_ROWS)):
        file.check_range((*where, key), found, (1, most), "write the pixels of the glass")
        if found % _PAGE_ROWS:
            hint = "fwgen supports no other widths and heights"
            raise file.wrong((*where, key), f"a multiple of {_PAGE_ROWS}", found, hint)
    limits = 0, columns - glass.width
    hint = f"`columns` is {columns}, and `width` is {glass.width}"
    file.check_range((*where, "first_column"), glass.first_column, limits, hint)
    at = (*where, "settings")
    hint = "write one byte of a command"
    for number, byte in enumerate(glass.settings):
        file.check_range((*at, number), byte, (0, 0xFF), hint, hexadecimal=True)
    if glass.settings[-1:] != (_ON,):
        hint = "add `0xAF` (display on) at the end"
        raise file.error(at, f"`{dotted(at)}`: expected 0xAF as the last command", hint)
    _check_text(file, (*where, "source"), glass.source)


def _check_text(file: DataFile, path: TomlPath, text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise file.wrong(path, "a text on one line", text, "write it in quotes")
