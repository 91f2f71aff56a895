"""The owner of each part of each memory, and whether it works while Linux sleeps."""

from __future__ import annotations

from dataclasses import dataclass

from fwgen.plan.model import Plan, Window, hull
from fwgen.soc.chip import Memory
from fwgen.soc.region import Region


@dataclass(frozen=True)
class Piece(Region):
    """`kind`: `code`, `data`, `log`, `rings`, `taken` (not the firmware's) or `free` (not used)."""

    kind: str
    owner: str
    title: str


@dataclass(frozen=True)
class MemoryMap(Region):
    """One memory, or the part of it that the firmware uses; `pieces` cover it without gaps.

    `whole`: it is all of the memory. While Linux sleeps, `kept`: it keeps its contents;
    `reachable`: the M33 may access it.
    """

    name: str
    title: str
    whole: bool
    kept: bool
    reachable: bool
    pieces: tuple[Piece, ...]


def memory_maps(plan: Plan) -> tuple[MemoryMap, ...]:
    """Return the memories that the board gives to the firmware, then the part of DDR that it uses,
    if any."""
    chip, ddr = plan.board.chip, plan.board.ddr.memory
    names = list(plan.board.windows)
    shown = [chip.memories[name] for name in names]
    shown += [
        chip.memories[window.memory]
        for window in (plan.code, plan.data)
        if window.memory not in (*names, ddr)
    ]
    maps = [_map(plan, memory, memory) for memory in shown]
    in_ddr = [window for window in _windows(plan) if window.memory == ddr]
    if in_ddr:
        maps.append(_map(plan, chip.memories[ddr], hull(in_ddr)))
    return tuple(maps)


def _windows(plan: Plan) -> list[Window]:
    return [plan.code, plan.data, *plan.rings.parts, *plan.reserved]


def _map(plan: Plan, memory: Memory, part: Region) -> MemoryMap:
    pieces = [piece for w in _windows(plan) if part.contains(w) for piece in _pieces(plan, w)]
    pieces.sort(key=lambda piece: piece.start)
    return MemoryMap(
        start=part.start,
        size_bytes=part.size_bytes,
        name=memory.name,
        title=memory.title,
        whole=part.size_bytes == memory.size_bytes,
        kept=memory.name in plan.mode.kept,
        reachable=memory.name in plan.mode.reachable,
        pieces=_gapless(part, pieces),
    )


def _pieces(plan: Plan, window: Window) -> list[Piece]:
    if window is plan.data:
        rest = plan.log.start - plan.data.start
        return [
            Piece(window.start, rest, "data", "M33", "data, stacks"),
            Piece(
                plan.log.start,
                plan.log.size_bytes,
                "log",
                "M33",
                f"sample log, {plan.log_slots} blocks",
            ),
        ]
    if window is plan.code:
        return [Piece(window.start, window.size_bytes, "code", "M33", "code")]
    owner = "both" if window.owner == "shared" else window.owner
    kind = "rings" if window.owner == "shared" else "taken"
    return [Piece(window.start, window.size_bytes, kind, owner, window.title)]


def _gapless(part: Region, pieces: list[Piece]) -> tuple[Piece, ...]:
    whole: list[Piece] = []
    at = part.start
    for piece in [*pieces, Piece(part.end, 0, "", "", "")]:
        if piece.start > at:
            whole.append(Piece(at, piece.start - at, "free", "", "unused"))
        if piece.size_bytes:
            whole.append(piece)
        at = max(at, piece.end)
    return tuple(whole)
