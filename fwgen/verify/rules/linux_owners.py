"""Linux must not use the devices and the memory that the M33 uses."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import Window
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import span

DEVICE = Rule("linux-device", "Linux", "the M33's devices are not enabled")
MEMORY = Rule("linux-memory", "Linux", "no enabled device uses the firmware's memory")

RULES = (DEVICE, MEMORY)

_BOTH = "both cores drive it: wrong signals on the wire, or an access that the firewall refuses"


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.linux
    if tree is None:
        return
    windows = [*subject.firmware, *subject.rings]
    reserved = dict(_reserved(tree, windows))
    registers = _registers(subject)
    for node in tree.nodes:
        if not node.enabled or node is subject.linux_rproc or node in tree.reserved:
            continue
        yield from _check_device(subject, tree, node, registers)
        yield from _check_memory(tree, node, windows, reserved)


def _registers(subject: Subject) -> dict[int, str]:
    """Return where the registers of the M33's devices begin, and of those that could drive its
    pins: address -> name."""
    plan, chip = subject.plan, subject.plan.board.chip
    starts = {bus.start: bus.name for bus in chip.i2c.values()}
    starts |= {uart.start: uart.name for uart in chip.uarts.values()}
    starts = {start: name for start, name in starts.items() if name in plan.linux_off}
    if plan.spec.watchdog_us is not None:
        starts[chip.watchdog.start] = chip.watchdog.node
    return starts


def _check_device(
    subject: Subject, tree: Tree, node: Node, registers: dict[int, str]
) -> Iterator[Finding]:
    for region in tree.registers(node):
        name = registers.get(region.start)
        if name:
            yield DEVICE.broken(
                node.path,
                found="enabled",
                expected=f"{name} disabled: the M33 uses it, or one of its pins",
                effect=_BOTH,
                mend=subject.lines("linux", name) or f'&{name} {{\n\tstatus = "disabled";\n}};',
            )


def _reserved(tree: Tree, windows: list[Window]) -> Iterator[tuple[Node, Window]]:
    for node in tree.reserved:
        for region in node.regions():
            for window in windows:
                if region.overlaps(window):
                    yield node, window


def _check_memory(
    tree: Tree, node: Node, windows: list[Window], reserved: dict[Node, Window]
) -> Iterator[Finding]:
    """Check the registers of a device, and the memories that it names in `memory-region`."""
    taken = [
        (f"reg {span(own)}", w)
        for own in tree.registers(node)
        for w in windows
        if own.overlaps(w) and not node.strings("device_type")
    ]
    for memory in tree.references(node, "memory-region"):
        if memory is not None and memory in reserved:
            taken.append((f"memory-region {memory.path}", reserved[memory]))
    for found, window in taken:
        yield MEMORY.broken(
            node.path,
            found=found,
            expected=f"no use of {span(window)}, {window.title}",
            effect="Linux or a device's DMA writes into the firmware's memory",
            mend=f"disable {node.name}, or give it another memory",
        )
