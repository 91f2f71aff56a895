"""The echo line over many triggers: what is left of one measurement when the next one is due."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fwgen.plan.sensor import ECHO_BEGINS_US
from fwgen.sensor.kinds import ENDLESS, HELD, NO_PULSE, SensorKind

Ints = NDArray[np.int64]


class EchoLine:
    """Of a sensor that is triggered in every period. While it measures it ignores triggers; a
    firmware that finds the line high at a trigger says so (HELD) if no pulse follows."""

    def __init__(self, kind: SensorKind, period_us: int, pulled_low: bool) -> None:
        self._period_us = period_us
        self._comes_back = kind.ends_by == "trigger" or (kind.ends_by == "pull" and pulled_low)
        self._up_until_us = 0
        self._stuck = False

    def hold_old_echoes(self, triggers_us: Ints, echoes: Ints) -> None:
        """`echoes` of these triggers, which continue those of the call before: HELD wherever an
        earlier pulse has not ended. In place."""
        if self._stuck and len(echoes):
            self._stay(echoes, 0)
        echoes[triggers_us < self._up_until_us] = HELD
        real = (echoes != NO_PULSE) & (echoes != HELD)
        long = real & (ECHO_BEGINS_US + echoes > self._period_us)
        for index in np.flatnonzero(long).tolist():
            if echoes[index] == HELD:
                continue
            if echoes[index] == ENDLESS:
                self._stuck = True
                self._stay(echoes, index + 1)
            else:
                self._up_until_us = int(triggers_us[index] + ECHO_BEGINS_US + echoes[index])
                behind = int(np.searchsorted(triggers_us, self._up_until_us))
                echoes[index + 1 : behind] = HELD

    def _stay(self, echoes: Ints, index: int) -> None:
        """The line is up since a pulse without end when this trigger comes."""
        if not self._comes_back:
            echoes[index:] = HELD
        elif index < len(echoes):
            echoes[index] = HELD
            self._stuck = False
