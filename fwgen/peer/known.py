"""What a session hands to the next one, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Where the application continues after a restart. It stores this with the samples that it
    has processed."""

    log: int
    """The log's identity: sequence numbers are valid only within one log."""
    next_seq: int
    boot: int


@dataclass(slots=True)
class Counts:
    stale: int = 0
    """Messages for an earlier session."""
    hellos: int = 0
    sleeps: int = 0
    wakes: int = 0
    acks: int = 0
