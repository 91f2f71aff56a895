"""Value change dump (IEEE 1364, 18.2), for wave viewers such as GTKWave and Surfer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fwgen.record import Ints


@dataclass(frozen=True)
class Wire:
    """`at_ns` ascends; `values` have `bits` bits. Before the first change the value is
    `initial`."""

    name: str
    at_ns: Ints
    values: Ints
    bits: int = 1
    initial: int = 0


def vcd(wires: Sequence[Wire], module: str, comment: str = "") -> str:
    """Return the dump. Times are in nanoseconds and start at 0; an earlier change sets the initial
    value."""
    marks = [_mark(index) for index in range(len(wires))]
    lines = [f"$comment {comment} $end"] if comment else []
    lines += ["$timescale 1 ns $end", f"$scope module {module} $end"]
    for wire, mark in zip(wires, marks, strict=True):
        width = f" [{wire.bits - 1}:0]" if wire.bits > 1 else ""
        lines.append(f"$var wire {wire.bits} {mark} {wire.name}{width} $end")
    lines += ["$upscope $end", "$enddefinitions $end", "#0", "$dumpvars"]
    changes: list[tuple[int, int, int]] = []
    for index, wire in enumerate(wires):
        value = wire.initial
        for at_ns, new in zip(wire.at_ns.tolist(), wire.values.tolist(), strict=True):
            if at_ns <= 0:
                value = new
            else:
                changes.append((at_ns, index, new))
        lines.append(_change(wire, marks[index], value))
    lines.append("$end")
    now = 0
    for at_ns, index, value in sorted(changes, key=lambda change: change[0]):
        if at_ns != now:
            now = at_ns
            lines.append(f"#{at_ns}")
        lines.append(_change(wires[index], marks[index], value))
    return "\n".join(lines) + "\n"


def _change(wire: Wire, mark: str, value: int) -> str:
    return f"{value & 1}{mark}" if wire.bits == 1 else f"b{value:b} {mark}"


def _mark(index: int) -> str:
    """Return an identifier of printable characters."""
    mark = ""
    while True:
        mark += chr(33 + index % 94)
        index //= 94
        if not index:
            return mark
