"""What a session hands to the next one, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fwgen.wire.messages import seq_distance


@dataclass(frozen=True, slots=True)
class Known:
    """Where the application continues after a restart. It stores this with the samples that it
    has processed."""

    log: int
    """The log's identity: sequence numbers are valid only within one log."""
    next_seq: int
    boot: int
    next_seq_1: int | None = None
    """Of the samples of a second sensor (stream 1); None: not known."""

    def back_to(self, next_seq: int, stream: int) -> Known:
        """Return the same, but before that sample of the stream if it is later now."""
        own = self.next_seq if stream == 0 else self.next_seq_1
        if own is None or seq_distance(next_seq, own) >= 0:
            return self
        if stream == 0:
            return replace(self, next_seq=next_seq)
        return replace(self, next_seq_1=next_seq)


@dataclass(slots=True)
class Counts:
    stale: int = 0
    """Messages for an earlier session."""
    hellos: int = 0
    sleeps: int = 0
    wakes: int = 0
    acks: int = 0
