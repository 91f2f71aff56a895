"""Linux's mailbox framework over the IPCC (drivers/mailbox/mailbox.c, stm32-ipcc.c)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

QUEUE: Final = 20
"""Messages that a channel queues until the other side frees it; more are refused."""


class Mailbox:
    """A message has no content: it rings the doorbell. Each channel has one message in flight. The
    next is sent when the other side frees the channel, which may be long after the other side has
    seen what the message announces."""

    def __init__(self, ring: Callable[[int], None], log: Callable[[str], None]) -> None:
        self._ring = ring
        self._log = log
        self._waiting: Counter[int] = Counter()
        self._active: set[int] = set()

    def send(self, channel: int) -> None:
        if channel not in self._active:
            self._active.add(channel)
            self._ring(channel)
        elif self._waiting[channel] < QUEUE:
            self._waiting[channel] += 1
        else:
            self._log(f"kick: failed (channel {channel}, err:-{_ENOBUFS})")

    def freed(self, channel: int) -> None:
        """The other side has freed the channel."""
        if channel not in self._active:
            return
        if self._waiting[channel]:
            self._waiting[channel] -= 1
            self._ring(channel)
        else:
            self._active.discard(channel)

    def restart(self) -> None:
        """Linux starts again: forget all messages."""
        self._waiting.clear()
        self._active.clear()


_ENOBUFS: Final = 105
