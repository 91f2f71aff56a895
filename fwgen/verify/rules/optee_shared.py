"""The firewall of DDR: both cores must have access to the message buffers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fwgen.soc.region import Region
from fwgen.verify import firewall
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

SHARED = Rule("optee-shared", "OP-TEE", "the A35 and the M33 may use the message buffers")

RULES = (SHARED,)


@dataclass(frozen=True)
class _Guarded:
    """A memory in the list of a RISAF. `words`: its `st,protreg`."""

    risaf: Node
    node: Node
    region: Region
    words: list[int]


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.optee
    if tree is None or not subject.plan.rings.in_ddr:
        return
    guard, memories = subject.plan.board.chip.firewall, list(_guarded(tree))
    for window in subject.rings:
        own = next((one for one in memories if one.region.contains(window)), None)
        found = _wrong(subject, own, memories) if own else f"no region of a RISAF: {span(window)}"
        if not found:
            continue
        yield SHARED.broken(
            own.node.path if own else "/reserved-memory",
            found=found,
            expected=f"non-secure, read and written by {guard.a35_cid} and {guard.m33_cid}, in an "
            "enabled region that no other memory has",
            effect=f"the first use of {window.title} is an illegal access: OP-TEE panics",
            mend=_mend(subject, own),
        )


def _wrong(subject: Subject, own: _Guarded, memories: list[_Guarded]) -> str:
    """Return what denies one of the cores the memory, '' if nothing does."""
    guard = subject.plan.board.chip.firewall
    if not own.risaf.enabled:
        return f"{own.risaf.path}, which guards it, is not enabled"
    if not own.words:
        return "no st,protreg"
    rights, number = firewall.risaf(own.words[0]), firewall.risaf_region(own.words[0])
    if not all(rights.open_to(cid) for cid in (guard.a35_cid, guard.m33_cid)):
        return str(rights)
    for other in memories:
        same = other.words and firewall.risaf_region(other.words[0]) == number
        if other.risaf is own.risaf and other.node is not own.node and same:
            return f"region {number}, which {other.node.path} has too"
    return ""


def _mend(subject: Subject, own: _Guarded | None) -> str:
    ram = subject.plan.board.ddr.memory
    if own and not own.risaf.enabled:
        return f'&{subject.plan.board.chip.memories[ram].firewall} {{\n\tstatus = "okay";\n}};'
    return (
        f"&{subject.plan.rings.guard.optee} {{\n\tst,protreg = <RISAFPROT(RISAF_REG_ID(5), "
        "RIF_CID1_BF|RIF_CID2_BF, RIF_CID1_BF|RIF_CID2_BF, RIF_UNUSED, RIF_NSEC, RIF_ENC_DIS, "
        "RIF_BREN_EN)>;\n};"
    )


def _guarded(tree: Tree) -> Iterator[_Guarded]:
    for risaf in tree.compatible("st,stm32mp25-risaf", "st,stm32mp25-risaf-enc"):
        for node in tree.references(risaf, "memory-region"):
            for region in node.regions()[:1] if node else ():
                assert node is not None
                yield _Guarded(risaf, node, region, node.cells("st,protreg"))
