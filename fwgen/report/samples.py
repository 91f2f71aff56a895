"""What became of every sample: the received ones held against those that were taken.

Nothing here trusts the peer's own bookkeeping. A received sample is known by its number (modulo
2^32, as on the wire; a run has fewer than 2^31 samples), unless the times show that the firmware
lost samples before it numbered them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.errors import ToolBrokeError
from fwgen.record import Delivered, Gap, Ints, RunRecord, Taken

Bools = NDArray[np.bool_]

NEVER: Final = -1
_HALF: Final = 1 << 31


@dataclass(frozen=True)
class SampleCheck:
    """Every sample taken has exactly one fate: it arrived, was declared lost, or is lost."""

    # a value for each sample taken
    arrived: Bools
    declared: Bools  # in a gap, and did not arrive
    lost: Bools
    place: Ints  # which of the received it first was; NEVER where `arrived` is False

    # a value for each sample received; a sample can be wrong in more than one way
    row: Ints  # which one of the taken it is, or NEVER if there is none of that number
    shift: Ints  # by how much its number is too small: so many were lost before being numbered
    duplicated: Bools
    out_of_order: Bools  # a later one had arrived before
    wrong_value: Bools  # distance, status or lateness
    wrong_time: Bools  # schedule time or boot
    too_early: Bools  # it arrived before it was taken

    # gaps that say what is not so
    declared_arrived: Bools  # a value for each sample taken: declared lost, and yet it arrived
    declared_unknown: int  # numbers declared lost before such samples were taken

    @property
    def unknown(self) -> Bools:
        """Received samples with a number that was never taken."""
        return np.asarray(self.row == NEVER)

    @property
    def wrong(self) -> Bools:
        """Received samples that differ in any way from what was taken."""
        return np.asarray(self.unknown | self.wrong_value | self.wrong_time | self.too_early)


def check_samples(record: RunRecord) -> SampleCheck:
    """Raises ToolBrokeError if the record's own list of samples taken makes no sense."""
    taken, delivered = record.taken, record.delivered
    _check_taken(taken)
    number = _relative(taken.seq, taken)
    wanted = _relative(delivered.seq, taken)
    shift = _shift(wanted, taken, delivered, number)
    row = _rows(wanted + shift, number)
    known = row != NEVER
    first, duplicated = _first_arrivals(row, len(taken))
    arrived = first != NEVER
    in_gap, declared_unknown = _declared(record.gaps, taken, number)
    return SampleCheck(
        arrived=arrived,
        declared=in_gap & ~arrived,
        lost=~(in_gap | arrived),
        place=first,
        shift=shift,
        row=row,
        duplicated=duplicated,
        out_of_order=_out_of_order(row, known & ~duplicated),
        wrong_value=known & _differs(row, taken, delivered, "distance_mm", "status", "late_16ths"),
        wrong_time=known & _differs(row, taken, delivered, "time_us", "boot"),
        too_early=known & _too_early(row, taken, delivered),
        declared_arrived=in_gap & arrived,
        declared_unknown=declared_unknown,
    )


def runs(mask: Bools) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]


def _check_taken(taken: Taken) -> None:
    if len(taken) and (np.diff(taken.seq) <= 0).any():
        raise ToolBrokeError("the record gives two samples taken the same number, or no order")
    if len(taken) and (np.diff(taken.at_us) < 0).any():
        raise ToolBrokeError("the record's samples taken are not in the order of time")


def _relative(seq: Ints, taken: Taken) -> Ints:
    """How far numbers lie behind that of the first sample taken; negative before it."""
    origin = int(taken.seq[0]) if len(taken) else 0
    return ((seq - origin + _HALF) & (2 * _HALF - 1)) - _HALF


def _rows(wanted: Ints, number: Ints) -> Ints:
    """Which row of the samples taken each wanted number is, or NEVER; `number` is ascending."""
    if not len(number):
        return np.full(len(wanted), NEVER, dtype=np.int64)
    if number[-1] == len(number) - 1:
        found, row = (wanted >= 0) & (wanted < len(number)), wanted
    else:
        row = np.minimum(np.searchsorted(number, wanted), len(number) - 1)
        found = number[row] == wanted
    return np.where(found, row, NEVER)


