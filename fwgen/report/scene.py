"""A run as the pictures need it: each sample taken, with its arrival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fwgen.record import ASKING, AWAKE, Band, Floats, Ints, RunRecord
from fwgen.report.samples import NEVER, Bools, SampleCheck, check_samples, rows_of
from fwgen.series import PART, spans
from fwgen.wire.sample import SampleStatus


@dataclass(frozen=True)
class Scene:
    """The samples of a run, or of a part of it: those from row `first` on. Arrays have a value for
    each of these; times are seconds of scenario time."""

    record: RunRecord
    check: SampleCheck
    first: int
    taken_s: Floats
    arrival_s: Floats  # NaN: it never arrived
    value: Ints  # packed, as received
    has_value: Bools

    @property
    def end_s(self) -> float:
        return max(self.record.virtual_s, 1e-3)

    def got(self, index: int) -> Floats:
        """Return the received quantities of a channel; NaN: it never arrived, or has no value."""
        return np.where(self.has_value, self.record.quantities(self.value, index), np.nan)

    @property
    def arrived(self) -> Bools:
        return ~np.isnan(self.arrival_s)

    def bands(self, low_s: float, high_s: float) -> list[Band]:
        """Return Linux's bands, cut to this range."""
        return [
            Band(max(band.start_s, low_s), min(band.end_s, high_s), band.state)
            for band in self.record.bands
            if band.end_s > low_s and band.start_s < high_s
        ]

    def known_up_to(self) -> tuple[Floats, Floats]:
        """Return each arrival of new samples, and the time up to which Linux then has samples."""
        came = np.flatnonzero(self.arrived)
        order = came[np.argsort(self.arrival_s[came], kind="stable")]
        newest = np.maximum.accumulate(self.taken_s[order])
        arrival = self.arrival_s[order]
        last = np.append(np.diff(arrival) > 0, True) if len(order) else np.zeros(0, dtype=bool)
        return arrival[last], newest[last]

    def waiting(self, at_s: Floats) -> Ints:
        """Return how many samples are in the log at these ascending times.

        It is not known when a sample that never arrived left the log. It counts until a later one
        arrives, but at most as many are counted as the largest backlog at a wake-up.
        """
        waiting = self.taken_and_not_gone(at_s)
        most = max((sleep.backlog for sleep in self.record.sleeps), default=0)
        return np.minimum(waiting, most) if most and not self.arrived.all() else waiting

    def taken_and_not_gone(self, at_s: Floats) -> Ints:
        """Return how many of these samples are taken and still in the log at these times."""
        taken = np.searchsorted(self.taken_s, at_s, side="right")
        gone = np.searchsorted(self._gone_s, at_s, side="right")
        return np.asarray(taken - gone, dtype=np.int64)

    @cached_property
    def waited(self) -> Bools:
        """Samples taken while Linux was not up; they arrived when it was, or never."""
        back_s = np.array(ups_s(self.record))
        up = np.searchsorted(back_s, self.taken_s, side="right")
        next_up_s = np.append(back_s, np.inf)[up]
        return np.asarray(~self.arrived | (self.arrival_s >= next_up_s))

    @cached_property
    def _gone_s(self) -> Floats:
        """Sorted times at which samples left the log: the arrival of the sample, or of the next one
        that arrived; infinity if none did."""
        filled = np.where(self.arrived, self.arrival_s, np.inf)
        missing = np.flatnonzero(~self.arrived)
        if len(missing):
            came = np.append(np.flatnonzero(self.arrived), len(filled))
            following = came[np.searchsorted(came, missing)]
            filled[missing] = np.append(filled, self._next_arrival_s)[following]
        return np.sort(filled)

    @property
    def _next_arrival_s(self) -> float:
        """Return the arrival of the first sample after these that arrived."""
        later = self.check.place[self.first + len(self.taken_s) :]
        for first, end in spans(len(later)):
            came = np.flatnonzero(later[first:end] != NEVER)
            if len(came):
                place = later[first + came[:1]].astype(np.int64)
                return float(self.record.delivered.pick(place).arrival_us[0]) / 1e6
        return float(np.inf)


def ups_s(record: RunRecord) -> list[float]:
    """Return the times at which Linux's application runs again."""
    runs = [band.state in (AWAKE, ASKING) for band in record.bands]
    return [
        band.start_s
        for band, before, now in zip(record.bands[1:], runs, runs[1:], strict=False)
        if now and not before
    ]


@dataclass(frozen=True)
class Run:
    """All scenes of a run."""

    record: RunRecord
    check: SampleCheck

    @property
    def end_s(self) -> float:
        return max(self.record.virtual_s, 1e-3)

    def parts(self) -> Iterator[Scene]:
        """Yield the samples in the order in which they were taken; at least one part."""
        for first, end in spans(len(self.record.taken)) if len(self.record.taken) else [(0, 0)]:
            yield make_scene(self.record, self.check, first, end)

    def around(self, low_s: float, high_s: float) -> Scene:
        """Return the samples that were taken, waited or arrived between these times."""
        record = self.record
        low_us, high_us = round(low_s * 1e6), round(high_s * 1e6)
        first, end = record.taken.before(np.array([low_us, high_us + 1])).tolist()
        came = record.delivered.between(low_us, high_us)
        rows = rows_of(record, self.check, np.append(came, record.delivered.from_(low_us)))
        first = min([first, *rows[rows != NEVER].tolist()])
        end = max([end, *(rows + 1).tolist()])
        before = np.flatnonzero(self.check.place[max(0, first - PART) : first] != NEVER)
        if len(before):  # what never came waits until a later one comes
            first = max(0, first - PART) + int(before[-1]) + 1
        return make_scene(record, self.check, first, end)


def make_scene(
    record: RunRecord, check: SampleCheck | None = None, first: int = 0, end: int | None = None
) -> Scene:
    """Return the scene of the samples from row `first` to `end`. Without `check` they are checked
    again."""
    check = check or check_samples(record)
    end = len(record.taken) if end is None else end
    place = check.place[first:end].astype(np.int64)
    came = place != NEVER
    part = record.delivered.pick(place[came])
    arrival_s = np.full(len(came), np.nan)
    arrival_s[came] = part.arrival_us / 1e6
    has_value = came.copy()
    has_value[came] = part.status < SampleStatus.NO_ECHO
    value = np.zeros(len(came), dtype=np.int64)
    value[came] = part.value
    return Scene(
        record=record,
        check=check,
        first=first,
        taken_s=record.taken.part(first, end).at_us / 1e6,
        arrival_s=arrival_s,
        value=value,
        has_value=has_value,
    )
