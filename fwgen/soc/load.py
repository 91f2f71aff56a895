"""Load the data files as frozen models."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fwgen.data_file import DataFile
from fwgen.errors import InputError
from fwgen.soc.board import Board
from fwgen.soc.chip import Chip
from fwgen.soc.release import Layout, Refused, Release
from fwgen.words import did_you_mean

_HERE = Path(__file__).parent
_CHIPS = _HERE / "chips"
_BOARDS = _HERE / "boards"
_RELEASES = _HERE / "releases"
_REFUSED = "refused"

DEFAULT_TREES = "openstlinux-6.2"
DEFAULT_FLAVOUR = "plain"
DEFAULT_RINGS = "ddr"


class BoardError(InputError):
    """The board is unknown."""


def board_names() -> list[str]:
    return sorted(path.stem for path in _BOARDS.glob("*.toml"))


def chip_names() -> list[str]:
    return sorted(path.stem for path in _CHIPS.glob("*.toml"))


def release_names() -> list[str]:
    """Return the releases that a spec may name, the oldest first."""
    return sorted(path.stem for path in _RELEASES.glob("*.toml") if path.stem != _REFUSED)


@cache
def load_release(name: str) -> Release:
    file = DataFile(_RELEASES / f"{name}.toml")
    return file.build(Release, file.data)


@cache
def refused_releases() -> Mapping[str, Refused]:
    """Return software that cannot run the firmware, with the reason."""
    file = DataFile(_RELEASES / f"{_REFUSED}.toml")
    return file.build_named(Refused, file.data)


@cache
def load_board(
    name: str,
    trees: str = DEFAULT_TREES,
    flavour: str = DEFAULT_FLAVOUR,
    rings: str = DEFAULT_RINGS,
) -> Board:
    """Return the board with the memories of `trees` (one of `release_names()`) and its `flavour`.

    Its windows do not include the rings in the memory `rings`. Raises BoardError for an unknown
    board.
    """
    data = board_table(name)
    return assemble(DataFile(_BOARDS / f"{name}.toml"), data, name, trees, flavour, rings)


def board_table(name: str) -> dict[str, Any]:
    """Return the contents of a board's file. Raises BoardError for an unknown board."""
    if name not in board_names():
        raise BoardError(f"unknown board `{name}`", f"known boards: {', '.join(board_names())}")
    return DataFile(_BOARDS / f"{name}.toml").data


def layout_table(name: str, trees: str) -> dict[str, Any]:
    """Return what a release's file says of a board's memories."""
    load_release(trees)  # checks the file
    layouts: dict[str, dict[str, Any]] = DataFile(_RELEASES / f"{trees}.toml").data["layouts"]
    return layouts[name]


def assemble(
    file: DataFile, data: dict[str, Any], layout_of: str, trees: str, flavour: str, rings: str
) -> Board:
    """Return the board of a file with the contents `data`, which may have more than the file.
    `layout_of`: the board whose memories the release `trees` describes; "": the contents have
    all."""
    release = load_release(trees)
    given = {
        "chip": load_chip(_chip_name(file, data)),
        "release": release,
        "flavour": release.flavours[flavour],
    }
    board = file.build(Board, {**data, **given})
    layout = release.layouts[layout_of] if layout_of else Layout(board.name, {})
    left = board.rings[rings].windows if rings in board.rings else {}
    return dataclasses.replace(
        board,
        windows=MappingProxyType({**layout.windows, **board.windows, **left}),
        reserved=(*board.reserved, *layout.reserved),
    )


def _chip_name(file: DataFile, data: dict[str, Any]) -> str:
    names = chip_names()
    if "chip" not in data:
        raise file.error((), "the key `chip` is missing", f'add a line like `chip = "{names[0]}"`')
    name = data["chip"]
    if name not in names:
        hint = did_you_mean(str(name), names, "chips")
        raise file.wrong(("chip",), "the name of a chip", name, hint)
    return str(name)


@cache
def load_chip(name: str) -> Chip:
    file = DataFile(_CHIPS / f"{name}.toml")
    return file.build(Chip, file.data)
