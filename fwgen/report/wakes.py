"""Whether the firmware woke Linux for the reasons of its spec, and only then.

The reasons are computed from the samples that the sensor model gave, independently of the firmware.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.plan.wake import WakeRule
from fwgen.record import ASLEEP, CALLS, Asked, RunRecord, SleepRecord
from fwgen.report.conditions import AnyInts, Readings, episodes
from fwgen.report.due import SLACK_US
from fwgen.report.words import clock, span
from fwgen.series import NEVER, Ints, spans
from fwgen.wire.sample import SampleStatus

_LATEST_US: Final = 4_000_000
"""A call for a sample's age that Linux has not noticed, because it was still suspending, is
repeated after 1 s and after another 2 s."""
_REPEATED_US: Final = 2_000_000
_LATE_US: Final = 1_000_000
_GREETED_AGAIN_US: Final = 1_000_000
"""The peer's longest pause before it sends WAKE again."""
_EARLIEST_US: Final = 100_000
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Firing:
    """A condition: when it fires, and when each of these times is over. `period_us`, `measures_us`:
    of its sensor."""

    fired_us: Ints
    ended_us: Ints
    period_us: int
    measures_us: int

    def between(self, first_us: int, last_us: int) -> bool:
        """Whether it fires from `first_us` to `last_us`, both included."""
        return bool(((self.fired_us >= first_us) & (self.fired_us <= last_us)).any())


Firings = Mapping[str, Firing]
"""By condition."""


@dataclass(frozen=True)
class Night:
    """A sleep. `oldest_us`: when the oldest sample that waited was due, of each sensor that had
    one. Other times in us: Linux asked for sleep, DDR closed, DDR open again. `other_spec`: the
    application that has asked was made for another spec: the firmware does not wake Linux for it,
    because it would not take the samples."""

    sleep: SleepRecord
    oldest_us: tuple[int, ...]
    asked_us: int
    closed_us: int
    opened_us: int
    other_spec: bool

    @property
    def can_be_ended(self) -> bool:
        """Whether the firmware has agreed to it, and has to wake Linux if there is a reason."""
        return self.sleep.ack_ms is not None and not self.other_spec


def nights(record: RunRecord) -> Iterator[Night]:
    bands = [band for band in record.bands if band.state == ASLEEP]
    oldest_us = zip(*(one.oldest_us for one in record.of_sensors), strict=True)
    for index, (sleep, oldest) in enumerate(zip(record.sleeps, oldest_us, strict=True)):
        if not sleep.slept_s:
            continue
        band = next((band for band in bands if band.start_s >= sleep.at_s), None)
        if band is not None:
            asked_us, closed_us = round(sleep.at_s * 1e6), round(band.start_s * 1e6)
            opened_us, waited = round(band.end_s * 1e6), (at for at in oldest if at is not None)
            other_spec = index in record.other_spec
            yield Night(sleep, tuple(waited), asked_us, closed_us, opened_us, other_spec)


def firings_of(record: RunRecord) -> Firings:
    """Return when each condition on any of the sensors fires."""
    return {
        rule.text: Firing(*_firings(one, rule), one.period_us, one.asked.measures_us)
        for one in record.of_sensors
        if one.asked
        for rule in one.asked.conditions
    }


def without_reason(record: RunRecord, asked: Asked, firings: Firings) -> list[str]:
    """Return a sentence for each wake-up whose reason was not given. The firmware names the reason
    of its last call: one that was given while Linux resumed counts if there was another before."""
    found = []
    for night in nights(record):
        cause, _, text = night.sleep.wake_cause.partition(":")
        if cause not in ("condition", "age"):
            continue
        silent_us = _silent_since_us(record, night)
        first = [
            name
            for name, one in firings.items()
            if one.between(silent_us - one.period_us, night.opened_us)
        ]
        age_us = _age_us(record, night, _unacknowledged_us(record, night))
        too_old = asked.max_age_us is not None and age_us >= asked.max_age_us - _early_us(
            record, asked, night
        )
        if cause == "condition" and text not in first:
            last_us = _answered_us(record, night.opened_us)
            later = text in firings and firings[text].between(night.opened_us, last_us)
            if not (later and (first or too_old or _is_at_level(night, asked))):
                found.append(f"for `{text}` at {clock(night.opened_us / 1e6)}, but it was not so")
        elif cause == "age" and not too_old:
            found.append(
                f"for the age of a sample at {clock(night.opened_us / 1e6)}, but the oldest "
                f"had waited for {span(age_us / 1e6)}"
            )
    return found


