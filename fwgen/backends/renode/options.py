"""What can be asked of an emulated run."""

from __future__ import annotations

from dataclasses import dataclass, field

VIOLATIONS = ("record", "fault", "hang")


@dataclass(frozen=True)
class KernelPace:
    """How long Linux's kernel takes, in us. `probe`: from the core's start, or a bind, to
    DRIVER_OK; the firmware boots meanwhile."""

    probe_us: int = 3_000


@dataclass(frozen=True)
class Options:
    """`on_violation`: what an access to closed DDR leads to: "record" (nothing else), "fault" (a
    BusFault) or "hang" (the core stands still, as on the chip). `edges`: keep every edge of the
    sensor's lines, for a wave viewer. `renode_log`: a file for Renode's own messages."""

    on_violation: str = "record"
    edges: bool = False
    renode_log: str = ""
    kernel: KernelPace = field(default_factory=KernelPace)
