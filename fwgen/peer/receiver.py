"""Order out of what arrives: each sample once, gaps told, and what may be acknowledged."""

from __future__ import annotations

from fwgen.peer.events import Lost, Samples
from fwgen.peer.incoming import boot_distance
from fwgen.wire.block import Block
from fwgen.wire.messages import Gap, seq_distance

_MASK = 0xFFFF_FFFF


class Receiver:
    """Numbers wrap at 2^32. Two positions: `expected` (received before it) and `processed`
    (acknowledged, or may be), which never runs ahead of `expected`."""

    def __init__(self, next_seq: int | None) -> None:
        self.expected = next_seq
        """None: nothing is known, the firmware's oldest sample will be the first."""
        self.processed = next_seq
        self.blocks = 0
        self.duplicates = 0
        """Samples that came again."""
        self.lacks = False
        """Samples behind `expected` came and were dropped: the firmware must begin anew."""
        self.log = 0
        """Whose numbers these are."""
        self.spec = b""
        """First bytes of the session's spec hash, as they stand in each block."""
        self._hole: int | None = None
        self._boot: int | None = None  # of the block that the sample before `expected` came in

    def begin(self, next_seq: int | None) -> None:
        """Numbering starts here (None: where the firmware says), whatever was before."""
        self.expected = self.processed = next_seq
        self._hole = self._boot = None
        self.lacks = False

    @property
    def in_work(self) -> bool:
        """Samples were handed out and are not processed, and the firmware only has to wait."""
        return self.processed != self.expected and not self.lacks

    def uses_numbers_again(self, block: Block) -> bool:
        """Whether samples of a later boot have numbers that are known already: not repetitions, but
        the firmware has lost part of its log, and the numbers with it."""
        if self.expected is None or self._boot is None:
            return False
        later = boot_distance(block.boot, self._boot) > 0
        return later and seq_distance(block.first_seq, self.expected) < 0

    def take_block(self, block: Block) -> list[Samples | Lost]:
        """Nothing for a block that is a repetition, or lies behind a hole (it will come again)."""
        self.blocks += 1
        found = self._bridge(block.first_seq)
        if found is None or self.expected is None:
            return []
        skip = -seq_distance(block.first_seq, self.expected)
        if skip >= block.count:
            self.duplicates += block.count
            return [*found]
        self.duplicates += skip
        self._boot = block.boot
        self.expected = (block.first_seq + block.count) & _MASK
        return [*found, Samples(block, skip, self.log, block.spec == self.spec)]

    def take_gap(self, gap: Gap) -> list[Samples | Lost]:
        found = self._bridge(gap.first_seq)
        if found is None or self.expected is None:
            return []
        end = (gap.first_seq + gap.count) & _MASK
        missing = seq_distance(end, self.expected)
        if missing <= 0:
            return [*found]
        lost = Lost(self.expected, missing, self.log, declared=True)
        self.expected = end
        return [*found, lost]

    def acknowledge(self, next_seq: int) -> bool:
        """The application has processed all before `next_seq`; True if that is news.

        Raises ValueError if those samples were never handed out.
        """
        if self.expected is None or self.processed is None:
            return False  # numbers of a log that is gone
        if seq_distance(next_seq, self.expected) > 0:
            raise ValueError(f"samples before {next_seq} were not all received")
        if seq_distance(next_seq, self.processed) <= 0:
            return False
        self.processed = next_seq
        return True

    def _bridge(self, first_seq: int) -> list[Lost] | None:
        """None: samples before `first_seq` are missing, and have been asked for again.

        A hole that is still there when the firmware has begun anew from where we said is real.
        """
        if self.expected is None:
            return None
        missing = seq_distance(first_seq, self.expected)
        if missing <= 0:
            self._hole = None
            self.lacks = False
            return []
        if self._hole != self.expected:
            self.lacks = True
            return None
        lost = Lost(self.expected, missing, self.log, declared=False)
        self.expected = first_seq
        self._hole = None
        self.lacks = False
        return [lost]

    def note_new_beginning(self) -> None:
        """The firmware hands out again from `processed`: a hole at `expected` is real from now."""
        self._hole = self.expected
        self.lacks = False
