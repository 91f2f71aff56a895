"""Windows of code and data: inside their memory, on page boundaries, without overlap."""

from __future__ import annotations

from functools import partial

from fwgen.plan.draft import ROLES, Draft, firmware_part
from fwgen.plan.model import Window
from fwgen.plan.rules.rule import Rule
from fwgen.plan.words import address, size
from fwgen.soc.region import Carveout, Region
from fwgen.spec.diagnostics import Findings, Position, did_you_mean, quote

UNKNOWN = Rule("unknown-memory", "error", "code and data are in memories that the chip has")
OUTSIDE = Rule("window-outside", "error", "a window is inside its memory")
UNALIGNED = Rule("window-unaligned", "error", "a window starts and ends on a page of the firewall")
RESERVED = Rule("window-reserved", "error", "a window has no page that is reserved for others")
OVERLAP = Rule("window-overlap", "error", "code, data and message buffers do not overlap")

RULES = (UNKNOWN, OUTSIDE, UNALIGNED, RESERVED, OVERLAP)


def _check_window(draft: Draft, findings: Findings, role: str) -> None:
    window = draft.windows.get(role)
    if window is None:
        _report_unknown(draft, role, findings)
    elif _inside(draft, window, findings):
        _check_aligned(draft, window, findings)
        _check_reserved(draft, window, findings)


def _report_unknown(draft: Draft, role: str, findings: Findings) -> None:
    wanted = getattr(draft.spec.memory, role).memory
    chip = draft.board.chip
    if wanted in chip.memories:
        return  # another value of the window could not be read
    UNKNOWN.broken(
        findings,
        f"the {chip.title} has no memory {quote(wanted)}",
        _place(draft, role, "in"),
        did_you_mean(wanted, chip.memories, "memories"),
    )


def _inside(draft: Draft, window: Window, findings: Findings) -> bool:
    memory = draft.memory_of(window)
    if window.size_bytes and memory.contains(window):
        return True
    if window.start < memory.start or window.start >= memory.end:
        what = f"{address(window.start)} is not in {memory.title} ({_span(memory)})"
        key = "at"
    elif not window.size_bytes:
        what = f"there is no room for the {window.name} at {address(window.start)}"
        key = "at"
    else:
        what = (
            f"{size(window.size_bytes)} from {address(window.start)} end at {address(window.end)}, "
            f"{size(window.end - memory.end)} after the end of {memory.title}"
        )
        key = "size"
    OUTSIDE.broken(findings, what, _place(draft, window.name, key), _own_part(draft, window))
    return False


def _check_aligned(draft: Draft, window: Window, findings: Findings) -> None:
    page = draft.board.chip.alignment.page_bytes
    granularity = f"{size(page)}, the page of Linux's reserved memory and of the firewall"
    if window.start % page:
        below = window.start - window.start % page
        UNALIGNED.broken(
            findings,
            f"{address(window.start)} is not a multiple of {granularity}",
            _place(draft, window.name, "at"),
            f"write `at: {address(below)}` or `at: {address(below + page)}`",
        )
    if window.size_bytes % page:
        below = window.size_bytes - window.size_bytes % page
        choice = f"`size: {size(below)}` or " if below else ""
        UNALIGNED.broken(
            findings,
            f"{size(window.size_bytes)} is not a multiple of {granularity}",
            _place(draft, window.name, "size"),
            f"write {choice}`size: {size(below + page)}`",
        )


def _check_reserved(draft: Draft, window: Window, findings: Findings) -> None:
    place = _place(draft, window.name, "at")
    taken = [other for other in draft.board.reserved if other.overlaps(window)]
    if taken:
        whose = ", ".join(
            f"{other.title} ({other.owner}, {size(other.size_bytes)} at {address(other.start)})"
            for other in taken
        )
        RESERVED.broken(
            findings,
            f"the {window.name} window {_span(window)} overlaps reserved memory: {whose}",
            place,
            _own_part(draft, window),
        )
    own = firmware_part(draft.board, draft.memory_of(window), window.name)
    reported = any(other.overlaps(window) for other in _buffers(draft))
    in_ddr = window.memory == draft.board.ddr.memory
    if in_ddr and not reported and not own.contains(window):
        RESERVED.broken(
            findings,
            f"the {window.name} window {_span(window)} overlaps Linux's memory",
            place,
            _own_part(draft, window),
        )


def _check_overlap(draft: Draft, findings: Findings) -> None:
    code, data = draft.windows.get("code"), draft.windows.get("data")
    if code and data and code.overlaps(data):
        shared = min(code.end, data.end) - max(code.start, data.start)
        half = _half(draft, code)
        OVERLAP.broken(
            findings,
            f"code ({_span(code)}) and data ({_span(data)}) share {size(shared)} of "
            f"{draft.memory_of(code).title}",
            _place(draft, "data", "in"),
            f"use two memories, or two parts of one: `code: {{in: {code.memory}, size: {half}}}` "
            f"and for data an `at:` after it",
        )
    for window in (code, data):
        covered = [other for other in _buffers(draft) if window and window.overlaps(other)]
        if window and covered:
            what = ", ".join(f"{other.title} at {address(other.start)}" for other in covered)
            OVERLAP.broken(
                findings,
                f"the {window.name} window {_span(window)} overlaps {what}",
                _place(draft, window.name, "at"),
                _own_part(draft, window),
            )


def _buffers(draft: Draft) -> tuple[Carveout, ...]:
    return draft.rings.parts if draft.rings else ()


def _half(draft: Draft, window: Window) -> str:
    page = draft.board.chip.alignment.page_bytes
    return size(max(page, window.size_bytes // 2 // page * page))


def _own_part(draft: Draft, window: Window) -> str:
    memory = draft.memory_of(window)
    own = firmware_part(draft.board, memory, window.name)
    if own == memory:
        free = ", ".join(f"`{name}`" for name in draft.board.windows)
        return f"use a memory that {draft.board.called} gives to the firmware: {free}"
    return (
        f"stay inside the firmware's part of {memory.title}: `at: {address(own.start)}`, "
        f"`size: {size(own.size_bytes)}`"
    )


def _span(region: Region) -> str:
    return f"{address(region.start)} to {address(region.end - 1)}"


def _place(draft: Draft, role: str, key: str) -> Position:
    return draft.spec.where("memory", role, key)


CHECKS = (*(partial(_check_window, role=role) for role in ROLES), _check_overlap)
