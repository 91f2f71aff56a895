"""Whether the firmware woke Linux for the reasons of its spec, and only then.

The reasons are computed from the samples that the sensor model gave, independently of the firmware.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from fwgen.plan.wake import WakeRule
from fwgen.record import ASLEEP, Asked, RunRecord, SleepRecord
from fwgen.report.conditions import Readings, episodes
from fwgen.report.words import clock, span
from fwgen.series import Ints
from fwgen.wire.sample import SampleStatus

_LATEST_US: Final = 4_000_000
"""A call that Linux has not noticed is repeated after 1 s and after another 2 s."""
_EARLIEST_US: Final = 100_000


@dataclass(frozen=True)
class Night:
    """A sleep. Times in us: DDR closed, DDR open again."""

    sleep: SleepRecord
    asked_us: int
    closed_us: int
    opened_us: int


def nights(record: RunRecord) -> Iterator[Night]:
    bands = [band for band in record.bands if band.state == ASLEEP]
    for sleep in record.sleeps:
        if not sleep.slept_s:
            continue
        band = next((band for band in bands if band.start_s >= sleep.at_s), None)
        if band is not None:
            asked_us, closed_us = round(sleep.at_s * 1e6), round(band.start_s * 1e6)
            yield Night(sleep, asked_us, closed_us, round(band.end_s * 1e6))


def without_reason(record: RunRecord, asked: Asked) -> list[str]:
    """Return a sentence for each wake-up whose reason was not given."""
    fired = {rule.text: _firings(record, rule)[0] for rule in asked.conditions}
    found = []
    for night in nights(record):
        cause, _, text = night.sleep.wake_cause.partition(":")
        if cause == "condition":
            at_us = fired.get(text, np.zeros(0, dtype=np.int64))
            inside = (at_us >= night.asked_us - record.period_us) & (at_us <= night.opened_us)
            if not inside.any():
                found.append(f"for `{text}` at {clock(night.opened_us / 1e6)}, but it was not so")
        elif cause == "age":
            age_us = _age_us(record, night)
            if asked.max_age_us is None or age_us < asked.max_age_us - _EARLIEST_US:
                found.append(
                    f"for the age of a sample at {clock(night.opened_us / 1e6)}, but the oldest "
                    f"had waited for {span(age_us / 1e6)}"
                )
    return found


def not_woken(record: RunRecord, asked: Asked) -> list[str]:
    """Return a sentence for each reason for which the firmware had to wake Linux and did not."""
    agreed = [night for night in nights(record) if night.sleep.ack_ms is not None]
    called_us = sorted(
        night.opened_us
        for night in nights(record)
        if night.sleep.wake_cause.startswith("condition:")
    )
    found = []
    for rule in asked.conditions:
        fired_us, ended_us = _firings(record, rule)
        for night in agreed:
            inside = (fired_us > night.closed_us) & (fired_us < night.opened_us - _LATEST_US)
            for start_us, end_us in zip(fired_us[inside], ended_us[inside], strict=True):
                before = [at_us for at_us in called_us if at_us < start_us]
                due_us = max(int(start_us), before[-1] + asked.pause_us if before else 0)
                if due_us < min(int(end_us), night.opened_us - _LATEST_US):
                    found.append(f"`{rule.text}` at {clock(int(start_us) / 1e6)}")
    if asked.max_age_us is not None:
        for night in agreed:
            age_us = _age_us(record, night)
            if night.sleep.backlog and age_us > asked.max_age_us + _LATEST_US:
                found.append(
                    f"a sample that had waited for {span(age_us / 1e6)} at "
                    f"{clock(night.opened_us / 1e6)}"
                )
    return found


def _age_us(record: RunRecord, night: Night) -> int:
    """Return how long the oldest sample had waited when Linux was woken."""
    instant = np.array([night.opened_us], dtype=np.int64)
    row = int(record.taken.before(instant)[0]) - night.sleep.backlog
    return night.opened_us - int(record.taken.at(np.array([max(0, row)], dtype=np.int64))[0])


def _firings(record: RunRecord, rule: WakeRule) -> tuple[Ints, Ints]:
    """Return when the condition fires, and when each of these times is over, in us. Each start of
    the firmware begins anew."""
    taken = record.taken.part(0, len(record.taken))
    fired, ended = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    if not len(taken):
        return fired[0], ended[0]
    shift = sum(channel.width for channel in record.channels[: rule.channel])
    mask = (1 << record.channels[rule.channel].width) - 1
    edges = np.flatnonzero(np.diff(taken.boot)) + 1
    for first, end in zip([0, *edges], [*edges, len(taken)], strict=True):
        status, at_us = taken.status[first:end], taken.at_us[first:end]
        found = episodes(
            rule,
            Readings(
                status,
                (taken.value[first:end] >> shift) & mask,
                status <= SampleStatus.TOO_FAR,
                status == SampleStatus.MISSED,
            ),
        )
        fired.append(at_us[found.fired])
        ended.append(np.append(at_us, at_us[-1] + record.period_us)[found.ended])
    return np.concatenate(fired), np.concatenate(ended)
