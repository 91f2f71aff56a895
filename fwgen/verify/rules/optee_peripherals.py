"""The firewall of the peripherals, pins, interrupt lines and doorbells that the firmware uses."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify import firewall
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.rules.linux_pins import pins_used
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree

DEVICE = Rule("optee-device", "OP-TEE", "the M33 may use its buses, console and watchdog")
PIN = Rule("optee-pin", "OP-TEE", "the M33 may use its pins")
LINE = Rule("optee-exti", "OP-TEE", "the M33 may use the sensor's interrupt line")
BELL = Rule("optee-doorbell", "OP-TEE", "each core may use its own side of the doorbells")
WAKE = Rule("optee-wake-line", "OP-TEE", "the A35 may use the interrupt line that wakes Linux")

STATUS = Rule("optee-status", "OP-TEE", "the M33 may read what PWR and RCC tell it")

RULES = (DEVICE, PIN, LINE, BELL, WAKE, STATUS)

_RIFSC = "st,stm32mp25-rifsc"
_PANIC = (
    "the M33's first access is illegal: OP-TEE panics (CFG_STM32_PANIC_ON_IAC_EVENT is its default)"
)
_IGNORED = (
    "the M33's writes to the pin are ignored, and OP-TEE prints `Discarded IAC ID` (it does not "
    "panic for GPIO ports)"
)

_NO_POWER = (
    "the M33 reads 0, takes the A35 for stopped and sends nothing; OP-TEE prints `Discarded IAC ID`"
)


def check(subject: Subject) -> Iterator[Finding]:
    tree = subject.optee
    if tree is None:
        return
    yield from _check_devices(subject, tree)
    yield from _check_pins(subject, tree)
    yield from _check_lines(subject, tree)
    yield from _check_bells(subject, tree)
    yield from _check_status(subject, tree)


def _shut(node: Node | None, number: int, cid: int) -> firewall.Peripheral | None:
    """Return the rights of a resource if the compartment cannot use it. A resource that is not in
    the node's list stays open."""
    words = node.cells("st,protreg") if node else []
    last_wins = node is not None and node.is_a(_RIFSC)
    rights = firewall.listed(words, number, last_wins=last_wins)
    return None if rights is None or rights.open_to(cid) else rights


def _mend(subject: Subject, uses: str, macro: str, node: str) -> str:
    """Return the change of the line in the user's release if known, else the line that is
    needed."""
    for line in subject.plan.board.flavour.by_hand:
        if line.board == subject.plan.board.name and line.uses == uses:
            return f"in {line.file}, line {line.line}, change\n\t{line.was}\nto\n\t{line.becomes}"
    return (
        f"in st,protreg of &{node}, the line of {macro}:\n\tRIFPROT({macro}, RIF_UNUSED, "
        "RIF_UNLOCK, RIF_NSEC, RIF_NPRIV, RIF_CID2, RIF_SEM_DIS, RIF_CFEN)"
    )


def _check_devices(subject: Subject, tree: Tree) -> Iterator[Finding]:
    plan, guard = subject.plan, subject.plan.board.chip.firewall
    rifsc = next(tree.compatible(_RIFSC), None)
    used = [bus.name for bus in plan.buses]
    used += [plan.board.console.uart] if plan.spec.console else []
    used += [plan.board.chip.watchdog.node] if plan.spec.watchdog_us is not None else []
    for name in used:
        shut = _shut(rifsc, guard.rifsc[name].id, guard.m33_cid)
        if rifsc is not None and shut:
            yield DEVICE.broken(
                rifsc.path,
                found=f"{name} (resource {shut.id}): {shut}",
                expected=f"non-secure, compartment {guard.m33_cid} or open",
                effect=_PANIC,
                mend=_mend(subject, name, f"STM32MP25_RIFSC_{name.upper()}_ID", "rifsc"),
            )


