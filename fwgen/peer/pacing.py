"""When the next acknowledgement of samples is to go out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """An acknowledgement goes out once it covers so many blocks, or so long after there was the
    first reason for it."""

    ack_blocks: int = 4
    ack_delay_us: int = 250_000


class Pacing:
    """Counts received blocks, processed blocks, and the time."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._received = 0  # and not processed yet
        self._covered = 0
        self.due_us: int | None = None
        """None: there is nothing to acknowledge."""

    def note_received(self) -> None:
        """A block came that is not processed yet."""
        self._received += 1

    def note_processed(self, now_us: int) -> None:
        """All that was received is processed."""
        self._covered += self._received
        self._received = 0
        self.want(now_us)

    def want(self, now_us: int) -> None:
        """There is reason for an acknowledgement, if only that one was lost."""
        if self.due_us is None:
            self.due_us = now_us + self._pace.ack_delay_us

    def is_due(self, now_us: int) -> bool:
        if self.due_us is None:
            return False
        return self._covered >= self._pace.ack_blocks or now_us >= self.due_us

    def sent(self) -> None:
        self._covered = 0
        self.due_us = None
