"""Which items each sink still has to store, and what may be acknowledged to the firmware.

No input or output, no threads. The firmware sends at most eight blocks without an acknowledgement,
so what waits for the required sinks is bounded. A sink that is not required may lag by MOST_WAITING
items; what it then misses is counted, and given to it as gaps when it stores again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from fwgen.service.items import MISSED, Hole, Item, Log, Mark, Run

MOST_WAITING: Final = 256


@dataclass(slots=True)
class _Place:
    """A sink's place in the items, counted from the start of the service."""

    required: bool
    done: int = 0
    missed: int = 0
    holes: list[Hole] = field(default_factory=list)
    """What it missed and does not know yet."""
    offered: int = 0
    """So many holes are in its work."""
    until: int = 0
    """Index after the last item of its work."""
    doubtful: list[Item] = field(default_factory=list)
    """Items of its work that were forgotten since: missed if it cannot store them."""

    def miss(self, item: Item) -> None:
        self.missed += 1
        if self.done < self.until:
            self.doubtful.append(item)
        else:
            _note(self.holes, item, self.offered)
        self.done += 1

    def offer(self, until: int) -> list[Hole]:
        """Return the holes of its next work."""
        later, self.holes = self.holes[self.offered :], self.holes[: self.offered]
        for item in [*self.doubtful, *later]:
            _note(self.holes, item)
        self.doubtful = []
        self.offered, self.until = len(self.holes), until
        return self.holes[:]

    def finish(self, until: int) -> None:
        """It has stored its work."""
        self.done = max(self.done, until)
        self.missed -= len(self.doubtful)
        self.doubtful = []
        del self.holes[: self.offered]
        self.offered = 0


class Work(NamedTuple):
    """What a sink must store. `mark`: to be recorded with the items; None: it is not the recorder,
    or the mark is not new."""

    items: list[Item]
    until: int
    """Index after the last item."""
    mark: Mark | None

    def __bool__(self) -> bool:
        return bool(self.items) or self.mark is not None


class Delivery:
    """`sinks`: name -> whether its samples must be durable before they are acknowledged.

    `recorder`: the sink that keeps the mark at which the next service continues ("": none does);
    `recorded`: the mark that it has. What it has not recorded is not acknowledged, unless it is
    not required.
    """

    def __init__(
        self, sinks: Mapping[str, bool], recorder: str = "", recorded: Mark | None = None
    ) -> None:
        self._places = {name: _Place(required) for name, required in sinks.items()}
        if not any(place.required for place in self._places.values()):
            raise ValueError("no sink is required: samples would be acknowledged unstored")
        self.recorder = recorder
        self._recorded = recorded
        self._items: deque[Item] = deque()
        self._first = 0  # index of the first item in the deque
        self._before = recorded  # mark of the item before it
        self._log: Log | None = None  # that of the session's numbers
        self._other: Log | None = None  # likewise, of a second sensor

    def waiting(self, sink: str) -> int:
        """Return how many items the sink has not stored."""
        return self._first + len(self._items) - self._places[sink].done

    def missed(self, sink: str) -> int:
        """Return how many items the sink did not get because it was too slow."""
        return self._places[sink].missed

    def add(self, item: Item) -> None:
        self._items.append(item)
        mark = item.mark
        self._log = None if item.ends_log else mark.log
        self._other = mark.other and mark.other.log
        self._forget()

    def work(self, sink: str) -> Work:
        """Return what the sink must do next."""
        place = self._places[sink]
        until = self._first + len(self._items)
        items = [*place.offer(until), *list(self._items)[place.done - self._first :]]
        mark = self._covered(sink, until) if sink == self.recorder else None
        return Work(items, until, mark if mark != self._recorded else None)

    def done(self, sink: str, work: Work) -> Mark | None:
        """The sink has done it. Return the mark to acknowledge to the firmware; None: nothing new,
        or its numbers are no longer in use."""
        place = self._places[sink]
        place.finish(work.until)
        if work.mark is not None:
            self._recorded = work.mark
        waits = self.recorder and self._places[self.recorder].required
        mark = work.mark if waits else self._covered(sink, place.done, with_recorder=False)
        self._forget()
        if mark is None or mark.log != self._log:
            return None
        gone = mark.other is not None and mark.other.log != self._other
        return mark._replace(other=None) if gone else mark

    def _covered(self, sink: str, done: int, *, with_recorder: bool = True) -> Mark | None:
        """Return the mark before which all required sinks, and the recorder, have stored, if `sink`
        is at `done`."""
        ends = [
            done if name == sink else place.done
            for name, place in self._places.items()
            if place.required or (with_recorder and name == self.recorder)
        ]
        last = min(ends) - self._first
        return self._items[last - 1].mark if last > 0 else self._before

    def _forget(self) -> None:
        """Drop the items that all sinks have stored, and those that only slow sinks lack."""
        required = min(place.done for place in self._places.values() if place.required)
        keep = max(0, self._first + len(self._items) - MOST_WAITING)
        for place in self._places.values():
            least = min(required, keep)
            while not place.required and place.done < least:
                place.miss(self._items[place.done - self._first])
        oldest = min(place.done for place in self._places.values())
        while self._first < oldest:
            self._before = self._items.popleft().mark
            self._first += 1


def _note(holes: list[Hole], item: Item, first: int = 0) -> None:
    """Add what was missed. It is a part of the last hole of its log if nothing is between them;
    holes before `first` do not change. So that they are few, the last ones span what is between."""
    if isinstance(item, Run):
        boot = item.block.boot
        item = Hole(item.log, item.position, item.count, MISSED, boot, item.after)
    if not isinstance(item, Hole):
        return
    full = len(holes) >= MOST_WAITING
    same = (n for n in range(len(holes) - 1, first - 1, -1) if holes[n].log == item.log)
    last = next(same, None)
    if last is not None and holes[last].reason == item.reason == MISSED:
        begin = holes[last].position
        if full or begin + (holes[last].count or 0) == item.position:
            count = item.position + (item.count or 0) - begin
            holes[last] = replace(holes[last], count=count, after=item.after)
            return
    if not full:
        holes.append(item)