def _check_pins(subject: Subject, tree: Tree) -> Iterator[Finding]:
    chip = subject.plan.board.chip
    for pin, use in pins_used(subject).items():
        port, number = chip.gpio_ports[pin[1]], int(pin[2:])
        bank = tree.at("gpio", port.start)
        shut = _shut(bank, number, chip.firewall.m33_cid)
        if bank is not None and shut:
            yield PIN.broken(
                bank.path,
                found=f"{pin}, {use}: {shut}",
                expected=f"non-secure, compartment {chip.firewall.m33_cid} or open",
                effect=_IGNORED,
                mend=_mend(subject, pin, f"RIF_IOPORT_PIN({number})", port.node),
            )


def _check_lines(subject: Subject, tree: Tree) -> Iterator[Finding]:
    chip = subject.plan.board.chip
    exti = tree.at("interrupt-controller", chip.exti.start)
    for pin in subject.plan.pins.values():
        line = pin.exti_line
        shut = _shut(exti, line, chip.firewall.m33_cid)
        if pin.use.interrupt and exti is not None and shut:
            yield LINE.broken(
                exti.path,
                found=f"line {line}: {shut}",
                expected=f"non-secure, compartment {chip.firewall.m33_cid} or open",
                effect=_PANIC,
                mend=_mend(
                    subject,
                    f"{chip.exti.node} {line}",
                    f"RIF_EXTI2_RESOURCE({line})",
                    chip.exti.node,
                ),
            )
    wake = chip.ipcc.wake
    first = tree.at("interrupt-controller", wake.exti_start)
    kept = _shut(first, wake.line, chip.firewall.a35_cid)
    if first is not None and kept:
        yield WAKE.broken(
            first.path,
            found=f"line {wake.line}: {kept}",
            expected=f"non-secure, compartment {chip.firewall.a35_cid} or open",
            effect="Linux cannot unmask the doorbell's interrupt line, and does not wake",
            mend=f"in st,protreg of &{wake.exti}, set RIF_EXTI1_RESOURCE({wake.line}) to RIF_NSEC "
            "and RIF_CID1",
        )


def _check_bells(subject: Subject, tree: Tree) -> Iterator[Finding]:
    ipcc, guard = subject.plan.board.chip.ipcc, subject.plan.board.chip.firewall
    node = tree.at("mailbox", ipcc.start)
    if node is None:
        return
    for bell in (ipcc.vq0, ipcc.vq1, ipcc.shutdown):
        for cid, number, core in (
            (guard.a35_cid, bell.channel, "A35"),
            (guard.m33_cid, bell.channel + ipcc.m33_entry, "M33"),
        ):
            shut = _shut(node, number, cid)
            if shut:
                yield BELL.broken(
                    node.path,
                    found=f"the {core}'s side of channel {bell.channel} ({bell.name}): {shut}",
                    expected=f"non-secure, compartment {cid} or open",
                    effect=f"the {core} cannot use this doorbell; its access makes OP-TEE panic",
                    mend=f"in st,protreg of &{ipcc.node}, set RIF_IPCC_CPU"
                    f"{1 if core == 'A35' else 2}_CHANNEL({bell.channel + 1}) to RIF_NSEC and "
                    f"RIF_CID{cid}",
                )


def _check_status(subject: Subject, tree: Tree) -> Iterator[Finding]:
    """Warn if one of the resources that may guard a status register is closed to the M33."""
    chip = subject.plan.board.chip
    power, reset, cid = chip.power, chip.reset, chip.firewall.m33_cid
    for node, start, guards, register, effect, option in (
        (power.node, power.start, power.guards, power.a35_status, _NO_POWER, "FWGEN_ASK_PWR"),
        (reset.node, reset.start, reset.guards, reset.status, _PANIC, "FWGEN_ASK_RCC"),
    ):
        device = tree.at(node, start)
        closed = [number for number in guards if _shut(device, number, cid)]
        if device is not None and closed:
            yield STATUS.broken(
                device.path,
                found=f"closed to the M33: resources {', '.join(map(str, closed))}",
                expected=f"the M33 may use the register at 0x{register:x}; no public source says "
                "which resource guards it, or whether one does",
                effect=f"if it is one of these, {effect}",
                mend=f"if the firmware fails so on your board, build it with CONFIG_{option}=n",
                severity="warning",
            )
