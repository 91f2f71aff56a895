"""The sinks' threads when the service stops."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fwgen.service.delivery import Delivery
from fwgen.service.items import Item, Mark
from fwgen.service.workers import Workers
from tests.patience import PATIENCE_S, wait_until
from tests.service.make_items import ONE, run


class Keeper:
    """A sink that stores at once, and keeps marks; `may_store`: or when it is set."""

    def __init__(self) -> None:
        self.stored = 0
        self.marks: list[Mark] = []
        self.may_store = threading.Event()

    def open(self) -> None: ...

    def close(self) -> None: ...

    def store(self, items: Sequence[Item], mark: Mark | None) -> None:
        assert self.may_store.wait(PATIENCE_S)
        self.stored += len(items)
        if mark is not None:
            self.marks.append(mark)


def test_the_mark_is_kept_of_what_another_sink_stores_last() -> None:
    """Otherwise the next service would hand the samples to that sink again."""
    recorder, slow = Keeper(), Keeper()
    recorder.may_store.set()
    acknowledged: list[Mark] = []
    workers = Workers(
        {"recorder": recorder, "slow": slow},
        Delivery({"recorder": True, "slow": True}, "recorder"),
        acknowledged.append,
        lambda *_: None,
        lambda error: None,
    )
    workers.start()
    workers.add(run(0, 3))
    wait_until(lambda: recorder.stored == 1, "the recorder has stored")
    stops = threading.Thread(target=workers.stop, args=(PATIENCE_S,))
    stops.start()
    stops.join(0.2)
    slow.may_store.set()
    stops.join(PATIENCE_S)
    assert recorder.marks == [Mark(ONE, 3, 1)] == acknowledged
