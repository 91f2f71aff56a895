"""The firewall of the internal RAMs: who may use the firmware's memory, and who owns each page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from fwgen.plan.model import Window
from fwgen.soc.region import Region
from fwgen.verify import firewall
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

WINDOW = Rule("optee-window", "OP-TEE", "each window has a region of a RISAB of the same size")
OPEN = Rule("optee-open", "OP-TEE", "the A35 and the M33 may read and write each window")
CLOSED = Rule("optee-closed", "OP-TEE", "no other master may read or write the firmware")
OWNERS = Rule("optee-owners", "OP-TEE", "no page of a RISAB has two owners")
WORD = Rule("optee-protreg", "OP-TEE", "each region of a RISAB has its rights in st,protreg")
ACROSS = Rule(
    "linux-secure-page", "Linux", "no memory-region contains a secure page of OP-TEE", also="OP-TEE"
)

RULES = (WORD, WINDOW, OPEN, CLOSED, OWNERS, ACROSS)

Guarded = tuple[Node, Region, firewall.Memory]
_NO_WORD = "OP-TEE panics at its start (`No RIF configuration available`)"
_MORE_WORDS = (
    "OP-TEE panics at its start if it was built with assertions; else it reads only the first word"
)


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.optee
    if tree is None:
        return
    regions = list(_regions(tree))
    guarded = [
        (node, region, firewall.risab(word))
        for node, region in regions
        for word in node.cells("st,protreg")[:1]
    ]
    yield from _check_words(subject, regions)
    for window in subject.guarded:
        yield from _check_window(subject, regions, window)
        yield from _check_rights(subject, guarded, window)
    yield from _check_owners(guarded)
    yield from _check_across(subject, guarded)


def _regions(tree: Tree) -> Iterator[tuple[Node, Region]]:
    """Yield the regions of all enabled RISABs."""
    for risab in tree.compatible("st,stm32mp25-risab"):
        for node in tree.references(risab, "memory-region") if risab.enabled else ():
            for region in node.regions()[:1] if node else ():
                assert node is not None
                yield node, region


def _check_words(subject: Subject, regions: list[tuple[Node, Region]]) -> Iterator[Finding]:
    mine = {window.start: window for window in subject.guarded}
    for node, region in regions:
        words = node.cells("st,protreg")
        if len(words) == 1:
            continue
        window = mine.get(region.start)
        yield WORD.broken(
            node.path,
            found=f"st,protreg with {len(words)} words" if words else "no st,protreg",
            expected="st,protreg with one word, RISABPROT(...)",
            effect=_MORE_WORDS if words else _NO_WORD,
            mend=subject.lines("optee", window.optee)
            if window
            else f"give {node.name} the st,protreg of ST's tree",
        )


def _check_window(
    subject: Subject, regions: list[tuple[Node, Region]], window: Window
) -> Iterator[Finding]:
    own = next((one for one in regions if one[1].start == window.start), None)
    if own is None or own[1].size_bytes != window.size_bytes:
        near = own or next((one for one in regions if one[1].overlaps(window)), None)
        yield WINDOW.broken(
            near[0].path if near else "/reserved-memory",
            found=span(near[1]) if near else f"no region of a RISAB at 0x{window.start:x}",
            expected=f"{span(window)} for {window.title}",
            effect="the rest of the window has other access rights: the M33 or Linux faults there",
            mend=subject.lines("optee", window.optee),
        )


def _check_rights(subject: Subject, guarded: list[Guarded], window: Window) -> Iterator[Finding]:
    own = next((one for one in guarded if one[1].start == window.start), None)
    if own is None:
        return
    mend = subject.lines("optee", window.optee)
    guard = subject.plan.board.chip.firewall
    shut = [cid for cid in (guard.a35_cid, guard.m33_cid) if not own[2].open_to(cid)]
    if shut:
        who = " and ".join("the A35" if cid == guard.a35_cid else "the M33" for cid in shut)
        yield OPEN.broken(
            own[0].path,
            found=str(own[2]),
            expected=f"non-secure, read and written by {guard.a35_cid} and {guard.m33_cid}",
            effect=f"the first access of {who} is illegal: OP-TEE panics by default",
            mend=mend,
        )
    others = (own[2].readers | own[2].writers) - {guard.a35_cid, guard.m33_cid}
    if not shut and (not own[2].filtered or others):
        yield CLOSED.broken(
            own[0].path,
            found=str(own[2]),
            expected=f"only compartments {guard.a35_cid} and {guard.m33_cid}",
            effect="other masters, such as any DMA, can read or write the firmware's memory",
            mend=mend,
        )


def _check_owners(guarded: list[Guarded]) -> Iterator[Finding]:
    for (one, first, _), (other, second, words) in combinations(guarded, 2):
        if one is other or not first.overlaps(second):
            continue
        what = (
            "OP-TEE panics at its start (`Memory region overlap detected`)"
            if words.secure
            else "OP-TEE gives both the later one's rights, without a message: a secure page is "
            "open"
        )
        yield OWNERS.broken(
            other.path,
            found=f"{span(second)} over {one.path}, {span(first)}",
            expected="one owner for each page",
            effect=what,
            mend=f"let {other.name} begin at 0x{first.end:x}, or set another release in the spec",
        )


def _check_across(subject: Subject, guarded: list[Guarded]) -> Iterator[Finding]:
    mine = {window.start for window in subject.guarded}
    for node, region in subject.memory_regions():
        for kept, pages, words in guarded:
            if pages.start not in mine and words.secure and pages.overlaps(region):
                yield ACROSS.broken(
                    node.path,
                    found=f"{span(region)} over OP-TEE's {kept.name}, {span(pages)}",
                    expected="no secure page of OP-TEE in a memory-region",
                    effect="loading the firmware there is an illegal access: OP-TEE panics",
                    mend=f"let {node.name} begin at 0x{pages.end:x}",
                )
