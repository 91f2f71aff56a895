"""What can be asked of an emulated run, and what it can count."""

from __future__ import annotations

from dataclasses import dataclass, field

VIOLATIONS = ("record", "fault", "hang")


@dataclass(frozen=True)
class KernelPace:
    """How long Linux's kernel takes, in us. `probe`: from the core's start, or a bind, to
    DRIVER_OK; the firmware boots meanwhile. `power_lag`: how long DDR is closed while PWR shows
    that the A35 runs, on the way down and again on the way up."""

    probe_us: int = 3_000
    power_lag_us: int = 2_000


@dataclass(frozen=True)
class Options:
    """`on_violation`: what an access to closed DDR leads to: "record" (nothing else), "fault" (a
    BusFault) or "hang" (the core stands still, as on the chip). `edges`: keep every edge of the
    sensor's lines, for a wave viewer. `counts`: count the core's wake-ups, which slows it down a
    little. `first_seq`: the log is one in which samples up to that number (32 bits) have been
    handed over; 0: there is none yet. `bus_burst`: how many bytes of the display's bus go at once;
    with 1 the core has an interrupt for each, as on the chip. `renode_log`: a file for Renode's own
    messages."""

    on_violation: str = "record"
    edges: bool = False
    counts: bool = False
    first_seq: int = 0
    bus_burst: int = 16
    renode_log: str = ""
    kernel: KernelPace = field(default_factory=KernelPace)


@dataclass(frozen=True)
class Counts:
    """Up to scenario time t_us. `frames`: transfers that changed what the display shows.
    `messages`: from the firmware, over this set of rings. `memory_bytes`: the emulator's process at
    its largest."""

    t_us: int
    instructions: int
    wake_ups: int
    triggers: int
    frames: int
    messages: int
    processed: int
    memory_bytes: int
