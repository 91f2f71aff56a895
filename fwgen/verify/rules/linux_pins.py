"""Linux must not use a pin of the M33, nor the interrupt line that such a pin needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fwgen.plan.model import PlannedSensor
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree

PIN = Rule("linux-pin", "Linux", "no enabled device uses a pin of the M33")
LINE = Rule("linux-exti", "Linux", "no enabled device uses the sensor's interrupt line")

RULES = (PIN, LINE)

_STATE = re.compile(r"pinctrl-\d+")
_GPIOS = re.compile(r"(?:.*-)?gpios?")
_NUMBER = "snps,nr-gpios"
"""A number of lines, not a list of them."""


def check(subject: Subject) -> Iterator[Finding]:
    tree, used = subject.linux, pins_used(subject)
    if tree is None:
        return
    ports = {port.start: port.letter for port in subject.plan.board.chip.gpio_ports.values()}
    banks = {node: letter for start, letter in ports.items() if (node := tree.at("gpio", start))}
    lines = {p.exti_line: p.name for p in subject.plan.pins.values() if p.use.interrupt}
    off = {node for name in subject.plan.linux_off if (node := _device(subject, tree, name))}
    for node in tree.nodes:
        if node in off or not node.enabled:
            continue
        interrupts = list(_interrupts(tree, node, banks))
        taken = {*_muxed(tree, node), *_gpios(tree, node, banks), *interrupts} & used.keys()
        for pin in sorted(taken):
            yield PIN.broken(
                node.path,
                found=f"the node uses {pin}",
                expected=f"no use of {pin}, which is {used[pin]}",
                effect="both cores drive it: wrong signals on the wire, or an access that the "
                "firewall refuses",
                mend=f"disable {node.name}, or give the sensor another pin",
            )
        for pin in interrupts:
            mine = lines.get(int(pin[2:]))
            if mine and pin not in used:
                yield LINE.broken(
                    node.path,
                    found=f"an interrupt of {pin}",
                    expected=f"no use of the EXTI's line {pin[2:]}, which {mine} needs",
                    effect="the line follows one port only: one of the two gets no interrupts",
                    mend=f"disable {node.name}, or give the sensor another pin",
                )


def pins_used(subject: Subject) -> dict[str, str]:
    """Return the pins that the firmware uses: pin -> its use."""
    plan = subject.plan
    used = {
        pin.name: f"{_whose(sensor)} {use}"
        for sensor in plan.sensors
        for use, pin in sensor.pins.items()
    }
    if plan.bus:
        used |= {plan.bus.data.scl: "the display's SCL", plan.bus.data.sda: "the display's SDA"}
    for sensor in plan.sensors:
        if sensor.bus:
            used |= {
                sensor.bus.scl: f"{_whose(sensor)} SCL",
                sensor.bus.sda: f"{_whose(sensor)} SDA",
            }
    if plan.spec.console:
        used |= {
            plan.board.console.tx: "the console's TX",
            plan.board.console.rx: "the console's RX",
        }
    return used


def _whose(sensor: PlannedSensor) -> str:
    return f"the sensor `{sensor.name}`'s" if sensor.name else "the sensor's"


def _device(subject: Subject, tree: Tree, name: str) -> Node | None:
    """Return a device that must be off for Linux; `linux-device` reports it if it is not."""
    chip = subject.plan.board.chip
    if name in chip.i2c:
        return tree.at("i2c", chip.i2c[name].start)
    return tree.at("serial", chip.uarts[name].start) if name in chip.uarts else None


def _muxed(tree: Tree, node: Node) -> Iterator[str]:
    """Yield the pins of all states of a node (`pinctrl-0`, `pinctrl-1`, ...).

    STM32_PINMUX(port, line, mode) has the number port * 16 + line above the lowest eight bits.
    """
    for state in filter(_STATE.fullmatch, node.properties):
        for group in tree.references(node, state):
            for part in group.walk() if group else ():
                for word in part.cells("pinmux"):
                    port, line = divmod(word >> 8, 16)
                    yield f"P{chr(ord('A') + port)}{line}" if port < 26 else ""


def _gpios(tree: Tree, node: Node, banks: dict[Node, str]) -> Iterator[str]:
    """Yield the pins of `gpios`, `...-gpios`, their old forms `gpio` and `...-gpio`, and hogs."""
    if node.has("gpio-hog"):
        letter = banks.get(node.parent) if node.parent else None
        for line in node.cells("gpios")[:: _count(node.parent, "#gpio-cells")]:
            yield f"P{letter}{line}" if letter else ""
        return
    for name in node.properties:
        if not _GPIOS.fullmatch(name) or name == _NUMBER:
            continue
        words = node.cells(name)
        while words:
            bank = tree.phandle(words[0])
            if words[0] and bank is None:
                break
            if bank in banks and len(words) > 1:
                yield f"P{banks[bank]}{words[1]}"
            words = words[1 + _count(bank, "#gpio-cells") if bank else 1 :]


def _interrupts(tree: Tree, node: Node, banks: dict[Node, str]) -> Iterator[str]:
    """Yield the pins whose interrupts the node uses."""
    for interrupt in tree.interrupts(node) or tree.plain_interrupts(node):
        if interrupt.parent in banks:
            yield f"P{banks[interrupt.parent]}{interrupt.cells[0]}"


def _count(node: Node | None, name: str) -> int:
    """Return how many cells an entry has; 2 if the node does not say."""
    return max(1, node.cell(name, 2)) if node else 2
