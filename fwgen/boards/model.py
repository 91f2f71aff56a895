"""What a user writes in the file of an own board, from the models in fwgen.soc.

The file has the fields of `Board`, except those that a spec decides (release, flavour) and that
fwgen itself sets; `chip` is a chip's name. Besides, `extends` names a board that fwgen knows.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, Final

from fwgen.data_file import is_required
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
        one.name: (str if one.name == "chip" else hints[one.name], is_required(one))
        for one in dataclasses.fields(Board)
        if one.name not in NOT_WRITTEN
    }
    return {"extends": (str, False), **found}


def fields_of(model: type[Any]) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field, and whether it is required; `source` never is."""
    hints = typing.get_type_hints(model)
    return {
        one.name: (hints[one.name], is_required(one) and one.name != "source")
        for one in dataclasses.fields(model)
    }
