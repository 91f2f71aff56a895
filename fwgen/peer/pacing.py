"""Decides when the next acknowledgement of samples is sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """An acknowledgement is sent when it covers `ack_blocks` blocks, or `ack_delay_us` after there
    was the first reason for it."""

    ack_blocks: int = 4
    ack_delay_us: int = 250_000


class Pacing:
    """Counts received blocks, processed blocks, and the time.

    `alive_us`: while the application is slow, the last acknowledgement is repeated at this
    interval.
    """

    def __init__(self, pace: Pace, alive_us: int) -> None:
        self._pace = pace
        self._alive_delay_us = alive_us
        self._received = 0  # blocks that are not processed yet
        self._covered = 0
        self._alive_us: int | None = None
        self.due_us: int | None = None
        """None: there is nothing new to acknowledge."""

    def note_received(self) -> None:
        """A block was received; it is not processed yet."""
        self._received += 1

    def note_processed(self, now_us: int) -> None:
        """All received blocks are processed."""
        self._covered += self._received
        self._received = 0
        self.want(now_us)

    def want(self, now_us: int) -> None:
        """Request an acknowledgement, also if only an earlier one was lost."""
        if self.due_us is None:
            self.due_us = now_us + self._pace.ack_delay_us

    def keep_alive(self, keep: bool, now_us: int) -> None:
        """Start or stop repeating. `keep`: the application still works on received samples."""
        if not keep:
            self._alive_us = None
        elif self._alive_us is None:
            self._alive_us = now_us + self._alive_delay_us

    def next_us(self) -> int | None:
        """Return when the next acknowledgement must be sent; None: none is planned."""
        due_us, alive_us = self.due_us, self._alive_us
        if due_us is None or alive_us is None:
            return alive_us if due_us is None else due_us
        return min(due_us, alive_us)

    def is_due(self, now_us: int) -> bool:
        due_us = self.next_us()
        if due_us is None:
            return False
        news = self.due_us is not None and self._covered >= self._pace.ack_blocks
        return news or now_us >= due_us

    def sent(self, now_us: int) -> None:
        self._covered = 0
        self.due_us = None
        if self._alive_us is not None:
            self._alive_us = now_us + self._alive_delay_us
