"""What a session tells its application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from fwgen.peer.known import Known
from fwgen.wire.block import Block
from fwgen.wire.messages import Hello, OtherHello, Status


@dataclass(frozen=True, slots=True)
class Online:
    """The firmware has answered: samples follow. After `start`, and after each new beginning."""

    hello: Hello
    restarted: bool
    """The firmware has been started again since the boot that was known."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples not seen before, in order: those of `block` from index `skip` on. `block.boot` says
    which start of the firmware took them, `block.spec` under which spec."""

    block: Block
    skip: int
    log: int
    """Identity of the log that numbered them."""
    own_spec: bool
    """Whether that is the spec of this session; False: they were taken before the firmware was
    replaced, perhaps with other limits, air or period."""


@dataclass(frozen=True, slots=True)
class Lost:
    """These samples will not come."""

    first_seq: int
    count: int
    log: int
    declared: bool
    """False: the firmware did not say so, they just are not there."""


@dataclass(frozen=True, slots=True)
class NewLog:
    """The firmware has another log than the one that was known: its memory was without power, or
    damaged. What is known counts no more; samples of the other log that had not come are lost,
    nobody knows how many."""

    known: Known
    log: int
    oldest_seq: int


@dataclass(frozen=True, slots=True)
class NumberingRestarted:
    """The log has lost part of its memory and uses numbers again: samples in between are lost
    without a number."""

    expected_seq: int
    oldest_seq: int


@dataclass(frozen=True, slots=True)
class SpecMismatch:
    """The firmware was made from another spec (or speaks another format): no samples are taken."""

    hello: Hello | OtherHello


@dataclass(frozen=True, slots=True)
class SuspendReady:
    """The firmware keeps off DDR: Linux may suspend."""

    asked_us: int
    acknowledged_us: int


@dataclass(frozen=True, slots=True)
class SuspendRefused:
    """Linux must not suspend."""

    reason: str


@dataclass(frozen=True, slots=True)
class SuspendFailed:
    """After SuspendReady: Linux itself did not go to sleep. The firmware is woken, Resumed follows.

    `errno` as the system gave it (0: none), `reason` in words.
    """

    errno: int
    reason: str


@dataclass(frozen=True, slots=True)
class TtyDisturbed:
    """Another process had changed the tty's modes (their names as in stty); they are set right
    again. Bytes may have been changed or sent back to the firmware meanwhile."""

    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """The firmware is awake; so many samples wait in its log."""

    backlog: int


@dataclass(frozen=True, slots=True)
class StatusReceived:
    status: Status


Event: TypeAlias = (
    Online
    | Samples
    | Lost
    | NewLog
    | NumberingRestarted
    | SpecMismatch
    | SuspendReady
    | SuspendRefused
    | SuspendFailed
    | TtyDisturbed
    | Resumed
    | StatusReceived
)
