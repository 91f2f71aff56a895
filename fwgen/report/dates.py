"""Judges the times that the service gave the samples, if the scenario has `clocks`."""

from __future__ import annotations

from typing import Final

import numpy as np

from fwgen.record import Asked, RunRecord
from fwgen.report.finding import Finding
from fwgen.report.samples import SampleCheck
from fwgen.report.words import clock, count, span
from fwgen.series import NEVER, PackedDelivered, spans

_ROUNDING_US: Final = 2


def misdated(record: RunRecord, check: SampleCheck, asked: Asked) -> Finding | None:
    """Check that the true time of each sample that has one is within the uncertainty that the
    service states. It assumes that messages take at most 100 ms: if one took longer, a time that
    rests on it may be off by as much more."""
    dates, delivered = record.dates, record.delivered
    if dates is None or not isinstance(delivered, PackedDelivered):
        return None
    wrong, worst, example = 0, 0.0, ""
    begin = delivered.begin.astype(np.int64)
    for first, end in spans(len(record.taken)):
        rows = np.arange(first, end, dtype=np.int64)
        place = check.place[first:end].astype(np.int64)
        rows, place = rows[place != NEVER], place[place != NEVER]
        if not len(rows):
            continue
        block = np.searchsorted(begin, place, side="right") - 1
        stated_us = dates.utc_us[block] + (place - begin[block]) * dates.step_us[block]
        at_us = record.taken.at(rows)
        off_us = np.abs(stated_us - dates.true_us(at_us))
        within_us = dates.within_us[block]
        allowed_us = within_us + dates.late_us[block] + _ROUNDING_US
        beyond_us = np.where(within_us < 0, -1.0, off_us - allowed_us)
        wrong += int((beyond_us > 0).sum())
        if beyond_us.max() > worst:
            at = int(beyond_us.argmax())
            worst = float(beyond_us[at])
            number = int(record.taken.seq_of(rows[at : at + 1])[0])
            example = (
                f"{number}, taken at {clock(at_us[at] / 1e6)}: it is {span(off_us[at] / 1e6)} off, "
                f"stated are {span(within_us[at] / 1e6)}"
            )
    if not wrong:
        return Finding()
    return Finding(
        wrong,
        f"The service gave {count(wrong, 'sample')} a time that is further from the true one than "
        f"it states. The worst: {example}.",
    )
