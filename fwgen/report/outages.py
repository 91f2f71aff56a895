"""Times in which the M33 did not execute the firmware, and the samples that it did not take."""

from __future__ import annotations

from typing import Final

import numpy as np

from fwgen.record import Outage, RunRecord

TOLD: Final = {
    "fault": "an invalid access of the firmware",
    "panic": "a failed check of the firmware",
    "watchdog": "its watchdog",
    "reset": "a reset of the M33",
    "itself": "the firmware itself",
    "remoteproc": "Linux, which stopped it",
    "restart-board": "a reset of the board",
    "power-cycle": "a loss of power",
}
"""Why the M33 did not run: by whom or what."""


def ends_us(record: RunRecord, outage: Outage) -> int:
    """Return when the outage ended, at the latest at the end of the run."""
    until_us = round(record.virtual_s * 1e6)
    return until_us if outage.end_us is None else min(outage.end_us, until_us)


def down_us(record: RunRecord, start_us: int, end_us: int) -> int:
    """Return for how long the M33 did not run between these times."""
    parts = (
        min(ends_us(record, outage), end_us) - max(outage.start_us, start_us)
        for outage in record.outages
    )
    return sum(part for part in parts if part > 0)


def runs_us(record: RunRecord, start_us: int, end_us: int) -> list[int]:
    """Return for each outage that ends between these times how long the M33 ran after it, at most
    to the next one: the firmware starts in this time, and may not get to its first sample."""
    ended = [ends_us(record, one) for one in record.outages]
    begun = [*(one.start_us for one in record.outages), end_us][1:]
    return [
        max(0, min(until_us, end_us) - since_us)
        for since_us, until_us in zip(ended, begun, strict=False)
        if start_us <= since_us < end_us
    ]


def not_taken(record: RunRecord) -> list[int]:
    """Return for each outage how many samples are missing from the last one before it to the first
    one after it, which the firmware takes when it has started. The first of all was due at time 0.
    If outages follow each other without a sample, each has those that were due until the next."""
    taken, period_us = record.taken, record.period_us
    if not period_us:
        return [0] * len(record.outages)
    rows = taken.before(np.array([one.start_us for one in record.outages], dtype=np.int64)).tolist()
    found: list[int] = []
    known = 0  # missing before this outage, since the last sample
    for at, (outage, row) in enumerate(zip(record.outages, rows, strict=True)):
        last_us = int(taken.at(np.array([row - 1]))[0]) if row else -period_us
        known = known if at and rows[at - 1] == row else 0
        if rows[at + 1 : at + 2] == [row]:
            missing = (record.outages[at + 1].start_us - last_us - 1) // period_us
        elif row == len(taken):
            missing = (ends_us(record, outage) - last_us - 1) // period_us
        else:
            missing = round((int(taken.at(np.array([row]))[0]) - last_us) / period_us) - 1
        found.append(max(0, missing - known))
        known = max(known, missing)
    return found