def _shift(wanted: Ints, taken: Taken, delivered: Delivered, number: Ints) -> Ints:
    """By how much the received numbers are too small, seen from the times that come with them.

    A firmware that loses a sample before it has numbered it numbers all that follow too low, for
    ever: so a shift counts only as far as every later sample confirms it. A block with a wrong time
    or a wrong number among good ones has no shift.
    """
    shift = np.zeros(len(wanted), dtype=np.int64)
    plain = _rows(wanted, number)
    if not _differs(plain, taken, delivered, "time_us", "boot")[plain != NEVER].any():
        return shift
    by_time = _rows_by_time(taken, delivered)
    seen = (by_time != NEVER) & (plain != NEVER)
    shift[seen] = number[by_time[seen]] - wanted[seen]
    seen &= shift >= 0
    order = np.argsort(wanted, kind="stable")
    order = order[seen[order]]
    settled = np.minimum.accumulate(shift[order][::-1])[::-1]
    at = np.searchsorted(wanted[order], wanted)
    return np.append(settled, 0)[at] if len(order) else np.zeros_like(shift)


def _rows_by_time(taken: Taken, delivered: Delivered) -> Ints:
    """Which row of the samples taken has each received one's boot and time, or NEVER."""
    result = np.full(len(delivered), NEVER, dtype=np.int64)
    for boot in np.unique(taken.boot):
        mine, theirs = np.flatnonzero(taken.boot == boot), np.flatnonzero(delivered.boot == boot)
        start_us = taken.time_us[mine]
        place = np.minimum(np.searchsorted(start_us, delivered.time_us[theirs]), len(mine) - 1)
        same = start_us[place] == delivered.time_us[theirs]
        result[theirs[same]] = mine[place[same]]
    return result


def _first_arrivals(row: Ints, samples: int) -> tuple[Ints, Bools]:
    """Which of the received each sample taken first was, and which of the received came again."""
    known = np.flatnonzero(row != NEVER)
    first = np.full(samples, NEVER, dtype=np.int64)
    first[row[known[::-1]]] = known[::-1]  # of several writes the last one stays: the first arrival
    duplicated = np.zeros(len(row), dtype=np.bool_)
    duplicated[known] = first[row[known]] != known
    return first, duplicated


def _out_of_order(row: Ints, fresh: Bools) -> Bools:
    result = np.zeros(len(row), dtype=np.bool_)
    order = row[fresh]
    result[fresh] = order < np.maximum.accumulate(order)
    return result


def _differs(row: Ints, taken: Taken, delivered: Delivered, *columns: str) -> Bools:
    if not len(taken):
        return np.zeros(len(row), dtype=np.bool_)
    result = np.zeros(len(row), dtype=np.bool_)
    for name in columns:
        result |= getattr(delivered, name) != getattr(taken, name)[row]
    return result


def _too_early(row: Ints, taken: Taken, delivered: Delivered) -> Bools:
    if not len(taken):
        return np.zeros(len(row), dtype=np.bool_)
    return np.asarray(delivered.arrival_us < taken.at_us[row])


def _declared(gaps: list[Gap], taken: Taken, number: Ints) -> tuple[Bools, int]:
    """Which samples lie in a gap that was declared after they were taken; and how many numbers were
    declared that were not taken by then. What is taken after the run's end counts neither way."""
    depth = np.zeros(len(taken) + 1, dtype=np.int64)
    unknown = 0
    for gap in gaps:
        first = int(_relative(np.array([gap.first], dtype=np.int64), taken)[0])
        end = min(first + gap.count, int(number[-1]) + 1 if len(taken) else 0)
        low, high = (int(at) for at in np.searchsorted(number, [first, end]))
        by_then = int(np.searchsorted(taken.at_us, gap.at_us, side="right"))
        true_end = min(high, max(low, by_then))
        depth[low] += 1
        depth[max(low, true_end)] -= 1
        unknown += max(0, (end - first) - (max(low, true_end) - low))
    return np.asarray(np.cumsum(depth)[:-1] > 0), unknown
