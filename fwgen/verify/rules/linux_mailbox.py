"""The mailbox: its channels, and its interrupt, which must wake a sleeping Linux."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.tree import Tree
from fwgen.verify.words import cells, text

CHANNELS = Rule("linux-mboxes", "Linux", "m33_rproc has the mailbox's three channels")
ENABLED = Rule("linux-mailbox", "Linux", "the tree has an enabled mailbox")
SOURCE = Rule("linux-wakeup-source", "Linux", "the mailbox is a wakeup-source")
LINE = Rule("linux-wake-line", "Linux", "the mailbox's interrupts: receive by the EXTI, transmit")

RULES = (CHANNELS, ENABLED, SOURCE, LINE)

_IPCC, _EXTI = "st,stm32mp1-ipcc", "st,stm32mp1-exti"  # u-boot stm32mp251.dtsi: ipcc1, exti1
_SPI, _LEVEL_HIGH = 0, 4  # dt-bindings/interrupt-controller: arm-gic.h and irq.h


def check(subject: Subject) -> Iterator[Finding]:
    tree, rproc, ipcc = subject.linux, subject.linux_rproc, subject.plan.board.chip.ipcc
    if tree is None or rproc is None:
        return
    mend = subject.lines("linux", ipcc.node)
    mailbox = tree.at("mailbox", ipcc.start)
    if mailbox is None or not mailbox.enabled or not mailbox.is_a(_IPCC):
        found = f"no mailbox@{ipcc.start:x}"
        if mailbox:
            names = text(mailbox.strings("compatible"))
            found = f"compatible {names}" if mailbox.enabled else "not enabled"
        yield ENABLED.broken(
            mailbox.path if mailbox else "/",
            found=found,
            expected=f'{ipcc.node}, enabled, compatible "{_IPCC}"',
            effect="no doorbell works: the firmware starts, and Linux never gets its messages",
            mend=mend,
        )
        return
    yield from _check_channels(subject, rproc, mailbox)
    if not mailbox.has("wakeup-source"):
        yield SOURCE.broken(
            mailbox.path,
            found="no wakeup-source",
            expected="wakeup-source",
            effect="the firmware cannot wake Linux: the log fills up while Linux sleeps",
            mend=mend,
        )
    yield from _check_line(subject, tree, mailbox, mend)


def _check_channels(subject: Subject, rproc: Node, mailbox: Node) -> Iterator[Finding]:
    ipcc = subject.plan.board.chip.ipcc
    bells = (ipcc.vq0, ipcc.vq1, ipcc.shutdown)
    handle = mailbox.cell("phandle", 0)
    names, words = rproc.strings("mbox-names"), rproc.cells("mboxes")
    given = dict(zip(names, zip(words[::2], words[1::2], strict=False), strict=False))
    wrong = [bell.name for bell in bells if given.get(bell.name) != (handle, bell.mbox_cell)]
    if wrong:
        yield CHANNELS.broken(
            rproc.path,
            found=f"mboxes {cells(words)}, mbox-names {text(names)}; wrong: {', '.join(wrong)}",
            expected=", ".join(f"{b.name}: <&{ipcc.node} 0x{b.mbox_cell:x}>" for b in bells),
            effect="the two sides use different doorbells: messages stay unread in the rings, or "
            "Linux stops the firmware without asking it",
            mend=subject.lines("linux", subject.plan.board.linux_rproc_label),
        )


def _check_line(subject: Subject, tree: Tree, mailbox: Node, mend: str) -> Iterator[Finding]:
    wake = subject.plan.board.chip.ipcc.wake
    words, routes = mailbox.cells("interrupts-extended"), tree.interrupts(mailbox)
    direct = cells(mailbox.cells("interrupts"))
    found = f"interrupts-extended {cells(words)}" if words else f"interrupts {direct}"
    receive, transmit = [*routes, None, None][:2]
    parent = receive.parent if receive else None
    via_exti = parent is not None and parent.name == f"interrupt-controller@{wake.exti_start:x}"
    if not (receive and via_exti and receive.cells == (wake.line, _LEVEL_HIGH)):
        yield LINE.broken(
            mailbox.path,
            found=found,
            expected=f"interrupts-extended that begins with <&{wake.exti} {wake.line} 4>",
            effect="in Stop the GIC has no clock: the doorbell does not wake Linux (inferred), "
            "which sleeps until an alarm or a key",
            mend=mend,
        )
    elif parent is not None and not (parent.enabled and parent.is_a(_EXTI)):
        names = text(parent.strings("compatible"))
        yield LINE.broken(
            parent.path,
            found=f"compatible {names}" if parent.enabled else "the EXTI is not enabled",
            expected=f'status "okay", compatible "{_EXTI}"',
            effect="the mailbox's driver waits indefinitely for its interrupt controller",
            mend=f'&{wake.exti} {{\n\tstatus = "okay";\n}};',
        )
    if words and not (transmit and transmit.cells == (_SPI, wake.tx_spi, _LEVEL_HIGH)):
        yield LINE.broken(
            mailbox.path,
            found=found,
            expected=f"interrupts-extended with <&intc 0 {wake.tx_spi} 4> in second place",
            effect="the mailbox's driver has no transmit interrupt: its probe fails, or it never "
            "learns that the M33 has taken a message",
            mend=mend,
        )
