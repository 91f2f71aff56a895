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


def not_taken(record: RunRecord, outage: Outage) -> int:
    """Return how many samples are missing from the last one before the outage to the first one
    after it, which the firmware takes when it has started. The first of all was due at time 0."""
    taken, period_us = record.taken, record.period_us
    before = int(taken.before(np.array([outage.start_us], dtype=np.int64))[0])
    if not period_us:
        return 0
    last_us = int(taken.at(np.array([before - 1]))[0]) if before else -period_us
    if before == len(taken):
        return max(0, (ends_us(record, outage) - last_us - 1) // period_us)
    next_us = int(taken.at(np.array([before]))[0])
    return max(0, round((next_us - last_us) / period_us) - 1)
