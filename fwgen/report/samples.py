"""Finds out what happened to every sample: compares the received samples with those taken.

It does not rely on the peer's own records. A received sample is identified by its number (modulo
2^32, as on the wire; a run has fewer than 2^31 samples), unless the times show that the firmware
lost samples before it numbered them.

A run may have tens of millions of samples: they are processed in parts, with few bytes for each. An
error that no sample has takes no memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.errors import ToolBrokeError
from fwgen.record import Gap, RunRecord
from fwgen.report.due import FAR, Due
from fwgen.series import NEVER, Delivered, Ints, PackedTaken, Taken, circular, spans

Bools = NDArray[np.bool_]

__all__ = ["NEVER", "Bools", "SampleCheck", "check_samples", "runs"]

_FLAWS: Final = ("unknown", "duplicated", "out_of_order", "wrong_value", "wrong_time", "too_early")


@dataclass(frozen=True)
class SampleCheck:
    """Every sample taken has exactly one fate: it arrived, was declared lost, waits, or is lost."""

    # a value for each sample taken
    place: NDArray[np.int32]  # index of its first arrival; NEVER if it did not arrive
    in_gap: Bools

    # a value for each sample received; a sample can be wrong in more than one way
    shift: Ints  # how much too small its number is: samples lost before they got a number
    unknown: Bools  # with a number that no sample has
    duplicated: Bools
    out_of_order: Bools  # a later one had arrived before
    wrong_value: Bools  # distance, status or lateness
    wrong_time: Bools  # schedule time, boot or spec
    too_early: Bools  # it arrived before it was taken

    waiting: Bools  # a value for each sample taken: in the log at the end, and not due yet
    declared_unknown: int  # numbers declared lost before such samples were taken

    @property
    def arrived(self) -> Bools:
        return np.asarray(self.place != NEVER)

    @property
    def declared(self) -> Bools:
        """Samples in a declared gap, or in an erased log, that did not arrive."""
        return np.asarray(self.in_gap & (self.place == NEVER)) if _any(self.in_gap) else self.in_gap

    @property
    def lost(self) -> Bools:
        missing: Bools = self.place == NEVER
        if _any(self.in_gap):
            missing &= ~self.in_gap
        if _any(self.waiting):
            missing &= ~self.waiting
        return missing

    @property
    def declared_arrived(self) -> Bools:
        """Samples that were declared lost but arrived."""
        return np.asarray(self.in_gap & self.arrived) if _any(self.in_gap) else self.in_gap

    @property
    def wrong(self) -> Bools:
        """Received samples that differ in any way from the samples taken."""
        ways = (self.unknown, self.wrong_value, self.wrong_time, self.too_early)
        found = [mask for mask in ways if _any(mask)]
        return np.logical_or.reduce(found) if len(found) > 1 else [*found, self.unknown][0]


def check_samples(record: RunRecord) -> SampleCheck:
    """Return the check. Raises ToolBrokeError if the record's list of samples taken is invalid."""
    taken = record.taken
    if len(taken) and (trouble := taken.disorder()):
        raise ToolBrokeError(trouble)
    check = _look(record, None)
    if check.wrong_time.any():
        shift = _shift(taken.whole(), record.delivered.whole())
        if shift.any():
            check = _look(record, shift)
    return check


def check_all(record: RunRecord) -> list[SampleCheck]:
    """Return the check of each sensor's samples."""
    return [check_samples(one) for one in record.of_sensors]


def rows_of(record: RunRecord, check: SampleCheck, places: Ints) -> Ints:
    """Return for each of these received samples its row among the samples taken, or NEVER."""
    part = record.delivered.pick(places)
    return record.taken.find(circular(part.seq, record.taken.first_seq) + check.shift[places])


def _look(record: RunRecord, shift: Ints | None) -> SampleCheck:
    """Check all samples. `shift`: how much too small each received number is; None: 0."""
    taken, delivered = record.taken, record.delivered
    place = np.full(len(taken), NEVER, dtype=np.int32)
    flaws = {name: _none(len(delivered)) for name in _FLAWS}
    newest = NEVER
    for first, end in spans(len(delivered)):
        part = delivered.part(first, end)
        numbers = circular(part.seq, taken.first_seq)
        row = taken.find(numbers if shift is None else numbers + shift[first:end])
        found = _compare(row, taken, part)
        found["duplicated"] = _settle(row, first, place)
        found["out_of_order"], newest = _out_of_order(
            row, (row != NEVER) & ~found["duplicated"], newest
        )
        for name, mask in found.items():
            if mask.any():
                if not flaws[name].flags.writeable:
                    flaws[name] = flaws[name].copy()
                flaws[name][first:end] = mask
    in_gap, declared_unknown = _declared(record.gaps, taken)
    if record.erasures:
        in_gap = in_gap | _erased(record, place, in_gap)
    no_shift = np.broadcast_to(np.int64(0), (len(delivered),))
    return SampleCheck(
        place=place,
        in_gap=in_gap,
        shift=no_shift if shift is None else shift,
        waiting=_waiting(record, place, in_gap),
        declared_unknown=declared_unknown,
        **flaws,
    )


def _waiting(record: RunRecord, place: NDArray[np.int32], in_gap: Bools) -> Bools:
    """Return which samples are in the log's memory at the end and not due yet."""
    taken = record.taken
    if not record.in_log or not len(taken):
        return _none(len(taken))
    waiting = np.zeros(len(taken), dtype=np.bool_)
    for first_seq, count in record.in_log:
        first = int(circular(np.array([first_seq], dtype=np.int64), taken.first_seq)[0])
        waiting[taken.count_before(first) : taken.count_before(first + count)] = True
    rows = np.flatnonzero(waiting & (place == NEVER) & ~in_gap)
    waiting[:] = False
    if len(rows):
        waiting[rows] = Due(record, place).of(taken.at(rows)) == FAR
    return waiting


