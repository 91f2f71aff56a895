"""Collects what the application receives of one sensor's stream during a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np

from fwgen.backends.blocks import Blocks
from fwgen.backends.sleeps import OpenSleep, sleep_record
from fwgen.record import Gap, RunRecord, Taken
from fwgen.series import PackedTaken, circular
from fwgen.wire.channel import Channel, value_bits


@dataclass
class Collected:
    """`channels`: of the sensor. Times are microseconds of scenario time."""

    channels: tuple[Channel, ...]
    blocks: Blocks = field(init=False)
    gaps: list[Gap] = field(default_factory=list)
    gap_logs: list[int] = field(default_factory=list)
    """For each gap: the erasures of the log before it."""

    def __post_init__(self) -> None:
        self.blocks = Blocks(value_bits(self.channels))

    def gap(self, first: int, count: int, at_us: int, erasures: int) -> None:
        """The firmware has declared these samples lost; `first` as on the wire."""
        self.gaps.append(Gap(first, count, at_us))
        self.gap_logs.append(erasures)

    def shift(self, by_us: int) -> None:
        self.blocks.shift(by_us)
        self.gaps = [replace(gap, at_us=gap.at_us + by_us) for gap in self.gaps]

    def fill(
        self,
        record: RunRecord,
        taken: Taken | PackedTaken,
        until_us: int,
        offsets: Sequence[int],
        sleeps: list[OpenSleep],
    ) -> None:
        """Fill in the samples, the gaps, and what was sent after each sleep. `offsets`: see
        Ledger.record."""
        of_log = (0, *offsets)
        self.blocks.renumber(offsets)
        record.taken = taken
        record.delivered = self.blocks.delivered(taken, until_us)
        unwrapped = [
            replace(gap, first=gap.first + of_log[log])
            for gap, log in zip(self.gaps, self.gap_logs, strict=True)
        ]
        record.gaps = _numbered(unwrapped, taken)
        backlogs = [
            None if sleep.up_us is None else self.blocks.after(taken, sleep.up_us)
            for sleep in sleeps
        ]
        record.oldest_us = [backlog.oldest_us if backlog else None for backlog in backlogs]
        record.sleeps = [
            sleep_record(sleep, following, backlog, until_us)
            for sleep, following, backlog in zip_longest(sleeps, sleeps[1:], backlogs)
        ]
        record.log_bytes_per_sample = self.blocks.density(taken)


def _numbered(gaps: list[Gap], taken: Taken | PackedTaken) -> list[Gap]:
    """Return the gaps with unwrapped numbers: those nearest to the samples taken."""
    origin = taken.first_seq
    first = circular(np.array([gap.first for gap in gaps], dtype=np.int64), origin)
    return [replace(gap, first=origin + int(at)) for gap, at in zip(gaps, first, strict=True)]
