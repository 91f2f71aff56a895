"""The rings and message buffers: the trees have nodes for them, and the memory has room."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import address, size
from fwgen.soc.board import Rings
from fwgen.spec.diagnostics import Findings

OFFERED = Rule("rings-not-offered", "error", "the trees have nodes for the rings in this memory")
ROOM = Rule("rings-no-room", "error", "the memory has room for the rings and the message buffers")
BESIDE_DDR = Rule(
    "rings-beside-ddr", "error", "with the rings outside DDR, code and data are outside it, too"
)

RULES = (OFFERED, ROOM, BESIDE_DDR)


def _check_offered(draft: Draft, findings: Findings) -> None:
    board, wanted = draft.board, draft.spec.link.rings
    offered = [name for name in board.rings if name in board.flavour.rings]
    if wanted in offered:
        return
    OFFERED.broken(
        findings,
        f"the trees `{board.flavour.name}` of {board.release.title} have no nodes for rings in "
        f"{wanted} on {board.called}",
        draft.spec.where("link", "rings"),
        "memories that they have nodes for: " + ", ".join(f"`{name}`" for name in offered),
    )


def _check_room(draft: Draft, findings: Findings) -> None:
    rings = draft.rings
    if rings is None:
        return
    wrong = _without_room(draft, rings)
    if wrong:
        others = [name for name in draft.board.rings if name != rings.name]
        ROOM.broken(
            findings,
            wrong,
            draft.spec.where("link", "rings"),
            "use another memory: " + ", ".join(f"`rings: {name}`" for name in others),
        )


def _without_room(draft: Draft, rings: Rings) -> str:
    """Return what does not fit; "" if all fits."""
    board, memory = draft.board, draft.board.chip.memories[rings.memory]
    for part in rings.parts:
        what = f"{part.title} ({size(part.size_bytes)} at {address(part.start)})"
        if not memory.contains(part):
            return f"{what} is not in {memory.title}, which ends at {address(memory.end - 1)}"
        taken = next((other for other in board.reserved if other.overlaps(part)), None)
        if taken:
            return f"{what} overlaps {taken.title} of {taken.owner}"
    needed = 2 * board.rpmsg.buffers * board.rpmsg.buffer_bytes
    if needed > rings.vdev_buffer.size_bytes:
        return (
            f"{2 * board.rpmsg.buffers} message buffers need {size(needed)}; "
            f"{memory.title} has {size(rings.vdev_buffer.size_bytes)} for them"
        )
    return ""


def _check_beside_ddr(draft: Draft, findings: Findings) -> None:
    ddr = draft.board.ddr.memory
    if draft.rings is None or draft.rings.memory == ddr:
        return
    for role, window in draft.windows.items():
        if window.memory == ddr:
            BESIDE_DDR.broken(
                findings,
                f"the {role} is in DDR, but with `rings: {draft.rings.name}` the firmware must "
                "work without DDR",
                draft.spec.where("memory", role, "in"),
                f"use another memory for the {role}, or `rings: {ddr}`",
            )


CHECKS = (_check_offered, _check_room, _check_beside_ddr)
