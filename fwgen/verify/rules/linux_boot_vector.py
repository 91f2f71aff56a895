"""Linux must be able to set the address of the M33's vector table."""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.words import cells

VECTOR = Rule("linux-nsvtor", "Linux", "st,syscfg-nsvtor is the M33's boot vector register")
STATE = Rule("linux-cm-state", "Linux", "m33_rproc with st,syscfg-nsvtor has st,syscfg-cm-state")

RULES = (VECTOR, STATE)

_ZERO = "the M33 starts at address 0, not at the firmware's vector table"


def check(subject: Subject) -> Iterator[Finding]:
    node = subject.linux_rproc
    if subject.linux is None or node is None:
        return
    label, vector = subject.plan.board.linux_rproc_label, subject.plan.board.release.boot_vector
    mend = subject.lines("linux", label)
    expected = (
        f"the register at 0x{subject.plan.board.chip.m33.boot_vector:x}, such as "
        f"<&{vector.label} 0x{vector.offset:x} 0x{vector.mask:x}>"
    )
    if not node.has("st,syscfg-nsvtor"):
        yield VECTOR.broken(
            node.path, found="no st,syscfg-nsvtor", expected=expected, effect=_ZERO, mend=mend
        )
        return
    words = node.cells("st,syscfg-nsvtor")
    syscfg = subject.linux.phandle(words[0]) if words else None
    wrong = _wrong(subject, syscfg, words)
    if wrong:
        yield VECTOR.broken(
            node.path,
            found=f"{cells(words)}: {wrong}",
            expected=expected,
            effect=_ZERO,
            mend=mend if syscfg is None or syscfg.enabled else subject.lines("linux", vector.label),
        )
    state = node.cells("st,syscfg-cm-state")
    if not node.has("st,syscfg-cm-state") or not _is_state(subject, state):
        yield STATE.broken(
            node.path,
            found=f"st,syscfg-cm-state {cells(state)}" if state else "no st,syscfg-cm-state",
            expected=f"{_cm_state(subject)}, as in ST's stm32mp251.dtsi",
            effect="the driver reads the M33's state from another register, and may not start "
            "it or not sleep"
            if state
            else f"the driver reads no further and ignores st,syscfg-nsvtor: {_ZERO}",
            mend=f"&{label} {{\n\tst,syscfg-cm-state = {_cm_state(subject)};\n}};",
        )


def _is_state(subject: Subject, words: list[int]) -> bool:
    power = subject.plan.board.chip.power
    syscon = subject.linux.phandle(words[0]) if subject.linux and len(words) == 3 else None
    base = next(iter(subject.linux.registers(syscon)), None) if subject.linux and syscon else None
    found = base.start + words[1] if base else None
    return found == power.m33_status and words[2] == power.m33_state


def _cm_state(subject: Subject) -> str:
    power = subject.plan.board.chip.power
    return f"<&{power.node} 0x{power.m33_status - power.start:x} 0x{power.m33_state:08x}>"


def _wrong(subject: Subject, syscfg: Node | None, words: list[int]) -> str:
    if len(words) < 3:
        return "expected three cells"
    if syscfg is None:
        return "no node has its phandle"
    if not syscfg.enabled:
        return f"{syscfg.path} is not enabled"
    base = next(iter(syscfg.regions()), None)
    register = subject.plan.board.chip.m33.boot_vector
    if base is None or base.start + words[1] != register:
        return f"that is 0x{base.start + words[1]:x}" if base else f"{syscfg.path} has no reg"
    if words[2] != subject.plan.board.release.boot_vector.mask:
        return f"mask 0x{words[2]:x}"
    return ""
