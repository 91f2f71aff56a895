"""A wrong Linux: its application keeps samples in memory and stores many at once.

The peer acknowledges samples when `_handle` returns, and the firmware then deletes them.
"""

from fwgen.peer.events import Samples

STORED_TOGETHER = 10


def change(usual: type) -> type:
    class AcknowledgesBeforeStoring(usual):
        def __init__(self, *arguments: object) -> None:
            self._kept: list[Samples] = []
            super().__init__(*arguments)

        def _handle(self, event: object) -> None:
            if not isinstance(event, Samples):
                super()._handle(event)
                return
            self._kept.append(event)
            if len(self._kept) == STORED_TOGETHER:
                for kept in self._kept:
                    super()._handle(kept)
                self._kept.clear()

    return AcknowledgesBeforeStoring
