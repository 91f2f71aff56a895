"""A suspend while it is in progress, and its record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fwgen.backends.blocks import Backlog
from fwgen.peer.called import FIRMWARE, LOG_FULL
from fwgen.record import SleepRecord


@dataclass
class OpenSleep:
    """A suspend in progress; times in us of scenario time, None: not reached yet."""

    asked_us: int
    closed_us: int | None = None  # DDR closed
    opened_us: int | None = None  # DDR open again
    up_us: int | None = None  # Linux up again; first_sample_ms and drain_ms count from here
    cause: str = "end"
    ack_ms: float | None = None
    used_closed: int | None = None
    used_opened: int | None = None
    other_spec: bool = False  # the application that has asked was made for another spec


def of_full_log(sleep: SleepRecord) -> SleepRecord:
    """Return a sleep of a firmware that has no other reason to call Linux."""
    return replace(sleep, wake_cause=LOG_FULL) if sleep.wake_cause == FIRMWARE else sleep


def of_both(one: SleepRecord, other: SleepRecord) -> SleepRecord:
    """Return a sleep with the figures of both sensors' samples."""
    first = [ms for ms in (one.first_sample_ms, other.first_sample_ms) if ms is not None]
    drained = one.drain_ms is not None and other.drain_ms is not None
    return replace(
        one,
        first_sample_ms=min(first, default=None),
        drain_ms=max(one.drain_ms or 0, other.drain_ms or 0) if drained else None,
        backlog=one.backlog + other.backlog,
    )


def sleep_record(
    sleep: OpenSleep,
    following: OpenSleep | None,
    backlog: Backlog | None,
    until_us: int,
) -> SleepRecord:
    """Return the record of a suspend. `drain_ms` is None if the following sleep began before the
    backlog had arrived."""
    slept_us = 0
    if sleep.closed_us is not None:
        slept_us = (until_us if sleep.opened_us is None else sleep.opened_us) - sleep.closed_us
    first_ms = drain_ms = None
    if sleep.up_us is not None and backlog is not None:
        first_us, last_us = backlog.first_us, backlog.last_us
        first_ms = None if first_us is None else (first_us - sleep.up_us) / 1e3
        if following is None or following.closed_us is None or last_us < following.closed_us:
            drain_ms = (last_us - sleep.up_us) / 1e3
    return SleepRecord(
        at_s=sleep.asked_us / 1e6,
        ack_ms=sleep.ack_ms,
        slept_s=slept_us / 1e6,
        wake_cause=sleep.cause,
        first_sample_ms=first_ms,
        drain_ms=drain_ms,
        backlog=backlog.samples if backlog else 0,
        used_closed=sleep.used_closed,
        used_opened=sleep.used_opened,
    )
