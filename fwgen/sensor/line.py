"""The echo line over many triggers: a pulse may still last when the next trigger comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fwgen.plan.sensor import ECHO_BEGINS_US
from fwgen.sensor.kinds import ENDLESS, HELD, NO_PULSE, SensorKind

Ints = NDArray[np.int64]


class EchoLine:
    """The line of a sensor that is triggered in every period.

    The sensor ignores triggers while it measures. A firmware that finds the line high at a trigger
    reports HELD if no pulse follows.
    """

    def __init__(self, kind: SensorKind, period_us: int, pulled_low: bool) -> None:
        self._period_us = period_us
        self._comes_back = kind.ends_by == "trigger" or (kind.ends_by == "pull" and pulled_low)
        self._up_until_us = 0
        self._stuck = False

    def hold_old_echoes(self, triggers_us: Ints, echoes: Ints) -> None:
        """Set `echoes` to HELD, in place, where an earlier pulse has not ended. The triggers
        continue those of the previous call."""
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
        """An endless pulse still holds the line high at this trigger."""
        if not self._comes_back:
            echoes[index:] = HELD
        elif index < len(echoes):
            echoes[index] = HELD
            self._stuck = False
