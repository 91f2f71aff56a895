"""The waves of an emulated run: sensor lines, doorbells, DDR, the A35."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fwgen.backends.renode.machine import Machine, rows
from fwgen.backends.renode.vcd import Wire, vcd
from fwgen.record import Ints

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_FLAG_OF_A35: Final = 256
_FLAG_SET: Final = 512


def waves_of(machine: Machine, plan: Plan, sensor: list[Wire], zero_ns: int) -> str:
    """Return a VCD dump; its time 0 is scenario time 0. `sensor`: the sensor's lines."""
    wires = [
        *sensor,
        *_doorbells(machine, plan, zero_ns),
        wire_of("ddr_open", machine.ddr.Doors, zero_ns, initial=1),
        wire_of("a35", machine.linux.States, zero_ns, bits=2),
    ]
    comment = f"{plan.spec.name}; a35: 0 running, 1 suspended, 2 in reset"
    return vcd(wires, "fwgen", comment)


def _doorbells(machine: Machine, plan: Plan, zero_ns: int) -> list[Wire]:
    """Return the mailbox's flags: high from a ring until the other side acknowledges it."""
    ipcc = plan.board.chip.ipcc
    at_ns, values = rows(machine.ipcc.Doorbells)
    found = []
    for name, channel, from_a35 in (
        ("vq0_from_m33", ipcc.vq0.channel, False),
        ("vq0_from_a35", ipcc.vq0.channel, True),
        ("vq1_from_m33", ipcc.vq1.channel, False),
        ("vq1_from_a35", ipcc.vq1.channel, True),
        ("wakeup_from_m33", ipcc.wakeup.channel, False),
    ):
        own = (values & ~_FLAG_SET) == channel + (_FLAG_OF_A35 if from_a35 else 0)
        level = ((values[own] & _FLAG_SET) != 0).astype(np.int64)
        found.append(Wire(name, at_ns[own] - zero_ns, level))
    return found


def wire_of(name: str, log: Any, zero_ns: int, bits: int = 1, initial: int = 0) -> Wire:
    """Return the wire of an EventLog."""
    at_ns: Ints
    at_ns, values = rows(log)
    return Wire(name, at_ns - zero_ns, values, bits, initial)
