"""When each sample has to be there at the latest: the spec's latency, and what the peer's own pace
adds to it. Reckoned from the spec and from when Linux read, not from what the firmware says."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.record import Ints, RunRecord
from fwgen.series import NEVER, spans

FAR: Final = 1 << 62
"""Of a sample that has no time: no stretch in which Linux read was long enough."""
SLACK_US: Final = 50_000
"""The firmware's own: a timeout of its kernel ends with a wrap of SysTick, up to 42 ms late."""
_BEGINNING_US: Final = 1_000_000
"""Until hello or WAKE are answered: they are repeated every 200 ms."""
_BACKLOG_US: Final = 20
"""For each sample that waited: Linux decodes it in 5 us, its bytes take another, the rest is room
for rings and acknowledgements."""


class Due:
    """`place`: see SampleCheck. What waits when Linux begins to read is given the time that Linux
    takes for it; from then on no sample may be older than the latency when it arrives."""

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
        """For samples that were due to be taken then."""
        if not self.applies or not len(self._ends_us):
            return np.full(len(at_us), FAR, dtype=np.int64)
        found = np.searchsorted(self._ends_us, at_us + self.age_us)
        ready_us = np.append(self._ready_us, FAR)[found]
        return np.where(ready_us == FAR, FAR, np.maximum(at_us, ready_us) + self.age_us)


def _arrived_before(record: RunRecord, place: NDArray[np.int32], instants_us: Ints) -> Ints:
    """How many samples had arrived before each of these instants."""
    found = np.zeros(len(instants_us), dtype=np.int64)
    for first, end in spans(len(place)):
        came = place[first:end].astype(np.int64)
        arrival_us = np.sort(record.delivered.pick(came[came != NEVER]).arrival_us)
        found += np.searchsorted(arrival_us, instants_us)
    return found
