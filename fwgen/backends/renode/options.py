"""Options and counters of an emulated run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

VIOLATIONS = ("record", "fault", "hang")


@dataclass(frozen=True)
class KernelPace:
    """The times that Linux's kernel needs, in us. `probe_us`: from the core's start, or a bind, to
    DRIVER_OK; the firmware boots meanwhile. `power_lag_us`: how long DDR is closed while PWR shows
    that the A35 runs, once at suspend and once at resume."""

    probe_us: int = 3_000
    power_lag_us: int = 2_000


@dataclass(frozen=True)
class Options:
    """`on_violation`: the effect of an access to closed DDR: "record" (it is only recorded),
    "fault" (a BusFault) or "hang" (the core stops, as on the chip). `edges`: record every edge of
    the sensor's lines, for a wave viewer. `first_seq`: the retained log is one from which the
    samples before that number (32 bits) have been handed over; 0: there is no log yet. `bus_burst`:
    how many bytes the display's bus takes at once; with 1 the core has an interrupt for each, as on
    the chip.
    `ecc`: the memory of the log has error correction (models/EccMemory.cs): a word that was not
    written since power-on answers a read with a bus error. For short runs, since it is slow.
    `renode_log`: a file for Renode's own messages. `linux`: the real kernel to run (None: Linux is
    emulated). `application`: runs in it in the place of the usual one, for tests; see
    kernel/inside/application.py."""

    on_violation: str = "record"
    edges: bool = False
    first_seq: int = 0
    bus_burst: int = 16
    ecc: bool = False
    renode_log: str = ""
    kernel: KernelPace = field(default_factory=KernelPace)
    linux: Path | None = None
    application: Path | None = None


@dataclass(frozen=True)
class EccCounts:
    """What happened in the memory with error correction. `faulting`: addresses of the instructions
    that read a word which was not written since power-on. `stores`: of the core, to the log's
    region; `narrow_stores`: of these, narrower than a word of the error correction, or not aligned
    to it."""

    faulting: frozenset[int]
    stores: int
    narrow_stores: int


@dataclass(frozen=True)
class Counts:
    """Counters up to scenario time t_us. `frames`: transfers that changed the display's picture.
    `messages`: from the firmware, over this set of rings. `memory_bytes`: the most memory that the
    emulator's process has used."""

    t_us: int
    instructions: int
    wake_ups: int
    triggers: int
    frames: int
    messages: int
    processed: int
    memory_bytes: int