def for_other_spec(record: RunRecord) -> list[str]:
    """Return a sentence for each wake-up of an application that was made for another spec. A
    firmware that was reset in that sleep no longer knows that, and may call at once."""
    return [
        f"for an application that was made for another spec at {clock(night.opened_us / 1e6)}"
        for night in nights(record)
        if night.other_spec
        and night.sleep.wake_cause.partition(":")[0] in CALLS
        and not any(night.asked_us <= one.start_us <= night.opened_us for one in record.outages)
    ]


def not_woken(record: RunRecord, asked: Asked, firings: Firings) -> list[str]:
    """Return a sentence for each reason for which the firmware had to wake Linux and did not."""
    agreed = [night for night in nights(record) if night.can_be_ended]
    called_us = _last_calls_us(record, firings)
    found = []
    for text, one in firings.items():
        fired_us, ended_us, latest_us = one.fired_us, one.ended_us, one.measures_us + SLACK_US
        for night in agreed:
            inside = (fired_us > night.closed_us) & (fired_us < night.opened_us - latest_us)
            for start_us, end_us in zip(fired_us[inside], ended_us[inside], strict=True):
                before = [at_us for from_us, at_us in called_us if from_us < night.asked_us]
                due_us = max(int(start_us), max(before) + asked.pause_us if before else 0)
                due_us = _heard_us(record, due_us, latest_us)
                if due_us < min(int(end_us), night.opened_us - latest_us):
                    found.append(f"`{text}` at {clock(int(start_us) / 1e6)}")
    if asked.max_age_us is not None:
        for night in agreed:
            age_us = _age_us(record, night)
            due_us = max(night.closed_us, night.opened_us - age_us + asked.max_age_us)
            if asked.level is not None or firings:
                due_us = max(due_us, _repeated_us(record, night))
            heard_us = _heard_us(record, due_us, _LATEST_US)
            if night.sleep.backlog and night.opened_us > heard_us + _LATEST_US:
                found.append(
                    f"a sample that had waited for {span(age_us / 1e6)} at "
                    f"{clock(night.opened_us / 1e6)}"
                )
    return found


def _heard_us(record: RunRecord, due_us: int, slack_us: int) -> int:
    """Return when Linux hears at the latest a call that is due then. If doorbells are disturbed, it
    is one of the repetitions, after 1, 3, 7 s and so on."""
    for start_us, end_us in record.deaf:
        if start_us <= due_us + slack_us and due_us <= end_us:
            due_us += 2 * max(0, end_us - due_us) + _REPEATED_US
    return due_us


def _repeated_us(record: RunRecord, night: Night) -> int:
    """Return until when a call for a sample's age may wait, because an earlier call for another
    reason was lost: the pause before the next one is as long as all pauses before."""
    since_us = night.asked_us
    return max(
        (
            2 * end_us - max(start_us, since_us) + _REPEATED_US
            for start_us, end_us in record.deaf
            if start_us < night.opened_us and since_us < end_us
        ),
        default=0,
    )


def _silent_since_us(record: RunRecord, night: Night) -> int:
    """Return since when the firmware takes Linux for asleep: since it was asked for sleep, or since
    nobody reads, if Linux suspends without asking."""
    if night.sleep.ack_ms is not None:
        return night.asked_us
    ends_us = [stream.end_us for stream in record.streams if stream.end_us <= night.asked_us]
    return max(ends_us, default=0)


def _early_us(record: RunRecord, asked: Asked, night: Night) -> int:
    """Return how much younger than the longest age the oldest sample that arrives may be: older
    ones may have arrived already, and their acknowledgement did not, because something disturbed
    the link before Linux slept."""
    asked_us = night.asked_us
    steady = [min(one.end_us, asked_us) for one in record.streams if one.start_us <= asked_us]
    unsteady_us = asked_us - max(steady, default=0)
    unasked = night.sleep.ack_ms is None
    if unsteady_us or unasked or is_deaf(record, asked_us - _LATE_US, night.closed_us):
        return _EARLIEST_US + unsteady_us + asked.latency_us + _LATE_US
    return _EARLIEST_US


def is_deaf(record: RunRecord, start_us: int, end_us: int) -> bool:
    """Whether doorbells to Linux were disturbed at some time between these."""
    return any(start < end_us and start_us < end for start, end in record.deaf)


