"""What a backend observed during one run. Verdict, report and pictures use nothing else.

Two clocks: *scenario time* (0 = trigger of the first sample; fields `at_us`, `arrival_us`, `t_s`,
`at_s`) and *device time* (microseconds since that boot of the firmware; `time_us`, with `boot`).
Sequence numbers are 32 bits on the wire; the backend unwraps them to int64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fwgen.peer.started import Crash
from fwgen.plan.wake import WakeRule
from fwgen.series import Delivered, Ints, PackedDelivered, PackedTaken, Taken
from fwgen.wire.channel import DISTANCE, Channel, unpacked, value_bits

__all__ = ["Delivered", "Ints", "Taken"]

Floats = NDArray[np.float64]

# Values of Band.state: the state of Linux.
AWAKE, ASKING, SUSPENDING, ASLEEP, RESUMING, OFFLINE = (
    "awake",  # up, the application reads
    "asking",  # SLEEP sent, until the guard time after its acknowledgement has passed
    "suspending",  # Linux suspends; DDR is still open
    "asleep",  # DDR closed
    "resuming",  # DDR is open again; Linux resumes
    "offline",  # Linux reboots, the device is unbound, or the application does not run
)
BAND_STATES = (AWAKE, ASKING, SUSPENDING, ASLEEP, RESUMING, OFFLINE)

# Values of SleepRecord.wake_cause.
WAKE_CAUSES = (
    "user",  # a resume step
    "timer",  # the time in the suspend step has passed
    "log-full",  # the firmware called: only the reserve of the log is free
    "level",  # the firmware called: the log has reached `wake_at`
    "age",  # the firmware called: a sample has waited for `max_age`
    "condition",  # the firmware called for one of `wake_if`; `condition:` and its text
    "firmware",  # the firmware called, and no message has said why
    "abort",  # resumed before DDR was closed
    "refused",  # the firmware did not permit the suspend
    "reboot",  # Linux rebooted while asleep
    "restart",  # the board was reset, or lost its power
    "end",  # the scenario ended
)

# Those of a wake-up by the firmware.
CALLS = ("log-full", "level", "age", "condition", "firmware")

# Ways in which the firmware crashes, as in the step `crash-firmware`.
CRASHES = ("fault", "panic", "watchdog")

# Values of Outage.why.
OUTAGES = (
    *CRASHES,
    "reset",  # a reset of the M33 alone, which starts at once
    "itself",  # the firmware has reset the M33
    "remoteproc",  # Linux has stopped the M33 and started it again
    "restart-board",  # a system reset
    "power-cycle",
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
    """One suspend of Linux; a figure is None if the run did not get that far."""

    at_s: float  # when the suspend was requested
    ack_ms: float | None  # from SLEEP sent to its acknowledgement received; None: none came
    slept_s: float  # DDR closed to DDR open (0: aborted before)
    wake_cause: str  # one of WAKE_CAUSES; `condition:<text>` instead of `condition`
    first_sample_ms: float | None  # from Linux up again to the first sample received
    drain_ms: float | None  # from Linux up again until all samples taken asleep are received
    backlog: int  # samples waiting when Linux was up again
    used_closed: int | None = None  # slots of the log in use when DDR closed; None: not known
    used_opened: int | None = None  # the same when DDR opened


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
    pc: int | None  # None on the host backend, which has no program counter
    address: int | None
    function: str  # the function that touched it, such as "rpmsg send"


@dataclass(frozen=True)
class LinkCounts:
    """The link counters of the firmware's status messages, summed over all its starts."""

    blocked_accesses: int = 0  # ring accesses that the shut door has stopped
    bad_rings: int = 0  # invalid rings
    bad_messages: int = 0  # messages with an invalid buffer or header
    foreign_messages: int = 0  # messages from a sender other than the peer

    def __add__(self, other: LinkCounts) -> LinkCounts:
        return LinkCounts(
            self.blocked_accesses + other.blocked_accesses,
            self.bad_rings + other.bad_rings,
            self.bad_messages + other.bad_messages,
            self.foreign_messages + other.foreign_messages,
        )


@dataclass(frozen=True)
class StartReport:
    """What the firmware said of one of its starts."""

    at_us: int  # when Linux received it
    boot: int
    reset: str  # why the machine started; "": unknown
    memory: str  # what became of the log: kept, only blocks, new, unusable
    unreadable: int  # words of the log's memory
    damaged: int  # blocks


