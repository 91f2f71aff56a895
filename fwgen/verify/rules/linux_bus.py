"""Linux must use the M33's own addresses: the bus of m33_rproc translates none of them.

Source: ST's Linux drivers/remoteproc/stm32_rproc.c, stm32_rproc_of_memory_translations and
stm32_rproc_pa_to_da.
"""

from __future__ import annotations

from collections.abc import Iterator

from fwgen.plan.model import Window
from fwgen.soc.region import Region
from fwgen.verify.finding import Finding, Rule
from fwgen.verify.node import Node
from fwgen.verify.subject import Subject
from fwgen.verify.words import cells

TRANSLATION = Rule(
    "linux-dma-ranges", "Linux", "m33_rproc's bus keeps the addresses of each window"
)

RULES = (TRANSLATION,)

_CELLS = 4  # of an entry: device address, two of the A35's address, size


def check(subject: Subject) -> Iterator[Finding]:
    node = subject.linux_rproc
    if node is None or node.parent is None:
        return
    bus = node.parent
    wrong = (_effect(bus, window) for window in [*subject.firmware, *subject.rings])
    effect = next(filter(None, wrong), "")
    if effect:
        yield TRANSLATION.broken(
            bus.path,
            found=f"dma-ranges {cells(bus.cells('dma-ranges'))}",
            expected="the same address on both sides for each window",
            effect=effect,
            mend=f"in {bus.path}:\n\tdma-ranges = <0x0 0x0 0x0 0xfffffffc>;",
        )


def _effect(bus: Node, window: Window) -> str:
    words = bus.cells("dma-ranges")
    if len(words) < _CELLS:
        return "the driver's probe fails: `dma-ranges property not defined`"
    for at in range(0, len(words) - _CELLS + 1, _CELLS):
        device, high, low, size = words[at : at + _CELLS]
        ours = Region(high << 32 | low, size)
        if ours.start <= window.start < ours.end:
            if device == ours.start:
                return ""
            return (
                "Linux compares the ELF's addresses with the translated ones, and refuses the "
                "firmware or gives the M33 a wrong address of a ring"
            )
    return "remoteproc does not start: `memory region not valid`"