def _is_at_level(night: Night, asked: Asked) -> bool:
    used = night.sleep.used_opened
    return asked.level is not None and used is not None and used >= asked.level


def _answered_us(record: RunRecord, from_us: int) -> int:
    """Return when the firmware knows at the latest that Linux is awake again: if doorbells to it
    were lost until Linux reads, with the next repetition of WAKE or hello."""
    starts_us = [stream.start_us for stream in record.streams if stream.start_us >= from_us]
    answered_us = min(starts_us, default=round(record.virtual_s * 1e6))
    greeted_us = [one.at_us - answered_us for one in record.beginnings]
    pauses_us = [pause_us for pause_us in greeted_us if 0 <= pause_us <= _GREETED_AGAIN_US]
    return answered_us + min(pauses_us, default=0) + SLACK_US


def _last_calls_us(record: RunRecord, firings: Firings) -> list[tuple[int, int]]:
    """Return for each time in which nobody reads, asleep or not, and in which the firmware may have
    called Linux for a condition, when it began, and when the last such call may have been: the
    pause begins with it. Linux may not have noticed it, or may have been woken for another
    reason."""
    begin_us = min([0, *(stream.start_us for stream in record.streams)])
    ends_us = [begin_us, *(stream.end_us for stream in record.streams)]
    silences = [(end_us, _answered_us(record, end_us)) for end_us in ends_us]
    return [
        (start_us, last_us)
        for start_us, last_us in silences
        if any(one.between(start_us - one.period_us, last_us) for one in firings.values())
    ]


def _unacknowledged_us(record: RunRecord, night: Night) -> list[int]:
    """Return when the oldest sample was due that arrived after Linux had asked for sleep, of each
    sensor that had one. The firmware counts their age on: the peer acknowledges nothing from then
    on."""
    found = []
    for one in record.of_sensors:
        places = one.delivered.between(night.asked_us, night.closed_us)
        rows = one.taken.find(one.delivered.pick(places).seq - one.taken.first_seq)
        found += one.taken.at(rows[rows != NEVER])[:1].tolist()
    return found


def _age_us(record: RunRecord, night: Night, unacknowledged_us: Sequence[int] = ()) -> int:
    """Return how long the oldest sample had waited when Linux was woken: of those that had not
    arrived, and of these others. A firmware that was reset counts from its start."""
    oldest_us = min((*night.oldest_us, *unacknowledged_us), default=night.opened_us)
    starts_us = [one.end_us for one in record.outages if one.end_us is not None]
    since_us = max((at_us for at_us in starts_us if at_us <= night.opened_us), default=oldest_us)
    return night.opened_us - max(oldest_us, since_us)


def _firings(record: RunRecord, rule: WakeRule) -> tuple[Ints, Ints]:
    """Return when the condition fires, and when each of these times is over, in us. Each start of
    the firmware begins anew."""
    taken = record.taken
    fired, ended = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    if not len(taken):
        return fired[0], ended[0]
    status, value, edges = _channel(record, rule)
    for first, end in zip([0, *edges], [*edges, len(taken)], strict=True):
        own = status[first:end]
        found = episodes(
            rule,
            Readings(
                own,
                value[first:end],
                own <= SampleStatus.TOO_FAR,
                own == SampleStatus.MISSED,
            ),
        )
        fired.append(taken.at(first + found.fired))
        over = found.ended == end - first
        ended.append(taken.at(first + found.ended - over) + over * record.period_us)
    return np.concatenate(fired), np.concatenate(ended)


def _channel(record: RunRecord, rule: WakeRule) -> tuple[Bytes, AnyInts, list[int]]:
    """Return status and value of every sample, and the rows at which the firmware has started
    again. In 5 bytes a sample: a week has ten millions."""
    shift = sum(channel.width for channel in record.channels[: rule.channel])
    width = record.channels[rule.channel].width
    status = np.zeros(len(record.taken), dtype=np.uint8)
    narrow = np.zeros(len(record.taken), dtype=np.int32)
    value: AnyInts = narrow if width < 32 else narrow.astype(np.int64)
    edges: list[int] = []
    boot = None
    for first, end in spans(len(record.taken)):
        part = record.taken.part(first, end)
        status[first:end] = part.status
        value[first:end] = (part.value >> shift) & ((1 << width) - 1)
        before = part.boot[0] if boot is None else boot
        edges += (first + np.flatnonzero(np.diff(part.boot, prepend=before))).tolist()
        boot = part.boot[-1]
    return status, value, edges
