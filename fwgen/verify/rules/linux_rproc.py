"""Linux's tree must have a remote processor that loads a plain ELF."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import PLAIN, Subject
from fwgen.verify.words import text

THERE = Rule("linux-rproc", "Linux", "the tree has an enabled m33_rproc")
COMPATIBLE = Rule("linux-compatible", "Linux", "m33_rproc loads a plain ELF")

RULES = (THERE, COMPATIBLE)


def check(subject: Subject) -> Iterator[Finding]:
    if subject.linux is None:
        return
    node, label = subject.linux_rproc, subject.plan.board.linux_rproc_label
    mend = subject.lines("linux", label)
    if node is None:
        yield THERE.broken(
            "/",
            found="no node that is compatible with the M33's driver",
            expected=f'{label}, compatible = "{PLAIN}"',
            effect="there is no /sys/class/remoteproc, as with mainline's trees",
            mend="take ST's tree of the release",
        )
        return
    if not node.enabled:
        yield THERE.broken(
            node.path,
            found=f"status {text(node.strings('status'))}",
            expected='status "okay"',
            effect="there is no /sys/class/remoteproc: Linux cannot start the firmware",
            mend=mend,
        )
    if node.strings("compatible")[:1] != [PLAIN]:
        yield COMPATIBLE.broken(
            node.path,
            found=f"compatible {text(node.strings('compatible'))}",
            expected=f'compatible "{PLAIN}"',
            effect="the driver accepts only firmware signed for OP-TEE, and refuses a plain ELF",
            mend=mend,
        )
