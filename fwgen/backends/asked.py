"""What a plan requires of the firmware, as far as a run can check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fwgen.plan.wake import level_slots
from fwgen.record import Asked

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor


def asked_of(plan: Plan, sensor: PlannedSensor, slots: int) -> Asked:
    """Return what the plan requires. `slots`: number of slots in this firmware's log."""
    timing, sleep = plan.timing, plan.spec.sleep
    return Asked(
        latency_us=timing.latency_us,
        measures_us=sensor.figures.measures_us,
        slots=slots,
        level=_level(plan, slots),
        keeps_newest=sleep.when_full == "keep-newest",
        max_age_us=sleep.max_age_us,
        conditions=tuple(rule for rule in plan.wake_rules if rule.stream == sensor.number),
        pause_us=sleep.wake_pause_us,
        only_when_full=not (sleep.wake_at_ppm or sleep.max_age_us or sleep.wake_if),
    )


def _level(plan: Plan, slots: int) -> int | None:
    """Return at how many used slots the firmware wakes Linux; None: it does not."""
    sleep = plan.spec.sleep
    if not sleep.wakes_at_level:
        return None
    latest = slots - plan.timing.reserve_slots
    return (
        latest if sleep.wake_at_ppm is None else min(latest, level_slots(sleep.wake_at_ppm, slots))
    )
