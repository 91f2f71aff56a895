"""What the chosen trees deny the M33 and no fragment can give it."""

from __future__ import annotations

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.spec.diagnostics import Findings, Position

BY_HAND = Rule("change-by-hand", "warning", "the trees give the M33 every pin and bus that it uses")

RULES = (BY_HAND,)


def _check_lines(draft: Draft, findings: Findings) -> None:
    for line in draft.by_hand:
        BY_HAND.broken(
            findings,
            f"these trees do not give {line.uses} to the M33: {line.effect}",
            _place(draft, line.uses),
            f"in {line.file}, line {line.line}, change\n"
            f"      {line.was}\n"
            f"      to\n"
            f"      {line.becomes}",
        )


def _place(draft: Draft, used: str) -> Position:
    spec = draft.spec
    for sensor, use in draft.pin_uses:
        is_line = use.interrupt and used.startswith(draft.board.chip.exti.node)
        if is_line or used == sensor.pin_name(use):
            return spec.where_in(sensor, use.use)
    if used == draft.board.chip.watchdog.node:
        return spec.where("watchdog")
    for sensor in spec.sensors:
        own = draft.sensor_bus(sensor)
        if own and used in (own.name, own.scl, own.sda):
            return spec.where_in(sensor, "bus")
    bus = draft.bus
    if bus and used in (bus.name, bus.scl, bus.sda):
        return spec.where("display", "bus")
    return spec.where("console")


CHECKS = (_check_lines,)
