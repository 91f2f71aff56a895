"""Puts what arrives in order: each sample once, gaps reported, and what may be acknowledged."""

from __future__ import annotations

from fwgen.peer.events import Lost, Samples
from fwgen.peer.incoming import boot_distance
from fwgen.wire.block import Block
from fwgen.wire.messages import Gap, StreamGap, seq_distance

_MASK = 0xFFFF_FFFF
_TRIES = 3
"""A number that is missing after so many new beginnings in a row is lost. The firmware declares its
own losses; but another program may have read a block, once or twice, before it got here."""


class Receiver:
    """Sequence numbers wrap at 2^32. Two positions: all samples before `expected` are received, all
    before `processed` may be acknowledged. `processed` is never ahead of `expected`. `stream`: the
    sensor's; each has a receiver of its own."""

    def __init__(self, next_seq: int | None, stream: int = 0) -> None:
        self.stream = stream
        self.expected = next_seq
        """None: no number is known; the firmware's oldest sample will be the first."""
        self.processed = next_seq
        self.blocks = 0
        self.duplicates = 0
        """Samples that were received more than once."""
        self.lacks = False
        """Samples after `expected` arrived and were dropped: the firmware must send again from
        `processed`."""
        self.log = 0
        """Identity of the log that these numbers belong to."""
        self.spec = b""
        """First bytes of the session's spec hash, as each block contains them."""
        self._hole: int | None = None
        """`expected` at a new beginning, until something arrived after it."""
        self._tries = 0
        """New beginnings in a row after which `expected` was missing."""
        self._boot: int | None = None  # of the block that the sample before `expected` came in

    def begin(self, next_seq: int | None) -> None:
        """Start again at this number (None: at the firmware's oldest sample)."""
        self.expected = self.processed = next_seq
        self._hole = self._boot = None
        self._tries = 0
        self.lacks = False

    @property
    def in_work(self) -> bool:
        """Whether the application still works on samples, so that the firmware must only wait."""
        return self.processed != self.expected and not self.lacks

    def uses_numbers_again(self, block: Block) -> bool:
        """Whether samples of a later boot have numbers that were already used. Then they are not
        repetitions: the firmware has lost part of its log, and these numbers with it."""
        if self.expected is None or self._boot is None:
            return False
        later = boot_distance(block.boot, self._boot) > 0
        return later and seq_distance(block.first_seq, self.expected) < 0

    def take_block(self, block: Block) -> list[Samples | Lost]:
        """Return the new samples, after those found lost. Empty for a repetition, and for a block
        after a hole (it will be sent again)."""
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

    def take_gap(self, gap: Gap | StreamGap) -> list[Samples | Lost]:
        found = self._bridge(gap.first_seq)
        if found is None or self.expected is None:
            return []
        end = (gap.first_seq + gap.count) & _MASK
        missing = seq_distance(end, self.expected)
        if missing <= 0:
            return [*found]
        lost = Lost(self.expected, missing, self.log, declared=True, stream=self.stream)
        self.expected = end
        return [*found, lost]

    def acknowledge(self, next_seq: int) -> bool:
        """The application has processed all samples before `next_seq`. Return whether this is new.

        Raises ValueError if they were not all handed out.
        """
        if self.expected is None or self.processed is None:
            return False  # these numbers belong to a log that no longer exists
        if seq_distance(next_seq, self.expected) > 0:
            raise ValueError(f"not all samples before {next_seq} were received")
        if seq_distance(next_seq, self.processed) <= 0:
            return False
        self.processed = next_seq
        return True

    def _bridge(self, first_seq: int) -> list[Lost] | None:
        """Return the samples lost before it; None: they are missing, and will be sent again."""
        if self.expected is None:
            return None
        missing = seq_distance(first_seq, self.expected)
        if missing > 0 and self._hole == self.expected:
            self._hole = None
            self._tries += 1
        if missing > 0 and self._tries < _TRIES:
            self.lacks = True
            return None
        found: list[Lost] = []
        if missing > 0:
            found = [Lost(self.expected, missing, self.log, declared=False, stream=self.stream)]
            self.expected = first_seq
        self._hole = None
        self._tries = 0
        self.lacks = False
        return found

    def go_on(self, oldest_seq: int, next_seq: int) -> int | None:
        """The firmware has these numbers of the known log, and sends again from `processed`. Return
        the number expected until now if the log has lost it: then it begins at the oldest."""
        expected = self.processed
        if expected is not None and seq_distance(next_seq, expected) >= 0:
            self.note_new_beginning()
            return None
        self.begin(oldest_seq)
        return expected

    def note_new_beginning(self) -> None:
        """The firmware sends again from `processed`."""
        self._hole = self.expected
        self.lacks = False
