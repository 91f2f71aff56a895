"""The panels that a display can have: one data file each, with the source of every figure.

All have the command set of page-oriented OLED controllers: page, column, sleep and a status byte
(panel.c). What differs is data: the controller's memory, where the glass is in it, and the bytes
that set the panel up.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_HERE: Final = Path(__file__).parent


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
    return {path.stem: _load(path) for path in sorted(_HERE.glob("*.toml"))}


def sizes() -> Mapping[str, tuple[int, int]]:
    """Return the sizes that some panel has, the largest first, as a spec writes them."""
    known = {size for panel in panels().values() for size in panel.sizes}
    ordered = sorted(known, key=lambda size: (-size[0], -size[1]))
    return {f"{width}x{height}": (width, height) for width, height in ordered}


def _load(path: Path) -> Panel:
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    found = [
        PanelSize(**{**size, "settings": tuple(size["settings"])}) for size in data.pop("sizes")
    ]
    data["addresses"] = tuple(data["addresses"])
    return Panel(**data, name=path.stem, sizes={(one.width, one.height): one for one in found})
