"""Load the data files as frozen models. A file that does not fit its model is a bug in fwgen."""

from __future__ import annotations

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from fwgen.errors import InputError
from fwgen.soc.board import Board
from fwgen.soc.chip import Chip
from fwgen.soc.release import Layout, Refused, Release

_HERE = Path(__file__).parent
_CHIPS = _HERE / "chips"
_BOARDS = _HERE / "boards"
_RELEASES = _HERE / "releases"
_REFUSED = "refused"

DEFAULT_TREES = "openstlinux-6.2"
DEFAULT_FLAVOUR = "plain"
DEFAULT_RINGS = "ddr"

T = TypeVar("T")


class BoardError(InputError):
    """The board is unknown."""


class DataError(Exception):
    """A data file does not fit its model."""


def board_names() -> list[str]:
    return sorted(path.stem for path in _BOARDS.glob("*.toml"))


def chip_names() -> list[str]:
    return sorted(path.stem for path in _CHIPS.glob("*.toml"))


def release_names() -> list[str]:
    """Return the releases that a spec may name, the oldest first."""
    return sorted(path.stem for path in _RELEASES.glob("*.toml") if path.stem != _REFUSED)


@cache
def load_release(name: str) -> Release:
    path = _RELEASES / f"{name}.toml"
    return build(Release, _read(path), path.name)


@cache
def refused_releases() -> Mapping[str, Refused]:
    """Return software that cannot run the firmware, with the reason."""
    path = _RELEASES / f"{_REFUSED}.toml"
    return _named(Refused, _read(path), path.name)


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
    return assemble(board_table(name), name, trees, flavour, rings)


def board_table(name: str) -> dict[str, Any]:
    """Return the contents of a board's file. Raises BoardError for an unknown board."""
    if name not in board_names():
        raise BoardError(f"unknown board `{name}`", f"known boards: {', '.join(board_names())}")
    return _read(_BOARDS / f"{name}.toml")


def layout_table(name: str, trees: str) -> dict[str, Any]:
    """Return what a release's file says of a board's memories."""
    layouts: dict[str, dict[str, Any]] = _read(_RELEASES / f"{trees}.toml")["layouts"]
    return layouts[name]


def assemble(data: dict[str, Any], layout_of: str, trees: str, flavour: str, rings: str) -> Board:
    """Return the board of a file's contents. `layout_of`: the board whose memories the release
    `trees` describes; "": the contents have all."""
    release = load_release(trees)
    given = {
        "chip": load_chip(data["chip"]),
        "release": release,
        "flavour": release.flavours[flavour],
    }
    board = build(Board, {**data, **given}, data["name"])
    layout = release.layouts[layout_of] if layout_of else Layout(board.name, {})
    left = board.rings[rings].windows if rings in board.rings else {}
    return dataclasses.replace(
        board,
        windows=MappingProxyType({**layout.windows, **board.windows, **left}),
        reserved=(*board.reserved, *layout.reserved),
    )


@cache
def load_chip(name: str) -> Chip:
    path = _CHIPS / f"{name}.toml"
    return build(Chip, _read(path), path.name)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def build(model: type[T], data: dict[str, Any], where: str) -> T:
    """Return an instance of the dataclass `model` from a table; `where`: its name in errors."""
    if not isinstance(data, dict):
        raise DataError(f"{where}: expected a table, found {data!r}")
    hints = _hints(model)
    unknown = data.keys() - hints.keys()
    if unknown:
        raise DataError(f"{where}: unknown {', '.join(sorted(unknown))}")
    values = {key: _value(hints[key], data[key], f"{where}: {key}") for key in hints if key in data}
    try:
        return model(**values)
    except TypeError as error:
        raise DataError(f"{where}: {error}") from error


_KNOWN: dict[type, dict[str, Any]] = {}


def _hints(model: type[Any]) -> dict[str, Any]:
    if model not in _KNOWN:
        hints = typing.get_type_hints(model)
        _KNOWN[model] = {field.name: hints[field.name] for field in dataclasses.fields(model)}
    return _KNOWN[model]


def _value(kind: Any, data: Any, where: str) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(data, list):
            raise DataError(f"{where}: expected a list, found {data!r}")
        return tuple(_value(inner[0], item, f"{where}[{i}]") for i, item in enumerate(data))
    if origin is Mapping:
        return _named(inner[1], data, where)
    if dataclasses.is_dataclass(kind) and not isinstance(data, kind):  # type: ignore[arg-type]
        return build(kind, data, where)  # type: ignore[arg-type]
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise DataError(f"{where}: expected {kind.__name__}, found {data!r}")
    return data


def _named(kind: type[T], data: Any, where: str) -> Mapping[str, T]:
    """Return the models in a table of tables; each key becomes its model's `name` (`letter` for a
    port)."""
    if not isinstance(data, dict):
        raise DataError(f"{where}: expected a table, found {data!r}")
    hints = _hints(kind)
    key_field = "name" if "name" in hints else "letter"
    extra = {"memory"} & hints.keys()
    return MappingProxyType(
        {
            key: build(
                kind,
                {key_field: key, **dict.fromkeys(extra, key), **table},
                f"{where}.{key}",
            )
            for key, table in data.items()
        }
    )
