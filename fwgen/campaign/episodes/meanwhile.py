"""Faults within an episode that do not change Linux's state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from fwgen.backends.bus import why_no_bus
from fwgen.campaign.episodes.draft import Draft
from fwgen.campaign.streams import Stream
from fwgen.sensor import Condition, can_be
from fwgen.wire.sample import SampleStatus

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor

_SLEEPS: Final = frozenset(("sleep", "nights", "naps", "board restarts"))
_MAY_RESET: Final = frozenset(
    ("sleep", "nights", "naps", "application dies", "device unbound", "other application")
)


def overlay(draft: Draft, stream: Stream, begin_ms: int, kind: str) -> None:
    """Add faults within the episode that has just been drawn."""
    span_ms = draft.now_ms - begin_ms

    def instants(share: float) -> Iterator[int]:
        if stream.chance(share):
            yield begin_ms + stream.between(1, span_ms)

    for at_ms in instants(0.5 if _fault_ms(draft.plan) else 0.15):
        if at_ms <= draft.failing_ms:
            continue
        lasts_ms = stream.spread(10, 5_000)
        if stream.chance(0.5):  # about as long as a condition asks for
            lasts_ms = max(lasts_ms, _fault_ms(draft.plan) * stream.spread(50, 300) // 100)
        sensor = _fail_sensor(draft, stream, at_ms, draft.plan.sensors)
        draft.failing_ms = at_ms + lasts_ms
        named: dict[str, str] = {}
        for other in draft.plan.sensors:
            if other is not sensor and stream.chance(0.5):  # both fail, and each is restored
                named = {"sensor": sensor.name}
                begins_ms = at_ms + stream.between(1, lasts_ms)
                ends_ms = begins_ms + stream.spread(10, 5_000)
                _fail_sensor(draft, stream, begins_ms, (other,))
                draft.add(ends_ms, "restore-sensor", sensor=other.name)
                draft.failing_ms = max(draft.failing_ms, ends_ms)
        draft.add(at_ms + lasts_ms, "restore-sensor", **named)
        draft.ends(max(draft.now_ms, draft.failing_ms - 4_000))
    for at_ms in instants(0.1 if draft.plan.spec.display else 0):
        if at_ms > draft.dark_ms:
            draft.dark_ms = at_ms + stream.spread(10, 5_000)
            draft.add(at_ms, "display-off")
            draft.add(draft.dark_ms, "display-on")
    for at_ms in instants(0 if why_no_bus(draft.plan) else 0.1):
        how, for_ms = stream.pick(("nack", "sda")), stream.spread(1, 5_000)
        draft.add(at_ms, "disturb-bus", how=how, for_us=for_ms * 1000)
    for at_ms in instants(0.15):
        draft.add(at_ms, "stale-doorbell", ring="vq0")
    if stream.chance(0.1) and kind == "sleep" and span_ms > 2_000:
        draft.add(begin_ms + stream.between(600, span_ms - 600), "stale-doorbell", ring="vq1")
    for at_ms in instants(0.15):
        if not draft.needs_samples:
            _disturb(draft, stream, at_ms, kind)
    for at_ms in instants(0.15):
        if kind in _MAY_RESET and all(step.do != "resume" for step in draft.steps):
            draft.add(at_ms, "reset-firmware")
            draft.restarts = True
            draft.ends(max(draft.now_ms, at_ms + 1_500))


def _fail_sensor(
    draft: Draft, stream: Stream, at_ms: int, sensors: Sequence[PlannedSensor]
) -> PlannedSensor:
    """One of these sensors fails, or behaves as a bad copy of it does. Return it."""
    name = stream.pick(("mute-sensor", "hold-echo", "disturb-sensor"))
    sensor = stream.pick(sensors)
    if name != "disturb-sensor" or not can_be(sensor, Condition.STUCK):
        name = "mute-sensor" if name == "disturb-sensor" else name
        draft.add(at_ms, name, sensor=sensor.name)
    else:
        how = stream.pick(("stuck", "spikes", "long-echo", "holds-line"))
        draft.add(at_ms, name, how=how, sensor=sensor.name)
    return sensor


def _disturb(draft: Draft, stream: Stream, at_ms: int, kind: str) -> None:
    """Doorbells do not arrive as they were rung. A firmware that cannot reach Linux calls it again
    and again."""
    to, how = stream.pick(("linux", "firmware")), stream.pick(("lost", "doubled", "late"))
    for_ms = stream.spread(1, 1_000)
    if to == "linux" and how != "doubled" and draft.wakes and kind in _SLEEPS:
        for_ms = stream.spread(1, 10_000)
        draft.unheard = True
    by_ms = stream.between(1, 40 if to == "firmware" else 500)
    by = {"by_us": by_ms * 1000} if how == "late" else {}
    draft.add(at_ms, "disturb-doorbells", to=to, how=how, for_us=for_ms * 1000, **by)
    draft.disturbs(at_ms + for_ms)


def _fault_ms(plan: Plan) -> int:
    """Return for how long the sensor must fail to fulfil a condition of the spec; 0: there is no
    such condition."""
    faults = [
        rule.samples * plan.sensors[rule.stream].period_us
        for rule in plan.wake_rules
        if rule.form == "status" and rule.limit == SampleStatus.FAULT
    ]
    return min(faults, default=0) // 1000