@dataclass(frozen=True)
class CrashReport:
    """A crash of the firmware, reported by a later start. `function` and `source` ("file:line") are
    those of the program counter: "" without the ELF's debug information."""

    at_us: int  # when Linux received the report
    crash: Crash
    function: str = ""
    source: str = ""


@dataclass(frozen=True)
class Ignored:
    """A step of the scenario that was not possible at its time, or changed nothing."""

    at_s: float
    do: str  # as in the scenario
    reason: str


@dataclass(frozen=True)
class Stream:
    """From `start_us` to `end_us` Linux read everything and its application ran. `used`: slots of
    the log in use at the start; None: not known."""

    start_us: int
    end_us: int
    used: int | None = None


@dataclass(frozen=True)
class Fullest:
    """When most of the log's slots were in use since Linux had read everything before, first and
    last, and how many; None: not known."""

    first_us: int
    last_us: int
    used: int | None

    def shifted(self, by_us: int) -> Fullest:
        return Fullest(self.first_us + by_us, self.last_us + by_us, self.used)


@dataclass(frozen=True)
class Beginning:
    """The peer told the firmware to continue at number `next_seq` (None: at the oldest)."""

    at_us: int
    next_seq: int | None


@dataclass(frozen=True)
class Repeat:
    """A message with samples or a gap that begins before the end of earlier ones."""

    at_us: int
    first: int
    count: int


@dataclass(frozen=True)
class Asked:
    """What the spec requires, and the plan's log.

    `measures_us`: the longest time from a sample's schedule until it is in the log. `level`: number
    of used slots at which the firmware must wake Linux; None: never. `keeps_newest`: a full log
    drops its oldest samples. `max_age_us`: no sample waits longer while Linux sleeps; None: any
    time. `conditions`: those that wake Linux, at most one in `pause_us`. `only_when_full`: a log
    with only its reserve free is the one reason to wake Linux.
    """

    latency_us: int
    measures_us: int
    slots: int
    level: int | None = None
    keeps_newest: bool = False
    max_age_us: int | None = None
    conditions: tuple[WakeRule, ...] = ()
    pause_us: int = 0
    only_when_full: bool = False


@dataclass(frozen=True)
class Outage:
    """The M33 did not execute the firmware from `start_us` to `end_us` (None: until the run's end).
    `why`: one of OUTAGES. `asked`: a step of the scenario was the cause."""

    start_us: int
    end_us: int | None
    why: str
    asked: bool = True


@dataclass(frozen=True)
class Erasure:
    """The log's memory lost its contents. `told_us`: when the peer learned from the firmware that
    the log is another one; None: it did not."""

    at_us: int
    told_us: int | None = None


@dataclass(frozen=True)
class Dates:
    """The times that the service gave the samples of each block received: sample i of a block at
    `utc_us + i * step_us` of Linux's clock, exact to `within_us`; negative: its time is not known.
    `late_us`: how much later than the service assumes the messages came that its time may rest on.

    Linux's clock shows t - t * `ppm` / 10^6, t being the scenario time less `shift_us`."""

    ppm: int
    shift_us: int
    utc_us: Floats
    step_us: Floats
    within_us: Floats
    late_us: Floats

    def true_us(self, at_us: Ints) -> Floats:
        """Return Linux's times of these instants of scenario time."""
        since = (at_us - self.shift_us).astype(np.float64)
        return np.asarray(since - since * self.ppm / 1e6)


@dataclass(frozen=True)
class CoreShare:
    """What the M33 did in `for_s` seconds of virtual time: it ran for `running_s` and waited for
    the rest; `wake_ups`: how often each interrupt ended the waiting."""

    for_s: float = 0.0
    running_s: float = 0.0
    wake_ups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """A picture of the display."""

    t_s: float
    png: bytes
    caption: str


@dataclass(frozen=True)
class Event:
    """A line of the run's diary."""

    t_s: float
    text: str


