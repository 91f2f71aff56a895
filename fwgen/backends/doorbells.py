"""Doorbells of one direction that are lost, doubled or late for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fwgen.handshake import machine

LOST, DOUBLED, LATE = "lost", "doubled", "late"
HOW: Final = ("", LOST, DOUBLED, LATE)
"""By number, as in host_link.h; "": they are not disturbed."""
DIRECTIONS: Final = ("linux", "firmware")
"""By number, as in host_link.h."""
ALREADY_DISTURBED: Final = "they are already disturbed in this way until then"
_SHORT_US: Final = 1_000_000
_FIRMWARE_SILENCE_US: Final = machine("firmware").timers_us["silence"]
"""The firmware's: then it asks for a hello."""
SILENCE_US: Final = machine("peer").timers_us["silence"]
"""The peer's: then it begins a new session."""


@dataclass(frozen=True)
class Disturbance:
    """`how`: one of HOW. `by_us`: how much later a late doorbell arrives, or the second one of two.
    It lasts until `until_us`."""

    how: str = ""
    until_us: int = 0
    by_us: int = 0

    def delays_us(self, now_us: int) -> tuple[int, ...]:
        """Return when a doorbell that is rung now arrives: after each of these times."""
        if now_us >= self.until_us:
            return (0,)
        return {LOST: (), DOUBLED: (0, self.by_us), LATE: (self.by_us,)}.get(self.how, (0,))


def recovers_us(to: str, how: str, for_us: int) -> int:
    """Return how long after the disturbance messages may still be late. A firmware that
    hears no acknowledgement sends no more than its window, and asks for a hello two seconds after
    the last one. If nobody hears that either, the peer's next hello, after its own silence, begins
    a new session."""
    if how != LOST:
        return 0
    if to == "linux" and for_us > _SHORT_US:
        return SILENCE_US
    return max(0, _FIRMWARE_SILENCE_US - for_us)
