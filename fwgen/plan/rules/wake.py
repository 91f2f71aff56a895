"""When the firmware wakes Linux: level, age and conditions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import ceil, floor, log10
from typing import Protocol

from fwgen.plan.draft import Draft
from fwgen.plan.rules.rule import Rule
from fwgen.plan.wake import (
    WINDOW_MAX,
    amount,
    channel_of,
    level_slots,
    samples_of,
    sensors_with,
)
from fwgen.spec import quantity as q
from fwgen.spec.conditions import LONGEST, WakeIf
from fwgen.spec.diagnostics import Findings, Position, did_you_mean, quote
from fwgen.spec.model import DEFAULT_WAKE_PAUSE_US
from fwgen.spec.quantity import show
from fwgen.spec.scalar import Span
from fwgen.spec.sensor import SensorPart
from fwgen.wire import log_format
from fwgen.wire.channel import Channel, decimal
from fwgen.wire.sample import STATUS_NAMES

SUBJECT = Rule("wake-unknown", "error", "a condition names a channel or a status of the sensor")
VALUE = Rule("wake-value", "error", "a condition compares with a quantity of its channel")
REACH = Rule(
    "wake-unreachable",
    "error",
    "the sensor can give values for which a condition is true, and others",
)
PERIOD = Rule("wake-period", "error", "a condition can be evaluated at the sensor's period")
THRESHOLD = Rule(
    "wake-threshold", "warning", "a value that stays at the limit of a condition wakes Linux once"
)
TWICE = Rule("wake-twice", "error", "a condition is in the list once")
LEVEL = Rule("wake-level", "error", "the log has room while Linux wakes up at `wake_at`")
PAUSE = Rule("wake-pause-unused", "warning", "`wake_pause` has conditions that it can delay")

RULES = (SUBJECT, VALUE, REACH, PERIOD, THRESHOLD, TWICE, LEVEL, PAUSE)


class Where(Protocol):
    """Returns the position of a part of a condition; of the whole condition for None."""

    def __call__(self, *, part: Span | None = None) -> Position: ...


def _check_conditions(draft: Draft, findings: Findings) -> None:
    spec = draft.spec
    seen = set()
    for index, condition in enumerate(spec.sleep.wake_if):
        where = partial(spec.where, "sleep", "wake_if", index)
        if condition.text in seen:
            message = f"{quote(condition.text)} is already in the list"
            TWICE.broken(findings, message, where(), "remove it")
        else:
            sensor = _sensor_of(draft, condition, where(part=condition.places.subject), findings)
            if sensor and _can_be(sensor, condition, where, findings):
                place = where(part=condition.places.span)
                if _fits_period(sensor, condition, place, findings):
                    _check_threshold(sensor, condition, where, findings)
        seen.add(condition.text)


def _sensor_of(
    draft: Draft, condition: WakeIf, place: Position, findings: Findings
) -> SensorPart | None:
    """Return the sensor that has what the condition names; None after an error."""
    sensors = draft.spec.sensors
    having = sensors_with(condition, sensors)
    if len(having) == 1:
        return sensors[having[0]]
    subject = condition.subject
    if having:
        both = " or ".join(f"`{sensor.name}.{subject}`" for sensor in sensors)
        message = f"both sensors have {quote(subject)}"
        SUBJECT.broken(findings, message, place, f"write {both}")
        return None
    status = condition.form == "status"
    names = [name for sensor in sensors for name in _names(sensor, status)]
    twice = {name for name in names if names.count(name) > 1}
    names = [
        f"{sensor.name}.{name}" if name in twice else name
        for sensor in sensors
        for name in _names(sensor, status)
    ]
    who = "the sensor" if len(sensors) == 1 else "no sensor"
    verb = ("never" if len(sensors) == 1 else "ever") + " reports"
    if not status:
        verb = "has no channel" if len(sensors) == 1 else "has a channel"
    its = "its" if len(sensors) == 1 else "the"
    known = "what it reports" if status else f"{its} channels"
    hint = did_you_mean(subject, names, known)
    SUBJECT.broken(findings, f"{who} {verb} {quote(subject)}", place, hint)
    return None


def _names(sensor: SensorPart, status: bool) -> list[str]:
    if status:
        return [STATUS_NAMES[status] for status in sensor.statuses]
    return [channel.name for channel in sensor.channels]


def _can_be(sensor: SensorPart, condition: WakeIf, where: Where, findings: Findings) -> bool:
    index = channel_of(condition, sensor)
    if condition.form == "status" or index is None:
        return True
    channel, places = sensor.channels[index], condition.places
    if channel.unit not in q.UNITS:
        message = f"conditions on `{channel.name}`, in {channel.unit}, are not supported"
        VALUE.broken(findings, message, where(part=places.subject), "remove the condition")
        return False
    limit = _amount(condition.limit, channel, partial(_within, where, places.limit), findings)
    end = None
    if condition.until:
        end = _amount(condition.until, channel, partial(_within, where, places.until), findings)
    if limit is None or (condition.until and end is None):
        return False
    low, high = sensor.bounds(channel)
    useless, place = _useless(condition, channel.name, limit, end, low, high)
    if useless:
        REACH.broken(
            findings,
            f"{useless}: it is from {_show(low, channel)} to {_show(high, channel)}",
            where(part=place),
            "write a value within the sensor's range",
        )
    return not useless


def _within(where: Where, quantity: Span | None, part: Span | None) -> Position:
    """Return the position of a part of the quantity; of all of it for None."""
    if quantity and part:
        return where(part=Span(quantity.start + part.start, part.length))
    return where(part=quantity)


def _amount(
    text: str, channel: Channel, where: Callable[[Span | None], Position], findings: Findings
) -> Fraction | None:
    """Return a quantity as a number of the channel's unit; None after an error."""
    try:
        return amount(text, channel)
    except q.QuantityError as error:
        VALUE.broken(findings, error.sentence, where(error.part), error.hint)
        return None


