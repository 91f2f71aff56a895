"""The sample log's region in the M33's memory, read from outside the firmware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fwgen.peer.linux.elf import Elf
from fwgen.wire.log_format import BLOCK_BYTES, MAGIC, SUPERBLOCK_BYTES, slots

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

_SYMBOLS: Final = ("fwgen_log_start", "fwgen_log_end")


@dataclass(frozen=True)
class LogRegion:
    start: int
    size_bytes: int

    @classmethod
    def of(cls, elf: Elf, plan: Plan) -> LogRegion:
        """Return the region to which the ELF is linked; the plan's if the ELF has no such
        symbols."""
        found = [elf.symbol(name) for name in _SYMBOLS]
        if found[0] is None or found[1] is None:
            return cls(plan.log.start, plan.log.size_bytes)
        return cls(found[0][0], found[1][0] - found[0][0])

    @property
    def slots(self) -> int:
        return slots(self.size_bytes)

    @property
    def capacity_bytes(self) -> int:
        return self.bytes_of(self.slots)

    @staticmethod
    def bytes_of(slots: int) -> int:
        return slots * BLOCK_BYTES

    def used_slots(self, read: Callable[[int, int], bytes]) -> int:
        """Return the number of slots that contain a block's magic."""
        slots = self.slots  # below the superblock, which is at the region's end
        first = self.start + self.size_bytes - SUPERBLOCK_BYTES - slots * BLOCK_BYTES
        region = read(first, slots * BLOCK_BYTES)
        places = range(0, len(region), BLOCK_BYTES)
        return sum(region[at : at + len(MAGIC)] == MAGIC for at in places)
