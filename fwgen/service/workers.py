"""Threads that feed the sinks. A sink that fails is tried again after a growing pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from fwgen.service.delivery import Delivery
from fwgen.service.items import Item, Mark
from fwgen.service.sinks.base import Sink, SinkError

GATHER_S: Final = 1.0
"""A sink gets what arrived within this time at once: fewer transactions, less wear of the flash."""
GATHER_ITEMS: Final = 4
_PAUSE_S: Final = (1.0, 30.0)
"""First and longest pause after an error."""


class Workers:
    """All sinks with a thread each.

    `acknowledge` is called with each new mark, `report` with a sink's name and its trouble ("": it
    stores again), `crashed` with an error that is none of the sink's. All may come from any thread.
    """

    def __init__(
        self,
        sinks: dict[str, Sink],
        delivery: Delivery,
        acknowledge: Callable[[Mark], None],
        report: Callable[[str, str], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._delivery = delivery
        self._names = tuple(sinks)
        self._acknowledge = acknowledge
        self._report = report
        self._crashed = crashed
        self._changed = threading.Condition()
        self._stopping = False
        self._running = set(sinks)
        self._threads = [
            threading.Thread(target=self._run, args=(name, sink), name=f"sink-{name}", daemon=True)
            for name, sink in sinks.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def add(self, item: Item) -> None:
        with self._changed:
            self._delivery.add(item)
            self._changed.notify_all()

    def waiting(self) -> dict[str, int]:
        """Return by sink how many items it has not stored."""
        with self._changed:
            return {name: self._delivery.waiting(name) for name in self._names}

    def missed(self) -> dict[str, int]:
        """Return by sink how many items it did not get; only of those that missed some."""
        with self._changed:
            found = {name: self._delivery.missed(name) for name in self._names}
        return {name: count for name, count in found.items() if count}

    def stop(self, patience_s: float) -> None:
        """Let each sink store what it has; wait for them at most that long."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        end_s = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, end_s - time.monotonic()))

    # ------------------------------------------------------------------------- in a sink's thread

    def _run(self, name: str, sink: Sink) -> None:
        try:
            self._feed(name, sink)
        except BaseException as error:
            self._crashed(error)
        finally:
            sink.close()
            with self._changed:
                self._running.discard(name)
                self._changed.notify_all()

    def _feed(self, name: str, sink: Sink) -> None:
        is_open, pause_s = False, _PAUSE_S[0]
        while self._wait_for_work(name):
            with self._changed:
                work = self._delivery.work(name)
            try:
                if not is_open:
                    sink.open()
                    is_open = True
                sink.store(work.items, work.mark)
            except SinkError as error:
                sink.close()
                is_open = False
                self._report(name, f"{error} ({error.cure})" if error.cure else str(error))
                if not self._pause(pause_s):
                    return
                pause_s = min(2 * pause_s, _PAUSE_S[1])
                continue
            if pause_s != _PAUSE_S[0]:
                self._report(name, "")
                pause_s = _PAUSE_S[0]
            with self._changed:  # together, so that no mark is passed on after its log has ended
                mark = self._delivery.done(name, work)
                if mark is not None:
                    self._acknowledge(mark)
                self._changed.notify_all()

    def _wait_for_work(self, name: str) -> bool:
        """Wait until there is work and it has gathered; False: the service stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._ends(name) or bool(self._delivery.work(name)))
            self._changed.wait_for(
                lambda: self._stopping or self._delivery.waiting(name) >= GATHER_ITEMS, GATHER_S
            )
            return bool(self._delivery.work(name))

    def _ends(self, name: str) -> bool:
        """Return whether the service stops and this sink has nothing more to wait for: the recorder
        waits for the others, because what they store last moves the mark."""
        others = self._running - {name} if name == self._delivery.recorder else ()
        return self._stopping and not others

    def _pause(self, pause_s: float) -> bool:
        """Wait; False: the service stops."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, pause_s)
