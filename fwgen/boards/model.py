"""What a user writes in the file of an own board, from the models in fwgen.soc.

The file has the fields of `Board`, except those that a spec decides (release, flavour) and that
fwgen itself sets; `chip` is a chip's name. Besides, `extends` names a board that fwgen knows.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from fwgen.soc.board import Board

NOT_WRITTEN: Final = ("release", "flavour", "own")
BY_ENTRY: Final = ("labels", "windows", "ddr", "rings", "rpmsg", "budget", "trees")
"""Tables of which a file that extends a board replaces the entries that it has. It replaces all
others (such as `pins`) as a whole."""

WHAT: Final = {
    "name": "the board's name: a-z, 0-9 and _; the names of the fragments begin with it",
    "title": "the name that people know it by",
    "chip": "the chip",
    "extends": "a board that fwgen knows; what the file does not write is that board's",
    "labels": "names in the trees of Zephyr and Linux",
    "windows": "by memory: the part that the firmware may use",
    "reserved": "pages that others use",
    "ddr": "the places in DDR that Linux's trees reserve for the M33",
    "rings": "by memory: where the rings and the message buffers can be",
    "rpmsg": "number and size of the message buffers",
    "console": "the M33's serial console",
    "pins": "by name: the pins that a spec may use, and those that are taken",
    "buses": "by name: the I2C buses that a spec may use",
    "budget": "what the plan assumes until there is an ELF",
    "zephyr_root": "the folder with the `boards/` that has the Zephyr board; starts at this file",
    "trees": "the files of the board's device trees, for the fragments' comments",
}


def board_fields() -> dict[str, tuple[Any, bool]]:
    """Return the type of each key of the file, and whether a file without `extends` needs it."""
    hints = typing.get_type_hints(Board)
    found = {
        one.name: (str if one.name == "chip" else hints[one.name], _required(one))
        for one in dataclasses.fields(Board)
        if one.name not in NOT_WRITTEN
    }
    return {"extends": (str, False), **found}


def fields_of(model: type[Any]) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field, and whether it is required; `source` never is."""
    hints = typing.get_type_hints(model)
    return {
        one.name: (hints[one.name], _required(one) and one.name != "source")
        for one in dataclasses.fields(model)
    }


def key_field(model: type[Any]) -> tuple[str, ...]:
    """Return the fields that a table of such models sets from its keys."""
    names = {one.name for one in dataclasses.fields(model)}
    return tuple(name for name in ("name", "letter", "memory") if name in names)


def kind_of(hint: Any) -> tuple[str, Any]:
    """Return `table` or `scalar` with the type, `list` or `named` with the type of an element."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return "list", inner[0]
    if origin in (Mapping, types.MappingProxyType):
        return "named", inner[1]
    return ("table" if dataclasses.is_dataclass(hint) else "scalar"), hint


def _required(one: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return one.default is missing and one.default_factory is missing
