"""Linux keeps its hands off the firmware's memory and the message buffers."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import Window
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject, covering
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

PLACE = Rule("linux-reserved", "Linux", "a reserved-memory node has each window, from end to end")
NO_MAP = Rule("linux-no-map", "Linux", "Linux does not map what is the M33's")
OVERLAP = Rule("linux-overlap", "Linux", "no other reserved memory lies over it")
OUTSIDE = Rule("linux-outside", "Linux", "reserved DDR lies in a memory that the tree has")

RULES = (PLACE, NO_MAP, OVERLAP, OUTSIDE)


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.linux
    if tree is None:
        return
    for window in [*subject.firmware, *subject.shared]:
        if window.linux:
            yield from _check_window(subject, tree, window)
    yield from _check_overlaps(subject, tree)


def _check_window(subject: Subject, tree: Tree, window: Window) -> Iterator[Finding]:
    mend = subject.lines("linux", window.linux)
    found = covering(tree.reserved, window)
    own = next((pair for pair in found if pair[1].start == window.start), None)
    if own is None or own[1].size_bytes != window.size_bytes:
        there = own or next(iter(found), None)
        yield PLACE.broken(
            there[0].path if there else "/reserved-memory",
            found=span(there[1]) if there else f"nothing at 0x{window.start:x}",
            expected=f"{span(window)} for {window.title}",
            effect="remoteproc cannot load or map what lies outside, and Linux may use it itself",
            mend=mend,
        )
    if own:
        yield from _check_node(tree, window, own[0], mend)


def _check_node(tree: Tree, window: Window, node: Node, mend: str) -> Iterator[Finding]:
    if not node.has("no-map"):
        yield NO_MAP.broken(
            node.path,
            found="no `no-map`",
            expected="`no-map`",
            effect="Linux maps it as its own memory: speculative reads go to the M33's pages, "
            "and remoteproc cannot map them uncached",
            mend=mend.replace("\n};", "\n\tno-map;\n};"),
        )
    memories = [m for n in tree.root.children if n.bare_name == "memory" for m in n.regions()]
    dram = window.memory == "ddr"
    if dram and memories and not any(memory.contains(window) for memory in memories):
        yield OUTSIDE.broken(
            node.path,
            found=f"{span(window)}; the tree's memory: {', '.join(map(span, memories))}",
            expected="a place inside it",
            effect="there is no RAM, or the memory node is wrong: the rings go nowhere",
        )


def _check_overlaps(subject: Subject, tree: Tree) -> Iterator[Finding]:
    """Of what is the firmware's, in the plan or in the tree, with any other reserved memory."""
    windows = [*subject.firmware, *subject.shared]
    best = [found[0] for window in windows if (found := covering(tree.reserved, window))]
    ours = {node.path: (node, region) for node, region in [*best, *subject.memory_regions()]}
    told: set[frozenset[str]] = set()
    for node, region in ours.values():
        for other, pages in covering(tree.reserved, region):
            pair = frozenset((node.path, other.path))
            if other is node or pair in told or _on_purpose(other, node):
                continue
            told.add(pair)
            yield OVERLAP.broken(
                other.path,
                found=f"{span(pages)} over {node.path}, {span(region)}",
                expected="pages of one owner each",
                effect="two owners of the same pages: Linux complains at its start and goes on, "
                "and each overwrites what the other keeps there",
                mend=f"move or shrink {node.name} or {other.name}",
            )


def _on_purpose(one: Node, other: Node) -> bool:
    """Siblings of which the boot loader or the user takes one: `alternative-...`."""
    return "alternative" in one.name or "alternative" in other.name
