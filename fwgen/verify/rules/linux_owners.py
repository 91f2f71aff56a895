"""Linux must not use the devices and pins that the M33 uses."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import PlannedSensor
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree

DEVICE = Rule("linux-device", "Linux", "the M33's devices are not enabled")
PIN = Rule("linux-pin", "Linux", "no enabled device uses a pin of the M33")

RULES = (DEVICE, PIN)

_BOTH = "both cores drive it: wrong signals on the wire, or an access that the firewall refuses"


def check(subject: Subject) -> Iterator[Finding]:
    tree, plan = subject.linux, subject.plan
    if tree is None:
        return
    chip = plan.board.chip
    starts = {bus.name: ("i2c", bus.start) for bus in chip.i2c.values()}
    starts |= {uart.name: ("serial", uart.start) for uart in chip.uarts.values()}
    off = []
    for name in plan.linux_off:
        node = tree.at(*starts[name]) if name in starts else None
        if node is not None and node.enabled:
            off.append(node)
            yield DEVICE.broken(
                node.path,
                found="enabled",
                expected=f"{name} disabled: the M33 uses it, or one of its pins",
                effect=_BOTH,
                mend=subject.lines("linux", name),
            )
    yield from _check_pins(subject, tree, off)


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


def _check_pins(subject: Subject, tree: Tree, reported: list[Node]) -> Iterator[Finding]:
    used = pins_used(subject)
    for node in tree.nodes:
        if node in reported or not node.enabled:
            continue
        taken = {*_muxed(tree, node), *_gpios(subject, tree, node)} & used.keys()
        for pin in sorted(taken):
            yield PIN.broken(
                node.path,
                found=f"the node uses {pin}",
                expected=f"no use of {pin}, which is {used[pin]}",
                effect=_BOTH,
                mend=f"disable {node.name}, or give the sensor another pin",
            )


def _muxed(tree: Tree, node: Node) -> Iterator[str]:
    """Yield the pins of a node's `pinctrl-0`.

    STM32_PINMUX(port, line, mode) has the number port * 16 + line above the lowest eight bits.
    """
    for group in tree.references(node, "pinctrl-0"):
        for part in group.walk() if group else ():
            for word in part.cells("pinmux"):
                port, line = divmod(word >> 8, 16)
                yield f"P{chr(ord('A') + port)}{line}" if port < 26 else ""


def _gpios(subject: Subject, tree: Tree, node: Node) -> Iterator[str]:
    banks = {port.start: port.letter for port in subject.plan.board.chip.gpio_ports.values()}
    for name in node.properties:
        if not (name == "gpios" or name.endswith("-gpios")):
            continue
        words = node.cells(name)
        for handle, line in zip(words[::3], words[1::3], strict=False):
            bank = tree.phandle(handle)
            unit = bank.name.partition("@")[2] if bank else ""
            letter = next((x for start, x in banks.items() if unit == f"{start:x}"), "")
            if letter:
                yield f"P{letter}{line}"
