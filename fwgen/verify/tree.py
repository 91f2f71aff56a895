"""A device tree: its file, and the search for its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fwgen import files
from fwgen.soc.region import Region
from fwgen.verify import fdt
from fwgen.verify.errors import TreeError
from fwgen.verify.node import Node, number

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class Interrupt:
    """One entry of `interrupts-extended`: its controller, and the cells for it."""

    parent: Node
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Tree:
    path: Path
    root: Node

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self.root.walk())

    @cached_property
    def _by_phandle(self) -> dict[int, Node]:
        return {
            phandle: node
            for node in self.nodes
            for name in ("phandle", "linux,phandle")
            for phandle in node.cells(name)[:1]
        }

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in reversed(self.nodes)}

    @property
    def reserved(self) -> list[Node]:
        """The nodes of reserved memories."""
        parent = next((n for n in self.root.children if n.name == "reserved-memory"), None)
        return parent.children if parent else []

    @property
    def chips(self) -> list[str]:
        return self.root.strings("compatible")

    @property
    def model(self) -> str:
        return next(iter(self.root.strings("model")), "no model")

    def phandle(self, number: int) -> Node | None:
        return self._by_phandle.get(number)

    def at(self, kind: str, address: int) -> Node | None:
        """Return the node `kind@address`, None if there is none."""
        return self._by_name.get(f"{kind}@{address:x}")

    def compatible(self, *names: str) -> Iterator[Node]:
        return (node for node in self.nodes if node.is_a(*names))

    def references(self, node: Node, name: str) -> list[Node | None]:
        """Return the nodes to which a list of phandles points; None for an unknown phandle."""
        return [self.phandle(number) for number in node.cells(name)]

    def interrupts(self, node: Node) -> list[Interrupt]:
        """Return `interrupts-extended` up to the first entry that cannot be read."""
        words, found = node.cells("interrupts-extended"), []
        while words:
            parent = self.phandle(words[0])
            count = parent.cell("#interrupt-cells", 0) if parent else 0
            if parent is None or not 0 < count < len(words):
                break
            found.append(Interrupt(parent, tuple(words[1 : count + 1])))
            words = words[count + 1 :]
        return found

    def plain_interrupts(self, node: Node) -> list[Interrupt]:
        """Return `interrupts`, which are for the nearest `interrupt-parent` upwards."""
        above: Node | None = node
        while above is not None and not above.has("interrupt-parent"):
            above = above.parent
        parent = self.phandle(above.cell("interrupt-parent", 0)) if above else None
        count = parent.cell("#interrupt-cells", 0) if parent else 0
        words = node.cells("interrupts")
        if parent is None or not count:
            return []
        ends = range(count, len(words) + 1, count)
        return [Interrupt(parent, tuple(words[end - count : end])) for end in ends]

    def registers(self, node: Node) -> list[Region]:
        """Return `reg` as addresses of the CPU; [] if a bus above does not map it."""
        found, bus = node.regions(), node.parent
        while bus is not None and bus.parent is not None:
            if not bus.has("ranges"):
                return []
            found = [moved for one in found for moved in _through(bus, one)]
            bus = bus.parent
        return found


def _through(bus: Node, region: Region) -> list[Region]:
    """Return the region as the bus's parent sees it, [] if the bus does not map it."""
    if not bus.cells("ranges"):
        return [region]
    child, parent = bus.cell("#address-cells", 2), bus.parent
    above = parent.cell("#address-cells", 2) if parent else 2
    sizes, words = bus.cell("#size-cells", 1), bus.cells("ranges")
    step = child + above + sizes
    for at in range(0, len(words) - step + 1, max(step, 1)):
        start = number(words[at : at + child])
        to = number(words[at + child : at + child + above])
        size_bytes = number(words[at + child + above : at + step])
        if start <= region.start < start + size_bytes:
            return [Region(region.start - start + to, region.size_bytes)]
    return []


def load_tree(path: Path) -> Tree:
    """Read a DTB. Raises TreeError that names the file."""
    try:
        data = files.read(path, _MOST_BYTES)
    except files.TooBigError as error:
        message = f"{path}: expected a DTB of at most {_MOST_BYTES >> 20} MiB, found more"
        raise TreeError(message, "give a flattened device tree (.dtb)") from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise TreeError(message, "give a flattened device tree (.dtb)") from error
    try:
        tree = Tree(path, fdt.parse(data))
    except TreeError as error:
        raise TreeError(f"{path}: {error.message}", error.hint) from None
    if any(node.name == "__overlay__" for node in tree.nodes):
        raise TreeError(
            f"{path}: expected a whole device tree, found an overlay",
            "give the tree with the overlay in it: `fdtoverlay -i BASE.dtb -o TREE.dtb "
            f"{path.name}`",
        )
    return tree
