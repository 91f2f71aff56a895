"""Draws what the sensor sees: a random walk of each channel, with visits that make the conditions
of the spec true, or nearly so, while Linux sleeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fwgen.campaign.streams import Stream
from fwgen.scenario.signals import Signal
from fwgen.sensor import DISTANCE, copies
from fwgen.wire.sample import SampleStatus

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor
    from fwgen.plan.wake import WakeRule
    from fwgen.wire.channel import Channel

_VISITED: Final = 0.7
"""Share of the sleeps in which a condition of the spec is made true, or nearly so."""
_NO_ECHO_MM: Final = 4_400
_FARTHEST_MM: Final = 4_600
_AIR: Final = 200
_COPIES: Final = tuple(name for name in copies() if name != "original")
_BEYOND: Final = 0.04
"""How far a channel of another sensor goes beyond its range, as a share of the range."""


@dataclass(frozen=True)
class Night:
    """Linux may sleep from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int


@dataclass
class _Walk:
    """The corners of one channel's signal, in raw numbers of the channel: time in ms -> number."""

    low: int
    high: int
    corners: dict[int, int]

    def add(self, at_ms: int, number: int) -> None:
        self.corners[max(0, at_ms)] = max(self.low, min(self.high, number))


def scene_of(seed: int, plan: Plan, nights: Sequence[Night], until_ms: int) -> dict[str, Any]:
    """Return what the sensor sees, as attributes of a Scenario."""
    seen: dict[str, Any] = {"signals": ()}
    for sensor in plan.sensors:
        own = f" of sensor {sensor.number}" if sensor.number else ""
        chance = Stream(seed, f"noise{own}")
        walks = [
            _walk(Stream(seed, f"walk {index}{own}"), plan, sensor, index, nights, until_ms)
            for index in range(len(sensor.channels))
        ]
        missed_ppm = chance.pick((0, 0, 10_000, 200_000))
        seen.setdefault("missed_ppm", missed_ppm)
        if sensor.channels[0].name == DISTANCE:
            seen["noise_um"] = chance.pick((0, 2_000, 20_000, 300_000, 300_000))
            seen["sensor"] = copy_of(seed, plan)
            seen["air_decicelsius"] = _air(Stream(seed, "air"))
            points = sorted(walks[0].corners.items())
            seen["points"] = tuple((at, mm * 1000) for at, mm in points)
            continue
        seen["signals"] += tuple(
            Signal(sensor.named(channel.name), _micro(channel, walk), _noise(chance, channel, walk))
            for channel, walk in zip(sensor.channels, walks, strict=True)
        )
    return seen


def copy_of(seed: int, plan: Plan) -> str:
    """Return which copy the sensor that hears echoes is; "": the original, or there is none."""
    hears = any(sensor.channels[0].name == DISTANCE for sensor in plan.sensors)
    stream = Stream(seed, "copy")
    return stream.pick(_COPIES) if hears and stream.chance(0.15) else ""


def _air(stream: Stream) -> int:
    """Return the temperature of the air in tenths of a degree: often that of the firmware's
    figures."""
    return stream.between(-200, 500) if stream.chance(0.2) else _AIR


def _micro(channel: Channel, walk: _Walk) -> tuple[tuple[int, int], ...]:
    """Return the corners in millionths of the channel's unit."""
    return tuple(
        (at_ms, round((channel.offset + number * channel.resolution) * 1_000_000))
        for at_ms, number in sorted(walk.corners.items())
    )


def _noise(chance: Stream, channel: Channel, walk: _Walk) -> int:
    steps = chance.pick((0, 1, 3, (walk.high - walk.low) // 12))
    return round(steps * channel.resolution * 1_000_000)


def _walk(
    stream: Stream,
    plan: Plan,
    sensor: PlannedSensor,
    index: int,
    nights: Sequence[Night],
    until_ms: int,
) -> _Walk:
    low, high = _bounds(sensor, sensor.channels[index])
    walk = _Walk(low, high, {0: (low + high) // 3})
    for _ in range(stream.between(1, 6)):
        walk.add(stream.between(0, until_ms), stream.between(low, high))
    rules = [
        rule
        for rule in plan.wake_rules
        if (rule.stream, rule.channel) == (sensor.number, index) and _level(rule, sensor)
    ]
    for night in nights:
        if rules and stream.chance(_VISITED):
            _visit(walk, stream, stream.pick(rules), sensor, night)
    return walk


def _bounds(sensor: PlannedSensor, channel: Channel) -> tuple[int, int]:
    """Return the least and the most raw number of the walk."""
    if channel.name == DISTANCE:
        return 0, _FARTHEST_MM
    ends = sensor.part.bounds(channel)
    low, high = (round((end - channel.offset) / channel.resolution) for end in ends)
    beyond = round((high - low) * _BEYOND)
    return low - beyond, high + beyond


def _level(rule: WakeRule, sensor: PlannedSensor) -> tuple[int, int] | None:
    """Return a number that fulfils the rule and one that does not; None: the walk cannot."""
    if rule.form == "changes":
        return rule.limit, 0
    if rule.form == "below":
        return rule.limit - 1, rule.until
    if rule.form == "above":
        return rule.limit + 1, rule.until
    channel = sensor.channels[rule.channel]
    low, high = (
        round((end - channel.offset) / channel.resolution) for end in sensor.part.bounds(channel)
    )
    if rule.limit == SampleStatus.TOO_NEAR:
        return low - 1, low + 1
    if rule.limit == SampleStatus.TOO_FAR:
        return high + 1, high - 1
    return (_NO_ECHO_MM, high - 1) if rule.limit == SampleStatus.NO_ECHO else None


def _visit(
    walk: _Walk, stream: Stream, rule: WakeRule, sensor: PlannedSensor, night: Night
) -> None:
    """Make the rule true for about as long as it must be."""
    found = _level(rule, sensor)
    assert found is not None
    holds_ms = rule.samples * sensor.period_us // 1000
    at_ms = night.start_ms + stream.between(300, max(400, night.end_ms - night.start_ms))
    ramp_ms = stream.spread(1, 2_000)
    if rule.form == "changes":
        start = stream.between(walk.low, walk.high)
        way = 1 if start < (walk.low + walk.high) // 2 else -1
        walk.add(at_ms, start)
        walk.add(at_ms + ramp_ms, start + way * (found[0] + stream.spread(1, found[0] + 1)))
        return
    inside, outside = found
    further = stream.spread(1, max(2, (walk.high - walk.low) // 4))
    way = 1 if inside > outside else -1
    lasts_ms = max(1, round(holds_ms * stream.spread(50, 300) / 100))
    walk.add(at_ms - ramp_ms, outside - way * stream.between(0, further))
    walk.add(at_ms, inside + way * stream.between(0, further))
    walk.add(at_ms + lasts_ms, inside + way * stream.between(0, further))
    walk.add(at_ms + lasts_ms + ramp_ms, outside - way * stream.between(0, further))
