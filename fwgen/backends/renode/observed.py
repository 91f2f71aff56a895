"""Converts the event logs of an emulated board's models to the types of the record."""

from __future__ import annotations

from fwgen.backends.renode.machine import Machine, Violation, rows
from fwgen.backends.renode.sensor import Boot
from fwgen.peer.linux.elf import Elf
from fwgen.record import DdrAccess


def accesses_of(machine: Machine, elf: Elf, zero_ns: int) -> list[DdrAccess]:
    """Return all accesses; the model keeps a thousand, the first one fills in for the rest."""
    kept = [_access(violation, elf, zero_ns) for violation in machine.violations()]
    return kept + kept[:1] * (int(machine.ddr.Violations) - len(kept))


def _access(violation: Violation, elf: Elf, zero_ns: int) -> DdrAccess:
    function = elf.function_at(violation.pc)
    caller = elf.function_at(violation.lr)
    if caller and caller != function:
        function = f"{function} from {caller}" if function else caller
    t_s = round((violation.at_ns - zero_ns) / 1e9, 6)
    return DdrAccess(t_s, violation.pc, violation.address, function)


def boots_of(machine: Machine, zero_ns: int, end_ns: int, before: int) -> list[Boot]:
    """Return the boots before `end_ns` (machine time). `before`: number of earlier ones."""
    boots: list[Boot] = []
    at_ns, runs = rows(machine.core.Clock)
    for instant_ns, running in zip(at_ns.tolist(), runs.tolist(), strict=True):
        if instant_ns >= end_ns:
            break
        if running:
            boots.append(Boot(before + len(boots) + 1, instant_ns - zero_ns))
        else:
            last = boots.pop()
            boots.append(Boot(last.number, last.clock_ns, instant_ns - zero_ns))
    return boots
