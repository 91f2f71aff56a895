"""A node of a device tree, with its properties as strings, cells and regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from fwgen.soc.region import Region


@dataclass(eq=False)
class Node:
    name: str
    parent: Node | None
    properties: dict[str, bytes] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        return (*self.parent.parts, self.name) if self.parent else ()

    @property
    def path(self) -> str:
        return "/" + "/".join(self.parts)

    @property
    def bare_name(self) -> str:
        """The name without the unit address."""
        return self.name.partition("@")[0]

    @property
    def enabled(self) -> bool:
        """Whether the node and all its parents are enabled, as Linux and OP-TEE read `status`."""
        status = self.strings("status")
        own = not status or status[0] in ("okay", "ok")
        return own and (self.parent is None or self.parent.enabled)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def has(self, name: str) -> bool:
        return name in self.properties

    def strings(self, name: str) -> list[str]:
        text = self.properties.get(name, b"").decode("utf-8", "replace")
        return text.split("\0")[:-1] if text.endswith("\0") else [text] if text else []

    def cells(self, name: str) -> list[int]:
        """Return the property as 32-bit words, without an incomplete last word."""
        data = self.properties.get(name, b"")
        return [int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data) & ~3, 4)]

    def cell(self, name: str, default: int) -> int:
        return next(iter(self.cells(name)), default)

    def regions(self) -> list[Region]:
        """Return `reg`, by the parent's numbers of cells; addresses are the parent's."""
        parent = self.parent
        addresses = parent.cell("#address-cells", 2) if parent else 2
        sizes = parent.cell("#size-cells", 1) if parent else 1
        step, cells, found = addresses + sizes, self.cells("reg"), []
        if not 0 < step <= 8 or not addresses:
            return []
        for at in range(0, len(cells) - step + 1, step):
            start = number(cells[at : at + addresses])
            found.append(Region(start, number(cells[at + addresses : at + step])))
        return found

    def is_a(self, *compatibles: str) -> bool:
        return any(one in self.strings("compatible") for one in compatibles)


def number(cells: list[int]) -> int:
    """Return the cells as one number, the first being the highest."""
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value
