"""What must be so of wishes to suspend."""

from __future__ import annotations

from fwgen.peer.events import Event, SuspendReady, SuspendRefused
from tests.peer.talk import TIMERS

LATEST_US = TIMERS["patience"] + TIMERS["guard"]


class Wish:
    """What must be so, whoever makes the wishes. `ready`: how often Linux was let go."""

    def __init__(self) -> None:
        self.since_us: int | None = None
        self.ready = 0

    def made(self, now_us: int) -> None:
        if self.since_us is None:
            self.since_us = now_us

    def told(self, event: Event, now_us: int) -> None:
        if isinstance(event, SuspendReady | SuspendRefused):
            assert self.since_us is not None, f"{event} without a wish"
            assert now_us <= self.since_us + LATEST_US, f"{event} too late"
            self.since_us = None
            self.ready += isinstance(event, SuspendReady)

    def check(self, now_us: int) -> None:
        assert self.since_us is None or now_us < self.since_us + LATEST_US, "never answered"
