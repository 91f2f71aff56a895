"""UTC for the service: dates samples, waits for a system clock that is not set, reports leaps."""

from __future__ import annotations

from collections.abc import Callable

from fwgen.peer.events import Samples
from fwgen.service.dating import Dating, LastDated
from fwgen.service.items import Dated, Mark, Redate
from fwgen.service.system_clock import LEAP_US, is_set, utc_offset_us


class Clock:
    """`offset_us` returns UTC less Linux's clock; `tell` gets a line for people.

    Give `dating.watch` to the session. All calls come from the session's thread.
    """

    def __init__(
        self,
        last: LastDated | None,
        tell: Callable[[str], None],
        offset_us: Callable[[], float] = utc_offset_us,
    ) -> None:
        self._tell = tell
        self._read_offset_us = offset_us
        self._offset_us = offset_us()
        self._undated = False
        self.dating = Dating(last, self._offset_us)

    def date(self, event: Samples) -> Dated | None:
        """Return the samples' time; None: not known, or the system clock is not set yet."""
        self.check()
        dated = self.dating.date(event.log, event.block, event.skip, self._offset_us)
        if dated is not None and not is_set(self._offset_us):
            self._undated = True
            return None
        return dated

    def check(self) -> None:
        """Read the system clock; call it often, so that a leap is reported when it happens."""
        offset_us = self._read_offset_us()
        leap_us = offset_us - self._offset_us
        self._offset_us = offset_us
        if abs(leap_us) >= LEAP_US:
            self._tell(f"the system clock leapt by {leap_us / 1e6:+.3f} s")

    def redate(self, mark: Mark | None) -> Redate | None:
        """Return the time of the stored samples that have none, once it is known. `mark`: that of
        the last item."""
        newest = self.dating.newest()
        if not self._undated or mark is None or newest is None or not is_set(self._offset_us):
            return None
        log, boot, pair = newest
        if log != mark.log.identity:
            return None
        self._undated = False
        utc_us = round(pair.linux_us + self._offset_us)
        return Redate(mark, boot, pair.device_us, utc_us, round(pair.within_us))
