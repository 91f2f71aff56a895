"""What the rules examine: the trees, the ELF, and the plan against which they are checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from fwgen.build.elf import Elf
from fwgen.generate import render
from fwgen.plan.model import Plan, Window
from fwgen.soc.region import Region
from fwgen.verify.node import Node
from fwgen.verify.tree import Tree

PLAIN = "st,stm32mp2-m33"
SIGNED = "st,stm32mp2-m33-tee"


@dataclass(frozen=True)
class Subject:
    plan: Plan
    linux: Tree | None = None
    optee: Tree | None = None
    elf: Elf | None = None

    @property
    def firmware(self) -> list[Window]:
        """The windows into which Linux loads the firmware."""
        return [self.plan.code, self.plan.data]

    @property
    def rings(self) -> list[Window]:
        """The windows in which both sides exchange messages."""
        return list(self.plan.rings.nodes)

    @property
    def left(self) -> list[Window]:
        """The windows beside the rings for which Linux's tree has larger nodes."""
        used = {window.linux for window in self.firmware}
        return [window for window in self.plan.rings.left if window.linux not in used]

    @property
    def guarded(self) -> list[Window]:
        """The regions of OP-TEE's RISABs, which protect internal memory, for both cores."""
        plan, ddr = self.plan, self.plan.board.ddr.memory
        windows = {window.optee: window for window in self.firmware if window.memory != ddr}
        if not plan.rings.in_ddr:
            windows[plan.rings.guard.optee] = plan.rings.guard
        return list(windows.values())

    @cached_property
    def linux_rproc(self) -> Node | None:
        return _rproc(self.linux)

    @cached_property
    def optee_rproc(self) -> Node | None:
        return _rproc(self.optee)

    def memory_regions(self) -> list[tuple[Node, Region]]:
        """Return the nodes and regions in `memory-region` of Linux's remote processor.

        Unknown phandles, disabled nodes and nodes without `reg` are left out.
        """
        if self.linux is None or self.linux_rproc is None:
            return []
        nodes = self.linux.references(self.linux_rproc, "memory-region")
        enabled = [node for node in nodes if node and node.enabled]
        return [(node, region) for node in enabled for region in node.regions()[:1]]

    def lines(self, tree: str, label: str) -> str:
        """Return the fragment's lines for a label of that tree, '' if it has none."""
        match = re.search(rf"^&{label} \{{\n.*?^\}};", self._fragments[tree], re.M | re.S)
        return match[0] if match else ""

    @cached_property
    def _fragments(self) -> dict[str, str]:
        files = render(self.plan)
        name = f"{self.plan.board.name}-fwgen.dtsi"
        return {tree: files[f"fragments/{tree}/{name}"].decode() for tree in ("linux", "optee")}


def _rproc(tree: Tree | None) -> Node | None:
    return next(tree.compatible(PLAIN, SIGNED), None) if tree else None


def covering(nodes: list[Node], region: Region) -> list[tuple[Node, Region]]:
    """Return the enabled nodes that overlap the region, the best match first."""
    found = [
        (node, own)
        for node in nodes
        if node.enabled
        for own in node.regions()
        if own.overlaps(region)
    ]
    return sorted(found, key=lambda pair: (pair[1].start != region.start, pair[1].start))
