"""The conditions of `sleep.wake_if` as the firmware evaluates them: raw numbers and samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from fwgen.spec import quantity as q
from fwgen.spec.conditions import Form, WakeIf
from fwgen.spec.model import Spec
from fwgen.spec.sensor import SensorPart
from fwgen.wire.channel import Channel
from fwgen.wire.sample import STATUS_NAMES, SampleStatus

WINDOW_MAX: Final = 256
"""The most samples with which a change is compared: WAKE_WINDOW_MAX of the core."""


@dataclass(frozen=True)
class WakeRule:
    """A condition on raw numbers. `stream`: the sensor's number; `channel`: its index; `limit`: a
    raw number, or the status; `until`: the raw number from which on it is false. `samples`: true
    for so many in a row; of a change: compared with so many before. `text`: as in the spec."""

    text: str
    form: Form
    stream: int
    channel: int
    limit: int
    until: int
    samples: int

    @property
    def window_values(self) -> int:
        """How many values the firmware keeps for it."""
        return self.samples if self.form == "changes" else 0


def wake_rules(spec: Spec) -> tuple[WakeRule, ...]:
    """Return the rules of a spec whose conditions the rules of the plan have passed."""
    return tuple(_rule(condition, spec.sensors) for condition in spec.sleep.wake_if)


def sensors_with(condition: WakeIf, sensors: Sequence[SensorPart]) -> list[int]:
    """Return the numbers of the sensors that have what the condition names."""
    return [
        number
        for number, sensor in enumerate(sensors)
        if (status_of if condition.form == "status" else channel_of)(condition, sensor) is not None
    ]


def _own_name(condition: WakeIf, sensor: SensorPart) -> str:
    """Return what the condition names, without the sensor's name."""
    return condition.subject.removeprefix(f"{sensor.name}.")


def status_of(condition: WakeIf, sensor: SensorPart) -> SampleStatus | None:
    """Return the status that the condition names; None: the sensor has none of this name."""
    names = {STATUS_NAMES[status]: status for status in sensor.statuses}
    return names.get(_own_name(condition, sensor))


def channel_of(condition: WakeIf, sensor: SensorPart) -> int | None:
    """Return the index of the channel that the condition names; None: there is none."""
    names, name = [channel.name for channel in sensor.channels], _own_name(condition, sensor)
    return names.index(name) if name in names else None


def amount(text: str, channel: Channel) -> Fraction:
    """Return a quantity as a number of the channel's unit. Raises QuantityError."""
    dimension, scale = q.UNITS[channel.unit]
    return q.parse(text, dimension, example=f"1 {channel.unit}").value / scale


def samples_of(condition: WakeIf, period_us: int) -> int:
    """Return for how many samples in a row a condition must be true: the first and the last are
    at least the time apart. Of a change: with how many before a sample is compared."""
    if condition.span_us is None:
        assert condition.samples is not None
        return condition.samples
    if condition.form == "changes":
        return condition.span_us // period_us
    return -(-condition.span_us // period_us) + 1


def level_slots(share_ppm: int, slots: int) -> int:
    """Return how many of the log's slots are in use at this level, rounded up."""
    return max(1, -(-share_ppm * slots // 1_000_000))


def _rule(condition: WakeIf, sensors: Sequence[SensorPart]) -> WakeRule:
    (number,) = sensors_with(condition, sensors)
    sensor = sensors[number]
    samples = samples_of(condition, sensor.period_us)
    if condition.form == "status":
        status = status_of(condition, sensor)
        assert status is not None
        return WakeRule(condition.text, "status", number, 0, int(status), 0, samples)
    index = channel_of(condition, sensor)
    assert index is not None
    channel = sensor.channels[index]
    limit, until = _raw(condition, channel)
    return WakeRule(condition.text, condition.form, number, index, limit, until, samples)


def _raw(condition: WakeIf, channel: Channel) -> tuple[int, int]:
    """Return limit and until as raw numbers; a raw number is compared exactly as its quantity."""
    written = amount(condition.limit, channel)
    if condition.form == "changes":
        return floor(written / channel.resolution), 0
    limit = (written - channel.offset) / channel.resolution
    end = limit
    if condition.until:
        end = (amount(condition.until, channel) - channel.offset) / channel.resolution
    if condition.form == "below":
        return ceil(limit), floor(end) + 1 if condition.until else ceil(limit)
    return floor(limit), ceil(end) - 1 if condition.until else floor(limit)
