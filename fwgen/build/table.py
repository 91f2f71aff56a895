"""The table after a build: what is where, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.build.audit.finding import near
from fwgen.build.audit.rules import RULES
from fwgen.build.audit.rules.vectors import SECTION as VECTORS
from fwgen.build.built import Built
from fwgen.build.resource_table import SECTION as RESOURCE_TABLE
from fwgen.build.sizes import used_bytes
from fwgen.plan.model import Window
from fwgen.plan.words import address, duration, size

Row = tuple[str, str, str, str, str]
_HEAD: Row = ("what", "where", "from", "size", "")


def table(built: Built) -> str:
    """Return the table: several lines, without a final newline."""
    plan = built.plan
    rows = [_HEAD, *_rows(built)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    tools = built.tools
    head = (
        f"{plan.spec.name} on {plan.board.called}: Zephyr {tools.zephyr.version_text}, "
        f"toolchain {tools.toolchain.variant}"
    )
    lines = [head, ""]
    for what, where, start, amount, note in rows:
        cells = f"{what:{widths[0]}}  {where:{widths[1]}}  {start:{widths[2]}}"
        lines.append(f"  {cells}  {amount:>{widths[3]}}  {note}".rstrip())
    lines += ["", *_verdict(built)]
    return "\n".join(lines)


def _rows(built: Built) -> Iterator[Row]:
    plan, elf = built.plan, built.subject.elf
    code, data, log = plan.code, plan.data, plan.log
    yield _window_row("code and constants", built, code, code.size_bytes)
    for title, name in (("  vectors", VECTORS), ("  resource table", RESOURCE_TABLE)):
        section = elf.section(name)
        if section:
            yield title, "", address(section.start), size(section.size_bytes), ""
    yield _window_row("data and stacks", built, data, data.size_bytes)
    for stack in built.subject.stacks.all:
        need = f"at least {size(stack.needed_bytes)} deep" if stack.depth else ""
        local = stack.file and not stack.name.startswith("z_")  # Zephyr's names are unique
        name = f"{stack.name} ({stack.file})" if local else stack.name
        yield f"  {name}", "", address(stack.start), size(stack.size_bytes), need
    free = log.start - data.start - used_bytes(elf, data)
    if free > 0:
        yield "  unused", "", address(log.start - free), size(free), ""
    covered = plan.endurance
    lasts = f"{plan.log_slots} blocks: {duration(covered.reference_s)} on the {covered.signal}, "
    worst = f"{duration(covered.worst_s)} at the very worst"
    yield "sample log", _memory(built, log), address(log.start), size(log.size_bytes), lasts + worst
    ring = plan.rings.vring0
    closed = "closed while Linux sleeps" if plan.rings.in_ddr else "open while Linux sleeps"
    yield "rings, buffers", _memory(built, ring), address(ring.start), "", closed


def _window_row(what: str, built: Built, window: Window, whole_bytes: int) -> Row:
    used = used_bytes(built.subject.elf, window)
    share = f"of {size(whole_bytes)}, {used * 100 // whole_bytes} %"
    return what, _memory(built, window), address(window.start), size(used), share


def _memory(built: Built, window: Window) -> str:
    return built.plan.board.chip.memories[window.memory].title


def _verdict(built: Built) -> Iterator[str]:
    if not built.passed:
        return
    yield f"audit passed ({len(RULES)} rules); {near(built.elf)}"
