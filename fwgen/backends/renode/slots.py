"""The slots of a boot's schedule, from when the firmware measured."""

from __future__ import annotations

from typing import Final

import numpy as np

from fwgen.record import Ints

_WINDOW: Final = 100


def slot_numbers(since_us: Ints, period_us: int) -> Ints:
    """Return each trigger's slot: the nearest one, counted from the previous trigger's."""
    steps_us = np.diff(since_us, prepend=0)
    return np.asarray(np.cumsum((steps_us + period_us // 2) // period_us), dtype=np.int64)


def without_drift(deviation_us: Ints) -> Ints:
    """Subtract the drift: the change of the windows' medians since the first window."""
    count = len(deviation_us)
    if count < 2 * _WINDOW:
        return deviation_us
    places = np.arange(0, count - _WINDOW + 1, _WINDOW)
    middles = np.array([np.median(deviation_us[at : at + _WINDOW]) for at in places])
    drift_us = np.interp(np.arange(count), places + _WINDOW // 2, middles - middles[0])
    return np.asarray(deviation_us - np.round(drift_us).astype(np.int64), dtype=np.int64)
