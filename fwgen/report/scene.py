"""A run as the pictures see it: each sample taken, with what arrived of it and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fwgen.record import ASKING, AWAKE, Band, Floats, Ints, RunRecord
from fwgen.report.samples import NEVER, Bools, SampleCheck, check_samples
from fwgen.wire.sample import SampleStatus


@dataclass(frozen=True)
class Scene:
    """Arrays have a value for each sample taken; times are seconds of scenario time."""

    record: RunRecord
    check: SampleCheck
    taken_s: Floats
    arrival_s: Floats  # NaN: it never arrived
    got_mm: Floats  # as received; NaN: never, or without a distance
    got_status: Ints  # as received; NEVER: never

    @property
    def end_s(self) -> float:
        return max(self.record.virtual_s, 1e-3)

    def bands(self, low_s: float, high_s: float) -> list[Band]:
        """What Linux was doing, cut to this range."""
        return [
            Band(max(band.start_s, low_s), min(band.end_s, high_s), band.state)
            for band in self.record.bands
            if band.end_s > low_s and band.start_s < high_s
        ]

    def known_up_to(self) -> tuple[Floats, Floats]:
        """At each arrival that brings news, up to which instant Linux then knows the samples."""
        came = np.flatnonzero(self.check.arrived)
        order = came[np.argsort(self.arrival_s[came], kind="stable")]
        newest = np.maximum.accumulate(self.taken_s[order])
        arrival = self.arrival_s[order]
        last = np.append(np.diff(arrival) > 0, True) if len(order) else np.zeros(0, dtype=bool)
        return arrival[last], newest[last]

    def waiting(self, at_s: Floats) -> Ints:
        """How many samples are in the log at these instants, ascending.

        When a sample that never arrived left the log is not known: it counts until a later one
        arrives, but the log never holds more than what the fullest one gave when Linux woke.
        """
        taken = np.searchsorted(self.taken_s, at_s, side="right")
        gone = np.searchsorted(self._gone_s, at_s, side="right")
        waiting = np.asarray(taken - gone, dtype=np.int64)
        most = max((sleep.backlog for sleep in self.record.sleeps), default=0)
        return np.minimum(waiting, most) if most and not self.check.arrived.all() else waiting

    @cached_property
    def ups_s(self) -> list[float]:
        """When Linux's application has come back."""
        runs = [band.state in (AWAKE, ASKING) for band in self.record.bands]
        return [
            band.start_s
            for band, before, now in zip(self.record.bands[1:], runs, runs[1:], strict=False)
            if now and not before
        ]

    @cached_property
    def waited(self) -> Bools:
        """Samples that were taken while Linux was not up, and came when it was, or never."""
        late = ~self.check.arrived
        for up_s in self.ups_s:
            late |= (self.taken_s < up_s) & (self.arrival_s >= up_s)
        return np.asarray(late)

    @cached_property
    def _gone_s(self) -> Floats:
        """Sorted: a sample's arrival, or that of the next later one that arrived; else infinity."""
        filled = np.where(self.check.arrived, self.arrival_s, np.inf)
        missing = np.flatnonzero(~self.check.arrived)
        came = np.append(np.flatnonzero(self.check.arrived), len(filled))
        following = came[np.searchsorted(came, missing)]
        filled[missing] = np.append(filled, np.inf)[following]
        return np.sort(filled)


def make_scene(record: RunRecord) -> Scene:
    """Checks the samples once more: the pictures rest on the record alone."""
    check = check_samples(record)
    delivered = record.delivered
    came = check.place != NEVER
    place = check.place[came]
    arrival_s = np.full(len(came), np.nan)
    arrival_s[came] = delivered.arrival_us[place] / 1e6
    status = np.full(len(came), NEVER, dtype=np.int64)
    status[came] = delivered.status[place]
    got_mm = np.full(len(came), np.nan)
    got_mm[came] = delivered.distance_mm[place]
    got_mm[status >= SampleStatus.NO_ECHO] = np.nan
    return Scene(
        record=record,
        check=check,
        taken_s=record.taken.at_us / 1e6,
        arrival_s=arrival_s,
        got_mm=got_mm,
        got_status=status,
    )
