"""Linux's clock, which is apart from the firmware's, and the times that the service gives samples.

Scenario time is the firmware's clock. The service dates each block when it receives it, as on a
board (fwgen.service.dating); a new application knows the last sample that was stored.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np

from fwgen.peer.events import Samples
from fwgen.record import Dates
from fwgen.service.dating import Dating, LastDated
from fwgen.service.items import Dated

_MILLION = 1_000_000
_STATUS_US = 5_500_000
"""Longer than the firmware waits between two status messages."""
_STREAMS = 2


def _numbers() -> tuple[array[float], ...]:
    return tuple(array("d") for _ in range(_STREAMS))


@dataclass
class Dater:
    """`ppm`: how much faster the firmware's clock runs. By stream and block: `utc_us` and `step_us`
    of its samples, and `within_us`; negative if their time is not known or not judged."""

    ppm: int
    dating: Dating = field(default_factory=Dating)
    _last: LastDated | None = None
    _shift_us: int = 0
    _doubted_us: int = 0
    _utc_us: tuple[array[float], ...] = field(default_factory=_numbers)
    _step_us: tuple[array[float], ...] = field(default_factory=_numbers)
    _within_us: tuple[array[float], ...] = field(default_factory=_numbers)

    def linux_us(self, at_us: int) -> int:
        """Return Linux's time of an instant."""
        return at_us - at_us * self.ppm // _MILLION

    def at_us(self, linux_us: int) -> int:
        """Return the first instant that has this time of Linux, or a later one."""
        at_us = linux_us * _MILLION // (_MILLION - self.ppm)
        while self.linux_us(at_us) >= linux_us:
            at_us -= 1
        while self.linux_us(at_us) < linux_us:
            at_us += 1
        return at_us

    def start(self) -> None:
        """An application starts."""
        self.dating = Dating(self._last)

    def date(self, samples: Samples) -> Dated | None:
        """The application has received samples."""
        return self.dating.date(samples.log, samples.block, samples.skip, 0.0)

    def delayed(self, until_us: int) -> None:
        """Messages to Linux may take longer until then than the service assumes."""
        self._doubted_us = max(self._doubted_us, until_us + _STATUS_US)

    def stored(self, samples: Samples, dated: Dated | None, at_us: int) -> None:
        """The application has stored samples with this time, which it received at `at_us`."""
        block, stream = samples.block, samples.block.stream
        none = Dated(0.0, 0.0, -1, "")
        utc_us, step_us, within_us, _ = dated or none
        self._utc_us[stream].append(utc_us)
        self._step_us[stream].append(step_us)
        self._within_us[stream].append(within_us if at_us > self._doubted_us else -1)
        if dated is not None:
            count = block.count - 1
            device_us = block.start_us + count * block.period_us
            last_us = round(utc_us + (count - samples.skip) * step_us)
            self._last = LastDated(samples.log, block.boot, device_us, last_us, within_us)

    def shift(self, by_us: int) -> None:
        """Scenario time is `by_us` ahead of the clock that `linux_us` was given."""
        self._shift_us += by_us

    def dates(self, stream: int) -> Dates:
        """Return the times of a stream's blocks."""
        return Dates(
            self.ppm,
            self._shift_us,
            np.array(self._utc_us[stream]),
            np.array(self._step_us[stream]),
            np.array(self._within_us[stream]),
        )