def _useless(
    condition: WakeIf,
    name: str,
    limit: Fraction,
    end: Fraction | None,
    low: Fraction,
    high: Fraction,
) -> tuple[str, Span | None]:
    """Return why a condition is never or always true, or why its `until` never is, and the part of
    the condition that says so; "": neither."""
    written, until = condition.limit, condition.until
    if condition.form == "changes":
        never, always, reach = limit >= high - low, limit < 0, f"change by more than {written}"
        holds, past = f"differs by more than {written}", False
    elif condition.form == "below":
        never, always, reach = limit <= low, limit > high, f"be below {written}"
        holds, past = f"is below {written}", end is not None and end >= high
    else:
        never, always, reach = limit >= high, limit < low, f"be above {written}"
        holds, past = f"is above {written}", end is not None and end <= low
    places = condition.places
    if never:
        return f"a valid `{name}` cannot {reach}", places.limit
    if always:
        return f"every valid `{name}` {holds}", places.limit
    side = "above" if condition.form == "below" else "below"
    sentence = f"a valid `{name}` cannot be {side} {until}, as `until` says"
    return (sentence if past else ""), places.until


def _show(value: Fraction, channel: Channel) -> str:
    return f"{decimal(value)} {channel.unit}"


def _fits_period(
    sensor: SensorPart, condition: WakeIf, place: Position, findings: Findings
) -> bool:
    period_us = sensor.period_us
    message, hint = "", ""
    if condition.form != "changes":
        if condition.span_us is not None and condition.span_us < period_us:
            message = (
                f"there is one sample every {show(period_us, 'us')}, not two within "
                f"{show(condition.span_us, 'us')}"
            )
            hint = f"write `for 1 sample`, or at least `for {show(period_us, 'us')}`"
    elif (samples := samples_of(condition, period_us)) < 1:
        message = (
            f"there is one sample every {show(period_us, 'us')}, none within "
            f"{show(condition.span_us or 0, 'us')}"
        )
        hint = f"write at least `within {show(period_us, 'us')}`"
    elif samples > WINDOW_MAX:
        message = (
            f"the firmware compares a sample with at most {WINDOW_MAX} before it, not with "
            f"{samples}"
        )
        hint = f"write at most `within {show(WINDOW_MAX * period_us, 'us')}`, or a longer period"
    if message:
        PERIOD.broken(findings, message, place, hint)
    return not message


def _check_threshold(
    sensor: SensorPart, condition: WakeIf, where: Where, findings: Findings
) -> None:
    if condition.form not in ("below", "above") or condition.until:
        return
    until = _proposed_until(sensor, condition)
    if until and len(f"{condition.text} {until}".encode()) <= LONGEST:
        THRESHOLD.broken(
            findings,
            f"without `until`, a `{condition.subject}` near {condition.limit} can wake Linux "
            "again and again",
            where(),
            f"add `{until}`",
        )


def _proposed_until(sensor: SensorPart, condition: WakeIf) -> str:
    """Return an `until` with a margin of some 1 % of the range, and of at least five steps of the
    resolution; "": no valid value is that far from the limit."""
    index = channel_of(condition, sensor)
    assert index is not None
    channel = sensor.channels[index]
    low, high = sensor.bounds(channel)
    margin = _one_digit(max((high - low) / 100, 5 * channel.resolution))
    limit = amount(condition.limit, channel)
    if condition.form == "below":
        end, sign, reachable = limit + margin, ">", limit + margin < high
    else:
        end, sign, reachable = limit - margin, "<", limit - margin > low
    return f"until {sign} {_show(end, channel)}" if reachable else ""


def _one_digit(value: Fraction) -> Fraction:
    """Return the number rounded up to one digit that is not 0; `value`: above 0."""
    unit = Fraction(10) ** floor(log10(value))
    return ceil(value / unit) * unit


def _check_level(draft: Draft, findings: Findings) -> None:
    share_ppm, log_bytes = draft.spec.sleep.wake_at_ppm, draft.log_bytes
    if share_ppm is None or log_bytes is None:
        return
    slots, reserve = log_format.slots(log_bytes), draft.timing.reserve_slots
    most = slots - reserve
    if most < 1 or level_slots(share_ppm, slots) <= most:
        return  # with less than one block `log-too-small` reports it
    percent = most * 100 // slots
    LEVEL.broken(
        findings,
        f"samples are lost while Linux wakes up: {reserve} of the log's {slots} blocks "
        "must be free then",
        draft.spec.where("sleep", "wake_at"),
        f"write at most `{percent} %`" if percent else "use a larger log",
    )


def _check_pause(draft: Draft, findings: Findings) -> None:
    sleep = draft.spec.sleep
    if sleep.wake_pause_us != DEFAULT_WAKE_PAUSE_US and not sleep.wake_if:
        PAUSE.broken(
            findings,
            "`wake_pause` has no effect without `wake_if`",
            draft.spec.where("sleep", "wake_pause"),
            "remove it, or add conditions",
        )


CHECKS = (_check_conditions, _check_level, _check_pause)
