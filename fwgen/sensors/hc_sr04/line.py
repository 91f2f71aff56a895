"""The echo line over many triggers: a pulse may still last when the next trigger comes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fwgen.sensors.hc_sr04.kinds import ENDLESS, HELD, NO_PULSE, SensorKind
from fwgen.sensors.hc_sr04.times import ECHO_BEGINS_US

Ints = NDArray[np.int64]


class EchoLine:
    """The line of a sensor that is triggered in every period.

    The sensor ignores triggers while it measures. A firmware that finds the line high at a trigger
    reports HELD if no pulse follows.
    """

    def __init__(self, kind: SensorKind, period_us: int, pulled_low: bool) -> None:
        self.kind = kind
        """It may change between two calls."""
        self._period_us = period_us
        self._pulled_low = pulled_low
        self._comes_back = False  # of a pulse without an end: it ends at the next trigger
        self._up_until_us = 0
        self._stuck = False

    def hold_old_echoes(
        self, triggers_us: Ints, echoes: Ints, late_us: Mapping[int, int] | None = None
    ) -> None:
        """Set `echoes` to HELD, in place, where an earlier pulse has not ended. The triggers
        continue those of the previous call. `late_us`: by index, how late a trigger is; its pulse
        becomes ENDLESS if it has not ended at the next trigger."""
        late_us = late_us or {}
        if self._stuck and len(echoes):
            self._stay(echoes, 0)
        echoes[triggers_us < self._up_until_us] = HELD
        real = (echoes != NO_PULSE) & (echoes != HELD)
        room_us = np.full(len(echoes), self._period_us, dtype=np.int64)
        for index, late in late_us.items():
            room_us[index] -= late
        long = real & (ECHO_BEGINS_US + echoes > room_us)
        for index in np.flatnonzero(long).tolist():
            if echoes[index] == HELD:
                continue
            if echoes[index] == ENDLESS:
                self._stuck = True
                by = self.kind.ends_by
                self._comes_back = by == "trigger" or (by == "pull" and self._pulled_low)
                self._stay(echoes, index + 1)
            else:
                begins_us = int(triggers_us[index]) + late_us.get(index, 0) + ECHO_BEGINS_US
                self._up_until_us = begins_us + int(echoes[index])
                behind = int(np.searchsorted(triggers_us, self._up_until_us))
                echoes[index + 1 : behind] = HELD
                if index in late_us:
                    echoes[index] = ENDLESS

    def _stay(self, echoes: Ints, index: int) -> None:
        """An endless pulse still holds the line high at this trigger."""
        if not self._comes_back:
            echoes[index:] = HELD
        elif index < len(echoes):
            echoes[index] = HELD
            self._stuck = False
