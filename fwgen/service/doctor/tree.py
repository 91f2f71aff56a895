"""The device tree of the running kernel: the M33's node, and the reserved memory.

docs/board.md has what ST's driver does with the properties; `fwgen verify` checks whole trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from fwgen.service.doctor.board import RUNNING, Board, Finding, bad, ok, unknown

_CELL_BYTES: Final = 4
_ST: Final = "st,stm32mp2-m33"
_SIGNED: Final = "st,stm32mp2-m33-tee"


def processor_node(board: Board) -> Iterator[Finding]:
    """ST's driver loads this firmware, and lets Linux sleep while it runs."""
    name = "device-tree"
    for processor in board.glob("/sys/class/remoteproc/remoteproc*"):
        node = f"{processor}/device/of_node"
        compatible = (board.text(f"{node}/compatible") or "").split("\0")
        if _SIGNED not in compatible and _ST not in compatible:
            continue
        faults = 0
        if board.text(f"{node}/keep-power-in-suspend") is None:
            faults += 1
            cure = "add `keep-power-in-suspend` to m33_rproc: see the Linux fragment"
            yield bad(name, "Linux refuses to suspend while the firmware runs (EBUSY)", cure)
        elif board.text(f"{node}/power-domains") is None:
            faults += 1
            cure = "add power domains to m33_rproc: see the Linux fragment"
            yield bad(name, "keep-power-in-suspend has no effect without power-domains", cure)
        if _SIGNED in compatible and board.text(f"{processor}/state") not in RUNNING:
            faults += 1
            cure = f'compatible = "{_ST}" in m33_rproc loads an ELF: see the Linux fragment'
            yield bad(name, "this tree loads signed firmware only", cure)
        if not faults:
            yield ok(name, f"{processor} keeps its power while Linux sleeps")


class _Region(NamedTuple):
    start: int
    size: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} {self.start:#x}+{self.size:#x}"


def reserved_memory(board: Board) -> Iterator[Finding]:
    """What the running kernel has reserved; no two regions overlap."""
    name = "reserved-memory"
    regions = sorted(_regions(board))
    overlaps = [
        (one, other) for one, other in pairwise(regions) if one.start + one.size > other.start
    ]
    for one, other in overlaps:
        cure = "take both from the fragment of one release: SRAM1's window differs between them"
        yield bad(name, f"{one} and {other} overlap", cure)
    if regions and not overlaps:
        yield ok(name, ", ".join(map(str, regions)))
    elif not regions:
        yield unknown(name, "the device tree shows no reserved memory")


def _regions(board: Board) -> Iterator[_Region]:
    for path in board.glob("/proc/device-tree/reserved-memory/*/reg"):
        try:
            cells = board.path(path).read_bytes()
        except OSError:
            continue
        half = len(cells) // 2
        if len(cells) in (2 * _CELL_BYTES, 4 * _CELL_BYTES):
            start, size = int.from_bytes(cells[:half]), int.from_bytes(cells[half:])
            yield _Region(start, size, Path(path).parent.name)
