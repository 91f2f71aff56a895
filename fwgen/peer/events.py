"""The events that a session reports to its application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from fwgen.peer.known import Known
from fwgen.wire.block import Block
from fwgen.wire.messages import Call, Hello, OtherHello, Start, Status, StreamInfo


@dataclass(frozen=True, slots=True)
class Online:
    """The firmware has answered hello: samples follow. Comes after `start` and after each new
    handshake."""

    hello: Hello
    restarted: bool
    """The firmware has restarted since the boot that the session knew."""


@dataclass(frozen=True, slots=True)
class Samples:
    """New samples, in order: those of `block` from index `skip` on. `block.stream` is the sensor,
    whose numbers are its own. `block.boot` is the start of
    the firmware that took them, `block.spec` the spec that it had."""

    block: Block
    skip: int
    log: int
    """Identity of the log that gave them their numbers."""
    own_spec: bool
    """Whether that is this session's spec. False: they were taken before the firmware was
    replaced, possibly with another range, air temperature or period."""


@dataclass(frozen=True, slots=True)
class StreamFound:
    """The firmware has a second sensor. Comes after each Online, if so."""

    info: StreamInfo


@dataclass(frozen=True, slots=True)
class Lost:
    """These samples will not arrive."""

    first_seq: int
    count: int
    log: int
    declared: bool
    """False: the firmware did not declare them lost; they are missing."""
    stream: int = 0
    """Of which sensor."""


@dataclass(frozen=True, slots=True)
class NewLog:
    """The firmware has a new log: its memory lost power or was damaged. `known` no longer applies.
    Samples of the old log that had not arrived are lost; their number is unknown."""

    known: Known
    log: int
    oldest_seq: int


@dataclass(frozen=True, slots=True)
class NumberingRestarted:
    """The log has lost part of its memory and uses numbers again. The samples in between are lost
    without a number."""

    expected_seq: int
    oldest_seq: int
    stream: int = 0
    """Whose numbers. The other sensor's are not affected."""


@dataclass(frozen=True, slots=True)
class SpecMismatch:
    """The firmware was built from another spec or uses another format. The session accepts no
    samples from it."""

    hello: Hello | OtherHello


@dataclass(frozen=True, slots=True)
class SuspendReady:
    """The firmware no longer accesses DDR: Linux may suspend."""

    asked_us: int
    acknowledged_us: int


@dataclass(frozen=True, slots=True)
class SuspendRefused:
    """Linux must not suspend."""

    reason: str


@dataclass(frozen=True, slots=True)
class SuspendFailed:
    """Follows SuspendReady if Linux could not suspend. The firmware is woken, Resumed follows.

    `errno`: the system's error number (0: none). `reason`: its meaning.
    """

    errno: int
    reason: str


@dataclass(frozen=True, slots=True)
class LatencyNotHeld:
    """/dev/cpu_dma_latency cannot be held: an idle Linux may put DDR into self-refresh, and with it
    rings in DDR. `errno`: the system's error number (0: none). `reason`: its meaning."""

    errno: int
    reason: str


@dataclass(frozen=True, slots=True)
class TtyDisturbed:
    """Another process had changed these modes of the tty (names as in stty); they are restored.
    Until then bytes may have been changed or echoed to the firmware."""

    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """How the firmware's present start came about, and the crashes before it that no peer has
    acknowledged (`start.untold`). Once for each start of the firmware, and for each crash; again in
    a later session if the acknowledgement did not arrive. fwgen.peer.started has words for it.

    A session that is `automatic` has acknowledged the crashes; otherwise the application calls
    `acknowledge_crashes` when it has stored them.
    """

    start: Start
    log: int
    """Identity of the log: crashes are counted within one log's memory."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The firmware is awake; `backlog` samples wait in its log."""

    backlog: int


@dataclass(frozen=True, slots=True)
class Called:
    """Why the firmware has called Linux, in the last sleep. May come again. fwgen.peer.called has
    words for it."""

    call: Call


@dataclass(frozen=True, slots=True)
class StatusReceived:
    status: Status


Event: TypeAlias = (
    Online
    | StreamFound
    | Samples
    | Lost
    | NewLog
    | NumberingRestarted
    | SpecMismatch
    | SuspendReady
    | SuspendRefused
    | SuspendFailed
    | LatencyNotHeld
    | TtyDisturbed
    | Started
    | Resumed
    | Called
    | StatusReceived
)
