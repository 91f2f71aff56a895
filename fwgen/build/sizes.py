"""How much of each window an ELF takes, and how large its log may be."""

from __future__ import annotations

from fwgen.build.elf import Elf, Symbol
from fwgen.plan import make_plan
from fwgen.plan.errors import PlanErrors
from fwgen.plan.model import Plan
from fwgen.soc.model import Region

LOG_STEP_BYTES = 1024
"""`log: auto` ends at a multiple of this, so that a byte more or less of data does not move it."""


def used_bytes(elf: Elf, window: Region) -> int:
    """From the window's start to the last byte that the image takes of it, loaded or run."""
    ends = [s.end for s in elf.allocated if window.start <= s.start < window.end]
    ends += [
        s.load_start + s.file_bytes
        for s in elf.segments
        if s.file_bytes and window.start <= s.load_start < window.end
    ]
    return max(ends, default=window.start) - window.start


def auto_log_bytes(elf: Elf, data: Region) -> int:
    """What the data leave for the log; 0 or less than nothing counts as 0."""
    left = data.size_bytes - used_bytes(elf, data)
    return max(0, left // LOG_STEP_BYTES * LOG_STEP_BYTES)


def plan_for(plan: Plan, elf: Elf) -> Plan:
    """The plan with the log that this ELF leaves room for, where the spec says `log: auto`.

    The same plan where the spec gives a size. Raises PlanErrors if a rule does not hold any more.
    """
    if plan.spec.memory.log_size_bytes is not None:
        return plan
    return make_plan(plan.spec, plan.board, auto_log_bytes(elf, plan.data))


def plan_or_nominal(plan: Plan, elf: Elf) -> Plan:
    """As `plan_for`; the plan as it was where the ELF leaves no room for a log."""
    try:
        return plan_for(plan, elf)
    except PlanErrors:
        return plan


def largest_symbols(elf: Elf, window: Region) -> list[Symbol]:
    """Functions and objects that run in the window, the largest first."""
    inside = {
        (s.start, s.name): s
        for s in elf.symbols
        if s.kind in ("func", "object") and window.start <= s.start < window.end
    }
    return sorted(inside.values(), key=lambda s: (-s.size_bytes, s.name))


def log_told(elf: Elf) -> dict[str, Region]:
    """Where the firmware itself says that its log is: name of the symbol -> region."""
    told: dict[str, Region] = {}
    config = elf.symbol("fwgen_config")
    if config:
        start = _member(elf, config, "log_start")
        size_bytes = _member(elf, config, "log_size_bytes")
        if start is not None and size_bytes is not None:
            told["fwgen_config"] = Region(start, size_bytes)
    begin, end = elf.symbol("fwgen_log_start"), elf.symbol("fwgen_log_end")
    if begin and end:
        told["fwgen_log_start"] = Region(begin.start, end.start - begin.start)
    return told


def _member(elf: Elf, symbol: Symbol, name: str) -> int | None:
    found = elf.debug.member(symbol.start, name)
    if found is None:
        return None
    content = elf.read(symbol.start + found[0], found[1])
    return None if content is None else int.from_bytes(content, "little")
