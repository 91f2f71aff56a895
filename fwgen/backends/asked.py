"""What a plan requires of the firmware, as far as a run can check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fwgen.record import Asked

if TYPE_CHECKING:
    from fwgen.plan.model import Plan


def asked_of(plan: Plan, slots: int) -> Asked:
    """Return what the plan requires. `slots`: number of slots in this firmware's log."""
    timing, when_full = plan.timing, plan.spec.sleep.when_full
    return Asked(
        latency_us=timing.latency_us,
        measures_us=plan.sensor.measures_us,
        slots=slots,
        level=slots - timing.reserve_slots if when_full == "wake" else None,
        keeps_newest=when_full == "keep-newest",
    )
