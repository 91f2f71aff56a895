"""Linux's tree must have a remote processor that loads a plain ELF."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.subject import PLAIN, Subject
from fwgen.verify.words import text

THERE = Rule("linux-rproc", "Linux", "the tree has an enabled m33_rproc")
COMPATIBLE = Rule("linux-compatible", "Linux", "m33_rproc loads a plain ELF")

RESETS = Rule("linux-resets", "Linux", "m33_rproc has the resets by which Linux starts the M33")

RULES = (THERE, COMPATIBLE, RESETS)

_RESETS = ("mcu_rst", "hold_boot")  # Linux stm32_rproc.c, stm32_rproc_parse_dt


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
    names = node.strings("reset-names")
    missing = [name for name in _RESETS if name not in names]
    if missing or not node.has("resets"):
        yield RESETS.broken(
            node.path,
            found=f"reset-names {text(names)}" if node.has("resets") else "no resets",
            expected='resets with the names "mcu_rst" and "hold_boot", as in ST\'s stm32mp251.dtsi',
            effect="the driver refuses `start`: it cannot reset the M33 or release its boot",
            mend=f"&{label} {{\n\tresets = <&scmi_reset RST_SCMI_C2_R>,\n"
            "\t\t <&scmi_reset RST_SCMI_C2_HOLDBOOT_R>;\n"
            '\treset-names = "mcu_rst", "hold_boot";\n};',
        )
