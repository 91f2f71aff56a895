"""When each sample must arrive at the latest: the spec's latency plus the peer's own delays. It is
computed from the spec and from when Linux read, not from the firmware's messages."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.record import Ints, RunRecord
from fwgen.series import NEVER, spans

FAR: Final = 1 << 62
"""For a sample without a deadline: Linux never read for long enough after it."""
SLACK_US: Final = 50_000
"""The firmware's slack: a kernel timeout may end with a wrap of SysTick, up to 42 ms late."""
_BEGINNING_US: Final = 1_000_000
"""Until hello or WAKE is answered: the peer repeats it every 200 ms."""
_BACKLOG_US: Final = 20
"""For each sample that waited: Linux decodes it in 5 us and reads its bytes in 1 us; the rest is
slack for rings and acknowledgements."""


class Due:
    """Deadlines of samples. `place`: see SampleCheck.

    The backlog when Linux begins to read gets the time that Linux needs for it. From then on no
    sample may be older than the latency when it arrives.
    """

    def __init__(self, record: RunRecord, place: NDArray[np.int32]) -> None:
        asked = record.asked
        self.applies = asked is not None and bool(record.streams)
        if asked is None or not record.streams:
            return
        self.age_us = asked.latency_us + asked.measures_us + SLACK_US
        starts_us = np.array([stream.start_us for stream in record.streams], dtype=np.int64)
        ends_us = np.array([stream.end_us for stream in record.streams], dtype=np.int64)
        waiting = record.taken.before(starts_us) - _arrived_before(record, place, starts_us)
        ready_us = starts_us + _BEGINNING_US + _BACKLOG_US * waiting
        enough = ready_us + self.age_us <= ends_us
        self._ready_us, self._ends_us = ready_us[enough], ends_us[enough]

    def of(self, at_us: Ints) -> Ints:
        """Return the deadlines of samples scheduled at these times."""
        if not self.applies or not len(self._ends_us):
            return np.full(len(at_us), FAR, dtype=np.int64)
        found = np.searchsorted(self._ends_us, at_us + self.age_us)
        ready_us = np.append(self._ready_us, FAR)[found]
        return np.where(ready_us == FAR, FAR, np.maximum(at_us, ready_us) + self.age_us)


def _arrived_before(record: RunRecord, place: NDArray[np.int32], instants_us: Ints) -> Ints:
    """Return how many samples had arrived before each of these times."""
    found = np.zeros(len(instants_us), dtype=np.int64)
    for first, end in spans(len(place)):
        came = place[first:end].astype(np.int64)
        arrival_us = np.sort(record.delivered.arrived(came[came != NEVER]))
        found += np.searchsorted(arrival_us, instants_us)
    return found
