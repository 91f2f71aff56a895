"""OP-TEE must leave the start of the M33 to Linux."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import PLAIN, Subject
from fwgen.verify.words import text

THERE = Rule("optee-rproc", "OP-TEE", "the tree has an enabled m33_rproc")
COMPATIBLE = Rule("optee-compatible", "OP-TEE", "OP-TEE leaves m33_rproc to Linux")

RULES = (THERE, COMPATIBLE)


def check(subject: Subject) -> Iterator[Finding]:
    if subject.optee is None:
        return
    node, label = subject.optee_rproc, subject.plan.board.linux_rproc_label
    mend = subject.lines("optee", label)
    if node is None or not node.enabled:
        yield THERE.broken(
            node.path if node else "/",
            found=f"status {text(node.strings('status'))}" if node else "no m33_rproc",
            expected=f'{label}, compatible = "{PLAIN}", enabled',
            effect="Linux does not get the M33's reset lines: `echo start` fails",
            mend=mend if node else "take ST's OP-TEE; upstream's has no driver for the M33",
        )
    if node and node.strings("compatible")[:1] != [PLAIN]:
        yield COMPATIBLE.broken(
            node.path,
            found=f"compatible {text(node.strings('compatible'))}",
            expected=f'compatible "{PLAIN}"',
            effect="OP-TEE keeps the reset lines and the memories for signed firmware: Linux gets "
            "TEE_ERROR_ACCESS_DENIED when it starts the M33",
            mend=mend,
        )
