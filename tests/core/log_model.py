"""A simple model of the sample log's behaviour. Its numbers continue beyond 2**32."""

from __future__ import annotations

from tests.core.clog import KEEP_NEWEST, Config, View
from tests.core.plain_block import PlainBlock
from tests.core.samples import word_of


class LogModel:
    def __init__(self, slots: int, config: Config) -> None:
        self.slots = slots
        self.config = config
        self.boot = 1
        self.next_seq = config.initial_seq
        self.blocks: list[PlainBlock] = []
        self.begin()

    def begin(self) -> None:
        """Restart: memory is unchanged, all other state is new."""
        self.open: PlainBlock | None = None
        self.next_us = 0
        self.dropped = 0
        self.told_from = self.blocks[0].first_seq if self.blocks else self.next_seq
        self.cursor = self.oldest_seq
        self.peak = len(self.blocks)

    def reset(self, config: Config) -> None:
        self.config = config
        self.boot = (self.boot + 1) % 2**32
        self.begin()

    @property
    def oldest_seq(self) -> int:
        """Return the oldest number; it includes samples dropped since the start."""
        first = self.blocks[0].first_seq if self.blocks else self.next_seq
        return min(first, self.told_from)

    @property
    def samples(self) -> list[tuple[int, int]]:
        return [(word_of(sample), sample[2]) for block in self.blocks for sample in block.samples]

    @property
    def unacked_blocks(self) -> int:
        return sum(block.end_seq <= self.cursor for block in self.blocks)

    def append(self, schedule_us: int, word: int, late: int) -> None:
        if self.open and (schedule_us != self.next_us or not self.open.append(word, late)):
            self.open = None
        elif self.open:
            self.next_seq += 1
            self.next_us = schedule_us + self.config.period_us
            return
        if len(self.blocks) == self.slots:
            if self.config.when_full != KEEP_NEWEST:
                self.next_seq += 1
                self.dropped += 1
                return
            self.dropped += len(self.blocks.pop(0).samples)
        self.open = PlainBlock(
            self.next_seq, self.config.period_us, schedule_us, self.boot, word, late
        )
        self.blocks.append(self.open)
        self.peak = max(self.peak, len(self.blocks))
        self.next_seq += 1
        self.next_us = schedule_us + self.config.period_us

    def peek(self, close_open: bool) -> View | None:
        ahead = [block for block in self.blocks if block.end_seq > self.cursor]
        if ahead and ahead[0].first_seq <= self.cursor:
            if ahead[0] is self.open:
                if not close_open:
                    return None
                self.open = None
            block = ahead[0]
            return View(block.first_seq % 2**32, len(block.samples), block.data())
        if not ahead and not close_open:
            return None
        end = ahead[0].first_seq if ahead else self.next_seq
        gap = end - self.cursor
        return View(self.cursor % 2**32, gap, None) if gap else None

    def sent(self, view: View) -> None:
        """Advance the cursor past `view`, which was peeked at the current cursor."""
        blocks = [block for block in self.blocks if block.end_seq > self.cursor]
        self.cursor = blocks[0].end_seq if view.data else self.cursor + view.count

    def rewind(self, next_seq: int) -> None:
        self.cursor = next_seq
        if next_seq == self.next_seq:
            self.open = None

    def release(self, next_seq: int) -> None:
        self.blocks = [block for block in self.blocks if block.end_seq > next_seq]
        self.told_from = max(self.told_from, next_seq)
