"""What outlives a session, and what one counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Where an application that was here before goes on; it keeps this with what it processed."""

    log: int
    """The log's identity: the numbers of another log mean other samples."""
    next_seq: int
    boot: int


@dataclass(slots=True)
class Counts:
    stale: int = 0
    """Messages meant for the session before."""
    hellos: int = 0
    sleeps: int = 0
    wakes: int = 0
    acks: int = 0
