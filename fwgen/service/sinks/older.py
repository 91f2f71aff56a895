"""Finds what a database lacks that an older backup has replaced while the service runs.

The service goes on after what it has stored; the backup ends before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fwgen.service.items import MISSED, Hole, Item, Mark, Run


class Ends:
    """`marks`: where the samples of the opened database end, by sensor. A database without a mark
    is new: it begins with what comes."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks = {mark.log.stream: mark for mark in marks}

    def holes(self, items: Sequence[Item], mark: Mark | None) -> list[Hole]:
        """Return what is missing before the items, or, without items, before the mark."""
        begins = self._begins(items, mark)
        found = (_between(end, begins.get(stream)) for stream, end in self._marks.items())
        return [hole for hole in found if hole is not None]

    def note(self, items: Sequence[Item], mark: Mark | None) -> None:
        """They are stored, after the holes: only the first ones can be after a hole."""
        for stream in [*self._marks]:
            if any(item.log.stream == stream for item in items if isinstance(item, Run | Hole)):
                del self._marks[stream]
        for stream, begin in self._begins((), mark).items():
            if stream in self._marks:
                self._marks[stream] = begin

    def _begins(self, items: Sequence[Item], mark: Mark | None) -> dict[int, Mark]:
        """Return by sensor where the first item begins."""
        marks = [] if mark is None else [mark, *([mark.other] if mark.other else [])]
        begins = {each.log.stream: each for each in marks}
        for item in reversed(items):
            if isinstance(item, Run | Hole):
                begins[item.log.stream] = Mark(item.log, item.position, item.mark.boot)
        return begins


def _between(end: Mark, begin: Mark | None) -> Hole | None:
    """Return the hole from the end of what is stored to the beginning of what comes."""
    if begin is None:
        return None
    if begin.log == end.log:
        count = begin.position - end.position
        return Hole(end.log, end.position, count, MISSED, end.boot) if count > 0 else None
    if begin.log.identity == end.log.identity:
        return Hole(end.log, end.position, None, "renumbered", end.boot)
    return Hole(end.log, end.position, None, "new-log", end.boot) if not end.log.stream else None