@dataclass
class RunRecord:
    """Everything that one run recorded; `virtual_s` is from scenario time 0 to its `until`."""

    backend: str
    spec_name: str
    scenario_name: str
    seed: int
    kernel: str = ""  # release of the real Linux kernel; "": Linux was emulated
    period_us: int = 0
    virtual_s: float = 0.0
    wall_s: float = 0.0
    taken: Taken | PackedTaken = field(default_factory=Taken)
    delivered: Delivered | PackedDelivered = field(default_factory=Delivered)
    true_t_s: Floats = field(default_factory=_floats)  # the obstacle's corner points, or denser
    true_mm: Floats = field(default_factory=_floats)
    # Rows of seconds and quantities, of each channel after the first
    true_more: list[Floats] = field(default_factory=list)
    channels: tuple[Channel, ...] = (DISTANCE,)  # of the samples' values, which are packed
    sensor_name: str = ""  # of two sensors
    # The same run as a second sensor's samples show it; what does not belong to them is the same
    second: RunRecord | None = None
    gaps: list[Gap] = field(default_factory=list)
    sleeps: list[SleepRecord] = field(default_factory=list)  # with the samples of both sensors
    own_sleeps: list[SleepRecord] = field(default_factory=list)  # with the first one's, of two
    bands: list[Band] = field(default_factory=list)  # in order, without gaps
    ddr_accesses: list[DdrAccess] = field(default_factory=list)
    link: LinkCounts = field(default_factory=LinkCounts)
    core: dict[str, CoreShare] = field(default_factory=dict)  # awake, asleep; empty: not known
    log_capacity_bytes: int = 0
    log_peak_bytes: int = 0  # the most in use at one time, whole blocks
    log_bytes_per_sample: float = 0.0  # of the received blocks, with headers and CRC
    jitter_us: Ints = field(default_factory=_ints)  # sampling instant minus schedule, per sample
    events: list[Event] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    starts: list[StartReport] = field(default_factory=list)
    crashes: list[CrashReport] = field(default_factory=list)
    # What the standing expectations are judged by; None or empty: they are not judged
    asked: Asked | None = None
    streams: list[Stream] = field(default_factory=list)
    fullest: list[Fullest] = field(default_factory=list)  # before each stream
    beginnings: list[Beginning] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    freed_early: list[tuple[int, int]] = field(default_factory=list)  # at_us, first number
    in_log: list[tuple[int, int]] = field(default_factory=list)  # at the end: first number, count
    damaged: bool = False  # the scenario has damaged the log
    misdirected: list[Repeat] = field(default_factory=list)  # to a peer made for another spec
    deaf: list[tuple[int, int]] = field(default_factory=list)  # doorbells to Linux were disturbed
    outages: list[Outage] = field(default_factory=list)  # in order
    erasures: list[Erasure] = field(default_factory=list)  # in order
    # The firmware's own count, of both sensors, and when it sent it
    dropped_told: tuple[int, int] | None = None
    dropped_received: int = 0  # samples that it dropped after they had been received
    # Of each sleep: when the oldest sample that arrived after it was due; None: none arrived
    dates: Dates | None = None  # None: the scenario does not say how far the clocks are apart
    oldest_us: list[int | None] = field(default_factory=list)
    # Indices of the sleeps that an application made for another spec has asked for
    other_spec: list[int] = field(default_factory=list)

    @property
    def of_sensors(self) -> list[RunRecord]:
        """The record as each sensor's samples show it; the first is this one."""
        return [self, self.second] if self.second else [self]

    def alone(self) -> RunRecord:
        """Return the record of the first sensor's samples alone."""
        return replace(self, sleeps=self.own_sleeps, second=None) if self.second else self

    def show(self, value: int) -> str:
        """Return the packed value of a sample as text: `1500 mm`, `21.4 °C, 40 %`."""
        raw = unpacked([channel.width for channel in self.channels], value)
        return ", ".join(channel.show(n) for channel, n in zip(self.channels, raw, strict=True))

    def quantities(self, value: Ints, index: int) -> Floats:
        """Return the quantities of a channel for the report's picture."""
        channel = self.channels[index]
        raw = value >> value_bits(self.channels[:index]) & ((1 << channel.width) - 1)
        return np.asarray(raw * float(channel.resolution) + float(channel.offset))

    def truth(self, index: int) -> tuple[Floats, Floats]:
        """Return times in s and the quantities that a channel should show then."""
        if index == 0:
            return self.true_t_s, self.true_mm
        rows = self.true_more[index - 1] if self.true_more else np.zeros((0, 2))
        return rows[:, 0], rows[:, 1]
