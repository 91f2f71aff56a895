"""The firewall of DDR: both cores must have access to the message buffers."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.soc.model import Region
from fwgen.verify import firewall
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

SHARED = Rule("optee-shared", "OP-TEE", "the A35 and the M33 may use the message buffers")

RULES = (SHARED,)


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.optee
    if tree is None or not subject.plan.rings.in_ddr:
        return
    guard, regions = subject.plan.board.chip.firewall, list(_regions(tree))
    for window in subject.rings:
        own = next((one for one in regions if one[1].contains(window)), None)
        words = firewall.risaf(own[0].cell("st,protreg", 0)) if own else None
        if own and words and all(words.open_to(c) for c in (guard.a35_cid, guard.m33_cid)):
            continue
        yield SHARED.broken(
            own[0].path if own else "/reserved-memory",
            found=str(words) if words else f"no region of a RISAF contains {span(window)}",
            expected=f"non-secure, read and written by {guard.a35_cid} and {guard.m33_cid}",
            effect=f"the first use of {window.title} is an illegal access: OP-TEE panics",
            mend=f"&{subject.plan.rings.guard.optee} {{\n\t"
            "st,protreg = <RISAFPROT(RISAF_REG_ID(5), RIF_CID1_BF|RIF_CID2_BF, "
            "RIF_CID1_BF|RIF_CID2_BF, RIF_UNUSED, RIF_NSEC, RIF_ENC_DIS, RIF_BREN_EN)>;\n};",
        )


def _regions(tree: Tree) -> Iterator[tuple[Node, Region]]:
    for risaf in tree.compatible("st,stm32mp25-risaf", "st,stm32mp25-risaf-enc"):
        for node in tree.references(risaf, "memory-region"):
            for region in node.regions()[:1] if node else ():
                assert node is not None
                yield node, region
