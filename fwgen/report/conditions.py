"""When a condition of `sleep.wake_if` fires, computed from the samples, independently of the core.

A condition is true or false for each sample, or neither (between its limit and `until`). It fires
at the first sample of a boot, or since it was last false for as long as it must be true, up to
which it was true for that long. Missed measurements are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fwgen.plan.wake import WakeRule

Ints = NDArray[np.int64]
AnyInts = NDArray[np.signedinteger] | NDArray[np.unsignedinteger]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Readings:
    """The samples of one channel, one after the other, of one start of the firmware. `valued`:
    whether the sample has a value; `missed`: whether no measurement was made."""

    status: AnyInts
    value: AnyInts
    valued: Bools
    missed: Bools


@dataclass(frozen=True)
class Episodes:
    """`fired`: the indices of the samples at which the condition fires, ascending; `ended`: the
    index at which each of these is over, the number of samples if it is not."""

    fired: Ints
    ended: Ints


def episodes(rule: WakeRule, readings: Readings) -> Episodes:
    """Return when the condition fires, and until when each time."""
    kept = np.flatnonzero(~readings.missed)
    value, valued = readings.value[kept], readings.valued[kept]
    if rule.form == "status":
        true = readings.status[kept] == rule.limit
        false = ~true
    elif rule.form == "below":
        true = valued & (value < rule.limit)
        false = ~valued | (value >= rule.until)
    elif rule.form == "above":
        true = valued & (value > rule.limit)
        false = ~valued | (value <= rule.until)
    else:
        true = _changes(value, valued, rule)
        false = ~true
    needed = 1 if rule.form == "changes" else rule.samples
    turn = _lasts(true, needed).astype(np.int8) - _lasts(false & ~true, rule.samples)
    turns = np.flatnonzero(turn)
    signs = turn[turns]
    before = np.concatenate([[-1], signs[:-1]])
    fired = kept[turns[(signs == 1) & (before == -1)]]
    over = kept[turns[(signs == -1) & (before == 1)]]
    missing = np.full(len(fired) - len(over), len(readings.status), dtype=np.int64)
    return Episodes(fired.astype(np.int64), np.concatenate([over, missing]).astype(np.int64))


def _lasts(mask: Bools, samples: int) -> Bools:
    """Return where the mask is true for so many samples in a row, up to each one."""
    index = np.arange(len(mask), dtype=np.int32)
    outside = index.copy()
    outside[mask] = -1
    np.maximum.accumulate(outside, out=outside)
    return np.asarray(index - outside >= samples)


def _changes(value: AnyInts, valued: Bools, rule: WakeRule) -> Bools:
    """Return where a value differs by more than the limit from one of the `samples` before."""
    found = np.zeros(len(value), dtype=bool)
    own = value[valued]
    if len(own) < 2:
        return found
    first = np.full(rule.samples, own[0])  # equal to the first value: no difference to it
    padded = np.concatenate([first, own])
    windows = sliding_window_view(padded, rule.samples)[: len(own)]
    low, high = windows.min(axis=1), windows.max(axis=1)
    # the padding may not be compared with later values that are out of its reach
    reach = np.minimum(np.arange(len(own)), rule.samples)
    early = np.flatnonzero(reach < rule.samples)
    for index in early.tolist():
        known = own[:index]
        low[index] = known.min() if index else own[0]
        high[index] = known.max() if index else own[0]
    found[valued] = (high - own > rule.limit) | (own - low > rule.limit)
    return found
