"""A sensor of the simulated M33: what it reads, and the samples that the firmware must have."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fwgen.sensor import Instants, model_of
from fwgen.series import Late, Life, PackedTaken, spec_number, word_code
from fwgen.wire.channel import value_bits

if TYPE_CHECKING:
    from fwgen.backends.host.library import Machine
    from fwgen.plan.model import Plan, PlannedSensor
    from fwgen.sensor import Scene

FIRST_SAMPLE_US: Final = 100_000
"""From the firmware's start to its first trigger: the host's clock minus scenario time."""
_READINGS_AT_ONCE: Final = 1 << 16
_MOST_LATE: Final = 15


@dataclass
class _Boot:
    """One start of the firmware: when it began on the host's clock, and the samples that its log
    must contain, as words in wire format."""

    began_us: int
    number: int
    words: array[int]


class Feed:
    """`first_seq`: the number of the first sample."""

    def __init__(self, plan: Plan, planned: PlannedSensor, scene: Scene, first_seq: int) -> None:
        self.planned = planned
        self.sensor = model_of(planned.part.TYPE).simulated(planned, scene)
        self.first_seq = first_seq
        self._spec = spec_number(plan.spec.spec_hash)
        self._boots: list[_Boot] = []
        self._stalled: dict[int, int] = {}  # late by so many us because the M33 halted, by row
        self._waited: dict[int, int] = {}  # and because the sensor waited
        self._late_us: dict[int, int] = {}  # by index since the firmware's start
        self.rows_before_log: list[int] = []
        """Samples taken before each erasure of the log."""

    @property
    def rows(self) -> int:
        """Number of samples taken so far."""
        return sum(len(boot.words) for boot in self._boots)

    @property
    def boots(self) -> int:
        """Number of the last start of the firmware."""
        return self._boots[-1].number

    @property
    def next_seq(self) -> int:
        """Number, in the present log, that follows the last sample's."""
        return self.first_seq + self.rows - (self.rows_before_log or [0])[-1]

    def begin(self, began_us: int, number: int) -> None:
        """The firmware starts."""
        words = array(word_code(value_bits(self.planned.channels)))
        self._boots.append(_Boot(began_us, number, words))
        self._late_us.clear()

    def halt(self, machine: Machine) -> None:
        """The firmware stops: what it has not measured to the end is no sample."""
        del self._boots[-1].words[machine.samples(self.planned.number) :]
        self._stalled, self._waited = (
            {row: late_us for row, late_us in late.items() if row < self.rows}
            for late in (self._stalled, self._waited)
        )

    def mark(self) -> tuple[int, int]:
        """Return where the samples end now, for `cut`."""
        return len(self._boots), len(self._boots[-1].words)

    def cut(self, mark: tuple[int, int]) -> None:
        """Forget the samples after the mark."""
        boots, counted = mark
        del self._boots[boots:]
        del self._boots[-1].words[counted:]

    def stall(self, now_us: int, for_us: int) -> None:
        """The M33 halts for this long."""
        boot, period_us = self._boots[-1], self.planned.period_us
        since_us = now_us - boot.began_us - FIRST_SAMPLE_US
        index = max(0, -(-since_us // period_us))
        late_us = since_us + for_us - index * period_us
        if late_us > 0:
            row = sum(len(before.words) for before in self._boots[:-1]) + index
            self._stalled[row] = late_us
            self._late_us[index] = late_us

    def give(self, machine: Machine, end_us: int) -> None:
        """Read the sensor for the next measurements before end_us (host's clock), in large
        parts."""
        boot, period_us = self._boots[-1], self.planned.period_us
        first = len(boot.words)
        begin_us = boot.began_us + FIRST_SAMPLE_US + period_us * first
        count = min(_READINGS_AT_ONCE, max(0, -((begin_us - end_us) // period_us)))
        at_us = begin_us + period_us * np.arange(count, dtype=np.int64)
        t_ms = (at_us - FIRST_SAMPLE_US + 500) // 1000
        end = first + len(at_us)
        late_us = {
            index - first: late for index, late in self._late_us.items() if first <= index < end
        }
        readings = self.sensor.read(Instants(at_us, t_ms, late_us))
        row = self.rows
        for index in np.flatnonzero(readings.waits_us).tolist():
            self._waited[row + index] = int(readings.waits_us[index])
        boot.words.frombytes(readings.words.tobytes())
        machine.give(readings.given, first, self.planned.number)

    def taken(self) -> PackedTaken:
        """Return all samples triggered until now."""
        parts = [np.asarray(boot.words) for boot in self._boots]
        lives, row = [], 0
        for boot in self._boots:
            lives.append(Life(boot.number, row, FIRST_SAMPLE_US, boot.began_us))
            row += len(boot.words)
        return PackedTaken(
            first_seq=self.first_seq,
            period_us=self.planned.period_us,
            lives=lives,
            words=np.concatenate(parts),  # copies: the array may still grow
            spec=self._spec,
            value_bits=value_bits(self.planned.channels),
            late=self._late(),
        )

    def _late(self) -> Late:
        rows = sorted({*self._stalled, *self._waited})
        late_us = [self._stalled.get(row, 0) + self._waited.get(row, 0) for row in rows]
        sixteenths = [min(_MOST_LATE, us * 16 // self.planned.period_us) for us in late_us]
        return Late(np.array(rows, dtype=np.int64), np.array(sixteenths, dtype=np.int64))
