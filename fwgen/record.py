"""What a backend saw during one run: the only thing that verdict, report and pictures are made of.

Two clocks: *scenario time* (0 = trigger of the first sample; fields `at_us`, `arrival_us`, `t_s`,
`at_s`) and *device time* (microseconds since that boot of the firmware; `time_us`, with `boot`).
Sequence numbers are 32 bits on the wire; here they are unwrapped into int64 by the backend.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fwgen.series import Delivered, Ints, PackedDelivered, PackedTaken, Taken

__all__ = ["Delivered", "Ints", "Taken"]

Floats = NDArray[np.float64]

# Values of Band.state: what Linux is doing.
AWAKE, ASKING, SUSPENDING, ASLEEP, RESUMING, OFFLINE = (
    "awake",  # up, the application reads
    "asking",  # SLEEP sent, until the guard after its acknowledgement is over
    "suspending",  # Linux is on its way down; DDR still open
    "asleep",  # DDR closed
    "resuming",  # DDR open again, Linux on its way up
    "offline",  # rebooting, unbound, or its application is gone
)
BAND_STATES = (AWAKE, ASKING, SUSPENDING, ASLEEP, RESUMING, OFFLINE)

# Values of SleepRecord.wake_cause.
WAKE_CAUSES = (
    "user",  # a resume step
    "timer",  # the suspend step's own time was over
    "log-full",  # the firmware rang the wake-up doorbell
    "abort",  # resumed before DDR was closed
    "refused",  # the firmware did not agree
    "reboot",  # Linux rebooted while asleep
    "end",  # the scenario ended first
)


def _ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _floats() -> Floats:
    return np.zeros(0, dtype=np.float64)


@dataclass(frozen=True)
class Gap:
    """Samples that the firmware declared lost: `count` from sequence number `first` on."""

    first: int
    count: int
    at_us: int


@dataclass(frozen=True)
class SleepRecord:
    """One suspend of Linux; a figure is None where the run never came to it."""

    at_s: float  # the suspend was asked for
    ack_ms: float | None  # from SLEEP sent to its acknowledgement received; None: there was none
    slept_s: float  # DDR closed to DDR open (0: aborted before)
    wake_cause: str  # one of WAKE_CAUSES
    first_sample_ms: float | None  # from Linux up again to the first sample received
    drain_ms: float | None  # from Linux up again until all that was taken asleep is received
    backlog: int  # samples waiting when Linux was up again


@dataclass(frozen=True)
class Band:
    """Linux was in `state` (one of BAND_STATES) from start_s to end_s."""

    start_s: float
    end_s: float
    state: str


@dataclass(frozen=True)
class DdrAccess:
    """The firmware touched DDR while it was closed."""

    t_s: float
    pc: int | None  # None on the host backend, which has no program counter to show
    address: int | None
    function: str  # what touched it, e.g. "rpmsg send"


@dataclass(frozen=True)
class LinkCounts:
    """What the firmware saw of the link, all its starts together, as its status messages say."""

    blocked_accesses: int = 0  # uses of a ring that the shut door has stopped
    bad_rings: int = 0  # rings that made no sense
    bad_messages: int = 0  # whose buffer or header made no sense
    foreign_messages: int = 0  # from another sender than the peer

    def __add__(self, other: LinkCounts) -> LinkCounts:
        return LinkCounts(
            self.blocked_accesses + other.blocked_accesses,
            self.bad_rings + other.bad_rings,
            self.bad_messages + other.bad_messages,
            self.foreign_messages + other.foreign_messages,
        )


@dataclass(frozen=True)
class Frame:
    """A picture of the display."""

    t_s: float
    png: bytes
    caption: str


@dataclass(frozen=True)
class Event:
    """Something worth a line in the run's diary."""

    t_s: float
    text: str


@dataclass
class RunRecord:
    """Everything one run left behind; `virtual_s` counts from scenario time 0 to its `until`."""

    backend: str
    spec_name: str
    scenario_name: str
    seed: int
    period_us: int = 0
    virtual_s: float = 0.0
    wall_s: float = 0.0
    taken: Taken | PackedTaken = field(default_factory=Taken)
    delivered: Delivered | PackedDelivered = field(default_factory=Delivered)
    true_t_s: Floats = field(default_factory=_floats)  # the obstacle's corner points (or denser)
    true_mm: Floats = field(default_factory=_floats)
    gaps: list[Gap] = field(default_factory=list)
    sleeps: list[SleepRecord] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)  # without holes, in order
    ddr_accesses: list[DdrAccess] = field(default_factory=list)
    link: LinkCounts = field(default_factory=LinkCounts)
    log_capacity_bytes: int = 0
    log_peak_bytes: int = 0  # the most at any one time, whole blocks
    log_bytes_per_sample: float = 0.0  # of the blocks received, headers and CRC included
    jitter_us: Ints = field(default_factory=_ints)  # sampling instant minus schedule, per sample
    events: list[Event] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
