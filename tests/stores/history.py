"""What the memory of the log went through in a history, and which samples it must have at each
store. Nothing here knows the firmware: blocks are read by the reader that was written from
docs/SPEC.md, and true values come from the emulated sensor."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.second_reader.reader import Broken, Sample, read_block, slots
from tests.stores.board import Acked, Store

SLOT_BYTES = 488
TAIL_BYTES = 64
Truth = dict[int, tuple[int, int, int, tuple[int, ...], int]]
"""By number: boot, device time in us, status, values, lateness."""

_read: dict[bytes, tuple[list[Sample], int] | None] = {}
_MOST_READ = 20_000


def read(slot: bytes) -> tuple[list[Sample], int]:
    """Return read_block(slot); blocks are read again and again, and reading is slow."""
    if slot not in _read:
        if len(_read) >= _MOST_READ:
            _read.clear()
        try:
            _read[slot] = read_block(slot)
        except Broken:
            _read[slot] = None
    found = _read[slot]
    if found is None:
        raise Broken("known")
    return found


def samples_of(slot: bytes) -> list[Sample]:
    try:
        return read(slot)[0]
    except Broken:
        return []


def differs(sample: Sample, truth: Truth) -> str:
    """Return what is wrong with a sample, "" if it is the one that was taken."""
    known = truth.get(sample.seq)
    found = (sample.boot, sample.time_us, sample.status, sample.values, sample.lateness)
    if known is None:
        return f"{sample.seq} was never taken"
    return "" if found == known else f"{sample.seq} is {found}, was taken as {known}"


@dataclass(frozen=True)
class State:
    """The memory after `stores` stores. It must have the samples from `first` to `end` - 1."""

    stores: int
    image: bytes
    first: int
    end: int


@dataclass
class History:
    """`faults`: what the walk has found wrong with the stores themselves."""

    before: bytes
    stores: list[Store]
    acked: list[Acked]
    truth: Truth
    faults: list[str] = field(default_factory=list)

    def slot_of(self, offset: int) -> int | None:
        """Return which slot a byte of the region belongs to; None: to none."""
        count = len(slots(self.before))
        start = len(self.before) - TAIL_BYTES - count * SLOT_BYTES
        slot = (offset - start) // SLOT_BYTES
        return slot if 0 <= slot < count and offset >= start else None

    def states(self) -> Iterator[State]:
        """Yield the memory before the first store, and after each. Numbers do not wrap."""
        image = bytearray(self.before)
        held = [samples_of(slot) for slot in slots(self.before)]
        first, end = self._range(held)
        yield State(0, bytes(image), first, end)
        for number, store in enumerate(self.stores, 1):
            was_full = all(slot[:4] == b"FWB3" for slot in slots(bytes(image)))
            image[store.offset : store.offset + 4] = store.value.to_bytes(4, "little")
            at = self.slot_of(store.offset)
            if at is not None:
                begin = len(image) - TAIL_BYTES - (len(held) - at) * SLOT_BYTES
                now = samples_of(bytes(image[begin : begin + SLOT_BYTES]))
                first, end = self._change(number, store, held[at], now, was_full, first, end)
                held[at] = now
            yield State(number, bytes(image), first, end)

    def _range(self, held: list[list[Sample]]) -> tuple[int, int]:
        numbers = sorted(sample.seq for block in held for sample in block)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        return numbers[0], numbers[-1] + 1

    def _change(
        self,
        number: int,
        store: Store,
        before: list[Sample],
        now: list[Sample],
        was_full: bool,
        first: int,
        end: int,
    ) -> tuple[int, int]:
        """Return first and end after a slot has changed; note what may not happen."""
        came = {sample.seq: sample for sample in now}
        for sample in before:
            came_back = came.pop(sample.seq, None)
            if came_back == sample or sample.seq < first:
                continue
            freed = self._acked(store.at_ns) > sample.seq
            dropped = was_full and before[0].seq == first and not now
            if not (freed or dropped):
                self.faults.append(
                    f"store {number}: {sample.seq} leaves the memory, unacknowledged"
                )
                return first, end
        if before and not now:
            first = max(first, before[-1].seq + 1)
        for sample in came.values():
            if wrong := differs(sample, self.truth):
                self.faults.append(f"store {number}: {wrong}")
            if sample.seq != end:
                self.faults.append(f"store {number}: {sample.seq} appears, expected {end}")
            end = max(end, sample.seq + 1)
        return min(first, end), end

    def _acked(self, at_ns: int) -> int:
        """Return the number before which the peer had said to have everything by then."""
        at = bisect.bisect_right([one.at_ns for one in self.acked], at_ns)
        return max((one.next_seq for one in self.acked[:at]), default=0)
