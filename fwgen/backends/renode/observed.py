"""Converts the event logs of an emulated board's models to the types of the record."""

from __future__ import annotations

from typing import Final

from fwgen.backends.renode.machine import Machine, Violation, rows
from fwgen.backends.renode.taken import Boot, Rules, Seen, Triggers, samples_seen
from fwgen.peer.linux.elf import Elf
from fwgen.record import DdrAccess, Ints

_PULSE_MASK: Final = 0xFFFF_FFFF


def seen_by(
    machine: Machine,
    rules: Rules,
    delivered: tuple[Ints, Ints],
    zero_ns: int,
    end_ns: int,
    boots_before: int = 0,
) -> Seen:
    """Return the samples taken before `end_ns` (machine time). `delivered`: see samples_seen."""
    at_ns, pulse_us = rows(machine.sensor.Triggers)
    kept = at_ns < end_ns
    return samples_seen(
        _boots(machine, zero_ns, end_ns, boots_before),
        Triggers(at_ns[kept] - zero_ns, pulse_us[kept] & _PULSE_MASK),
        _holds(machine, zero_ns, end_ns),
        end_ns - zero_ns,
        rules,
        delivered,
    )


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


def _boots(machine: Machine, zero_ns: int, end_ns: int, before: int) -> list[Boot]:
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


def _holds(machine: Machine, zero_ns: int, end_ns: int) -> list[tuple[int, int]]:
    at_ns, held = rows(machine.sensor.Holds)
    found: list[tuple[int, int]] = []
    since_ns: int | None = None
    for instant_ns, value in zip((at_ns - zero_ns).tolist(), held.tolist(), strict=True):
        if value and since_ns is None:
            since_ns = instant_ns
        elif not value and since_ns is not None:
            found.append((since_ns, instant_ns))
            since_ns = None
    if since_ns is not None:
        found.append((since_ns, end_ns - zero_ns))
    return found
