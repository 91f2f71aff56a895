"""The M33's own share of an emulated run: how long it ran, and what ended its waiting.

The model counts the executed instructions, one a cycle, and each end of a WFI with the interrupt
that the core handles first. The model of the I2C bus takes several bytes at once; those that
silicon would have asked for with an interrupt of their own are added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fwgen.record import CoreShare

if TYPE_CHECKING:
    from fwgen.backends.renode.machine import Machine
    from fwgen.plan.model import Plan

_SYSTICK: Final = 15
_FIRST_IRQ: Final = 16
_CYCLES_PER_S: Final = 400_000_000


@dataclass(frozen=True)
class _Counts:
    at_ns: int
    instructions: int
    by: Mapping[str, int]


class ShareMeter:
    """Counts awake and asleep separately; `turn` tells when Linux falls asleep or awakes."""

    def __init__(self, machine: Machine, plan: Plan) -> None:
        self._machine, self._plan = machine, plan
        self._names = names_of(plan)
        self._asleep = False
        self._shares = {False: CoreShare(), True: CoreShare()}
        self._last = self._counts()

    def turn(self, asleep: bool) -> None:
        now, then = self._counts(), self._last
        was = self._shares[self._asleep]
        by = Counter(was.wake_ups)
        by.update({name: count - then.by.get(name, 0) for name, count in now.by.items()})
        self._shares[self._asleep] = CoreShare(
            was.for_s + (now.at_ns - then.at_ns) / 1e9,
            was.running_s + (now.instructions - then.instructions) / _CYCLES_PER_S,
            {name: by[name] for name in sorted(by) if by[name]},
        )
        self._asleep, self._last = asleep, now

    def result(self) -> dict[str, CoreShare]:
        self.turn(self._asleep)
        return {"awake": self._shares[False], "asleep": self._shares[True]}

    def _counts(self) -> _Counts:
        core = self._machine.core
        numbers = [int(number) for number in core.WakeUpsByException()]
        by: Counter[str] = Counter()
        for exception, count in zip(numbers[::2], numbers[1::2], strict=True):
            by[self._names.get(exception, f"irq {exception - _FIRST_IRQ}")] += count
        if self._plan.bus is not None:
            early = int(self._machine.part(self._plan.bus.name).TakenEarly)
            by[self._names[self._plan.bus.irq + _FIRST_IRQ]] += early
        return _Counts(self._machine.now_ns, int(core.Instructions), by)


def names_of(plan: Plan) -> dict[int, str]:
    """Return the names of the firmware's interrupts by exception number."""
    chip, uart = plan.board.chip, plan.board.console.uart
    names = {_FIRST_IRQ + p.irq: use for use, p in plan.pins.items() if p.use.interrupt}
    names[_SYSTICK] = "clock"
    names[_FIRST_IRQ + chip.ipcc.rx_irq] = names[_FIRST_IRQ + chip.ipcc.tx_irq] = "mailbox"
    names[_FIRST_IRQ + chip.uarts[uart].irq] = "console"
    if plan.bus is not None:
        names[_FIRST_IRQ + plan.bus.irq] = "display"
    return names
