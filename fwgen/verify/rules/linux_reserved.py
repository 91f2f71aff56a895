"""Linux must reserve the firmware's memory and the message buffers."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import Window
from fwgen.soc.region import Region
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject, covering
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

PLACE = Rule("linux-reserved", "Linux", "each window has a reserved-memory node of the same size")
NO_MAP = Rule("linux-no-map", "Linux", "Linux does not map the M33's memory")
OVERLAP = Rule("linux-overlap", "Linux", "no other reserved memory overlaps the firmware's")
OUTSIDE = Rule("linux-outside", "Linux", "reserved DDR is inside the tree's memory nodes")

RULES = (PLACE, NO_MAP, OVERLAP, OUTSIDE)


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.linux
    if tree is None:
        return
    for window in [*subject.firmware, *subject.rings, *subject.left]:
        if window.linux:
            yield from _check_window(subject, tree, window)
    yield from _check_overlaps(subject, tree)


def _check_window(subject: Subject, tree: Tree, window: Window) -> Iterator[Finding]:
    mend = subject.lines("linux", window.linux)
    found = covering(tree.reserved, window)
    own = next((pair for pair in found if pair[1].start == window.start), None)
    if own is None or own[1].size_bytes != window.size_bytes:
        there = own or _named(tree, window) or next(iter(found), None)
        yield PLACE.broken(
            there[0].path if there else "/reserved-memory",
            found=span(there[1]) if there else f"nothing at 0x{window.start:x}",
            expected=f"{span(window)} for {window.title}",
            effect="remoteproc cannot load or map the rest of the window, and Linux may use it",
            mend=mend,
        )
    if own:
        yield from _check_node(tree, window, own[0], mend)


def _named(tree: Tree, window: Window) -> tuple[Node, Region] | None:
    """Return the node that has the window's name, at whatever address."""
    nodes = [node for node in tree.reserved if node.bare_name == window.linux]
    return next(((node, region) for node in nodes for region in node.regions()[:1]), None)


def _check_node(tree: Tree, window: Window, node: Node, mend: str) -> Iterator[Finding]:
    if not node.has("no-map"):
        yield NO_MAP.broken(
            node.path,
            found="no `no-map`",
            expected="`no-map`",
            effect="Linux maps it as its own memory: the A35 reads the M33's pages speculatively, "
            "and remoteproc cannot map them uncached",
            mend=mend.replace("\n};", "\n\tno-map;\n};"),
        )
    memories = [m for n in tree.root.children if n.bare_name == "memory" for m in n.regions()]
    dram = window.memory == "ddr"
    if dram and memories and not any(memory.contains(window) for memory in memories):
        yield OUTSIDE.broken(
            node.path,
            found=f"{span(window)}; the tree's memory: {', '.join(map(span, memories))}",
            expected="an address inside the tree's memory",
            effect="there is no RAM at this address: the rings do not work",
            mend="correct the memory node, or the address of this node",
        )


def _check_overlaps(subject: Subject, tree: Tree) -> Iterator[Finding]:
    """Check the firmware's memory, of the plan and of the tree, against all reserved memory."""
    windows = [*subject.firmware, *subject.rings]
    best = [found[0] for window in windows if (found := covering(tree.reserved, window))]
    ours = {node.path: (node, region) for node, region in [*best, *subject.memory_regions()]}
    reported: set[frozenset[str]] = set()
    for node, region in ours.values():
        for other, pages in covering(tree.reserved, region):
            pair = frozenset((node.path, other.path))
            if other is node or pair in reported or _on_purpose(other, node):
                continue
            reported.add(pair)
            yield OVERLAP.broken(
                other.path,
                found=f"{span(pages)} over {node.path}, {span(region)}",
                expected="one owner for each page",
                effect="two owners of the same pages: Linux logs it at its start and continues, "
                "and each owner overwrites the other's data",
                mend=f"move or shrink {node.name} or {other.name}",
            )


def _on_purpose(one: Node, other: Node) -> bool:
    """Return whether the nodes are alternatives (`alternative-...`), of which only one is used."""
    return "alternative" in one.name or "alternative" in other.name