def _erased(record: RunRecord, place: NDArray[np.int32], in_gap: Bools) -> Bools:
    """Return which samples were in the log when its memory was erased, if the peer learned that.
    A sample that had to arrive before is not excused."""
    taken = record.taken
    gone = np.zeros(len(taken), dtype=np.bool_)
    due = Due(record, place)
    first = 0
    for erasure in record.erasures:
        end = int(taken.before(np.array([erasure.at_us], dtype=np.int64))[0])
        rows = first + np.flatnonzero((place[first:end] == NEVER) & ~in_gap[first:end])
        if erasure.told_us is not None:
            gone[rows] = due.of(taken.at(rows)) >= erasure.at_us
        first = end
    return gone


def _any(mask: Bools) -> bool:
    """Whether any is True; fast for a mask made by _none."""
    return bool(mask.flags.writeable and mask.any())


def _none(count: int) -> Bools:
    """Return a mask that is False everywhere and takes no memory; copy it before writing."""
    return np.broadcast_to(np.False_, (count,))


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Return first and last index of each run of True."""
    if not mask.any():
        return []
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]


def _compare(row: Ints, taken: Taken | PackedTaken, part: Delivered) -> dict[str, Bools]:
    known = row != NEVER
    found = {"unknown": ~known}
    if not known.any():
        return found
    due = taken.pick(np.where(known, row, 0))
    for name, columns in _COMPARED.items():
        differs = np.zeros(len(row), dtype=np.bool_)
        for column in columns:
            differs |= getattr(part, column) != getattr(due, column)
        found[name] = known & differs
    found["too_early"] = known & (part.arrival_us < due.at_us)
    return found


_COMPARED: Final = {
    "wrong_value": ("value", "status", "late_16ths"),
    "wrong_time": ("time_us", "boot", "spec"),
}


def _shift(taken: Taken, delivered: Delivered) -> Ints:
    """Return how much too small the received numbers are, judged by the samples' times.

    If a firmware loses a sample before it has numbered it, all later numbers are too small. So a
    shift counts only if every later sample confirms it. A single block with a wrong time or number
    has no shift.
    """
    wanted = circular(delivered.seq, taken.first_seq)
    number = circular(taken.seq, taken.first_seq)
    shift = np.zeros(len(wanted), dtype=np.int64)
    by_time = _rows_by_time(taken, delivered)
    seen = (by_time != NEVER) & (taken.find(wanted) != NEVER)
    shift[seen] = number[by_time[seen]] - wanted[seen]
    seen &= shift >= 0
    order = np.argsort(wanted, kind="stable")
    order = order[seen[order]]
    settled = np.minimum.accumulate(shift[order][::-1])[::-1]
    at = np.searchsorted(wanted[order], wanted)
    return np.append(settled, 0)[at] if len(order) else np.zeros_like(shift)


def _rows_by_time(taken: Taken, delivered: Delivered) -> Ints:
    """Return for each received sample the row of the sample taken with the same boot and time, or
    NEVER."""
    result = np.full(len(delivered), NEVER, dtype=np.int64)
    for boot in np.unique(taken.boot):
        mine, theirs = np.flatnonzero(taken.boot == boot), np.flatnonzero(delivered.boot == boot)
        start_us = taken.time_us[mine]
        place = np.minimum(np.searchsorted(start_us, delivered.time_us[theirs]), len(mine) - 1)
        same = start_us[place] == delivered.time_us[theirs]
        result[theirs[same]] = mine[place[same]]
    return result


def _settle(row: Ints, first: int, place: NDArray[np.int32]) -> Bools:
    """Note in `place` which samples have arrived with this part (the received samples from `first`
    on); return which of them are repetitions."""
    known = np.flatnonzero(row != NEVER)
    rows = row[known]
    news = place[rows] == NEVER
    # reversed, so that the last write is the first arrival
    place[rows[news][::-1]] = (first + known[news])[::-1]
    again = np.zeros(len(row), dtype=np.bool_)
    again[known] = place[rows] != first + known
    return again


def _out_of_order(row: Ints, fresh: Bools, newest: int) -> tuple[Bools, int]:
    """Return which samples are out of order, and the highest row after this part. `newest`: the
    highest row before it."""
    result = np.zeros(len(row), dtype=np.bool_)
    order = row[fresh]
    highest = np.maximum.accumulate(np.append(newest, order))
    result[fresh] = order < highest[1:]
    return result, int(highest[-1])


def _declared(gaps: list[Gap], taken: Taken | PackedTaken) -> tuple[Bools, int]:
    """Return which samples are in a gap that was declared after they were taken, and how many
    numbers were declared before they were taken. Samples taken after the run's end do not count."""
    in_gap = np.zeros(len(taken), dtype=np.bool_) if gaps else _none(len(taken))
    behind = 0
    if len(taken):
        last = taken.seq_of(np.array([len(taken) - 1], dtype=np.int64))
        behind = int(circular(last, taken.first_seq)[0]) + 1
    unknown = 0
    for gap in gaps:
        first = int(circular(np.array([gap.first], dtype=np.int64), taken.first_seq)[0])
        end = min(first + gap.count, behind)
        low, high = taken.count_before(first), taken.count_before(end)
        by_then = int(taken.before(np.array([gap.at_us + 1], dtype=np.int64))[0])
        true_end = max(low, min(high, by_then))
        in_gap[low:true_end] = True
        unknown += max(0, (end - first) - (true_end - low))
    return in_gap, unknown
