"""How much of each window an ELF uses, and how large its log may be."""

from __future__ import annotations

from fwgen.build.elf import Elf, ElfError, Symbol
from fwgen.plan import make_plan
from fwgen.plan.errors import PlanErrors
from fwgen.plan.model import Plan
from fwgen.soc.region import Region

LOG_STEP_BYTES = 1024
"""`log: auto` takes a multiple of this, so that small changes of the data do not move the log."""


def used_bytes(elf: Elf, window: Region) -> int:
    """Return the bytes from the window's start to the last one that the image uses.

    Both the addresses at which it runs and those to which it is loaded count.
    """
    ends = [s.end for s in elf.allocated if window.start <= s.start < window.end]
    ends += [
        s.load_start + s.file_bytes
        for s in elf.segments
        if s.file_bytes and window.start <= s.load_start < window.end
    ]
    return max(ends, default=window.start) - window.start


def auto_log_bytes(elf: Elf, data: Region) -> int:
    """Return the bytes that the data leave for the log, 0 if they leave none."""
    left = data.size_bytes - used_bytes(elf, data)
    return max(0, left // LOG_STEP_BYTES * LOG_STEP_BYTES)


def plan_for(plan: Plan, elf: Elf) -> Plan:
    """Return the plan with the log that this ELF leaves room for, if the spec says `log: auto`.

    Returns `plan` itself if the spec gives a size. Raises PlanErrors if the new plan breaks a rule.
    """
    if plan.spec.memory.log_size_bytes is not None:
        return plan
    return make_plan(plan.spec, plan.board, auto_log_bytes(elf, plan.data))


def plan_or_nominal(plan: Plan, elf: Elf) -> Plan:
    """As `plan_for`, but return `plan` itself if the ELF leaves no room for a log."""
    try:
        return plan_for(plan, elf)
    except PlanErrors:
        return plan


def largest_symbols(elf: Elf, window: Region) -> list[Symbol]:
    """Return the functions and objects whose address is in the window, the largest first."""
    inside = {
        (s.start, s.name): s
        for s in elf.symbols
        if s.kind in ("func", "object") and window.start <= s.start < window.end
    }
    return sorted(inside.values(), key=lambda s: (-s.size_bytes, s.name))


def declared_log(elf: Elf) -> dict[str, Region]:
    """Return the log's region as the firmware declares it: name of the symbol -> region."""
    found: dict[str, Region] = {}
    config = elf.symbol("fwgen_config")
    if config:
        start = _member(elf, config, "log_start")
        size_bytes = _member(elf, config, "log_size_bytes")
        if start is not None and size_bytes is not None:
            found["fwgen_config"] = Region(start, size_bytes)
    begin, end = elf.symbol("fwgen_log_start"), elf.symbol("fwgen_log_end")
    if begin and end:
        found["fwgen_log_start"] = Region(begin.start, end.start - begin.start)
    return found


def declared_shared(elf: Elf) -> Region | None:
    """Return the memory that the firmware shares with Linux: the variable `shared_memory` of
    link.c. None if the ELF is stripped, or if no debug information describes the variable."""
    try:
        symbol = elf.symbol("shared_memory")
    except ElfError:
        return None
    start, size_bytes = (
        _member(elf, symbol, name) if symbol else None for name in ("start", "size_bytes")
    )
    return None if start is None or size_bytes is None else Region(start, size_bytes)


def _member(elf: Elf, symbol: Symbol, name: str) -> int | None:
    found = elf.debug.member(symbol.start, name)
    if found is None:
        return None
    content = elf.read(symbol.start + found[0], found[1])
    return None if content is None else int.from_bytes(content, "little")
