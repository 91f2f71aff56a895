"""One run: the history, then a start of the firmware for each memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from fwgen.plan import plan_spec
from fwgen.plan.model import Plan
from fwgen.spec import load_spec
from tests.core.clog import KEEP_NEWEST, Config, Log, Memory
from tests.core.samples import samples
from tests.second_reader.reader import slots
from tests.stores import judge
from tests.stores.board import StoresBoard
from tests.stores.history import History, State, Truth
from tests.stores.states import DAMAGES, Damaged

SPEC: Final = Path("fwgen/scenario/bundled/specs/small-log-keep-newest.yaml")
_LOG_ID: Final = 0x5354_4F52_4553
_FREE_SLOTS: Final = 4
_SECONDS: Final = {"second resets": 0.22, "torn": 0.11, "flipped": 0.07, "dead": 0.04}
"""Which share of the states is of this kind; the rest are the history's own."""
_DELIVERED: Final = 0.02
_FAULTS: Final = 10
_UNDETECTED: Final = "undetected by 16 bits"


@dataclass
class Result:
    stores: int
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    wall_s: float = 0.0

    @property
    def states(self) -> int:
        return sum(n for kind, n in self.counts.items() if kind not in ("delivered", _UNDETECTED))

    def document(self) -> dict[str, Any]:
        return {
            "stores": self.stores,
            "states": self.states,
            "by_kind": dict(self.counts),
            "faults": self.faults,
            "wall_s": round(self.wall_s, 1),
        }

    def text(self) -> str:
        kinds = ", ".join(f"{kind}: {count:,}" for kind, count in self.counts.items())
        head = f"{self.stores:,} stores, {self.states:,} states in {self.wall_s:.0f} s ({kinds})"
        return "\n".join([head, *self.faults, "" if self.faults else "all recovered"]).strip()


def run(
    elf: Path, spec: Path, states: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> Result:
    began = time.monotonic()
    plan = plan_spec(load_spec(spec))
    memory, truth = filled(plan, seed)
    board = StoresBoard(elf, plan, memory, len(truth))
    board.run_history(plan, seed)
    stores = board.stores()
    for number, boot, time_us, status, value, late in board.truth():
        values = (value,) if status <= 2 else ()
        truth[number] = (boot, time_us, status, values, late)
    history = History(memory, stores, board.acked, truth)
    replayed = bytearray(memory)
    for store in stores:
        replayed[store.offset : store.offset + 4] = store.value.to_bytes(4, "little")
    assert board.machine.read(board.region.start, len(memory)) == replayed, "a store was missed"
    say(f"{len(stores):,} stores in {time.monotonic() - began:.0f} s")
    board.quiet()
    result = Trial(board, history, states, seed, say).result()
    result.wall_s = time.monotonic() - began
    return result


def filled(plan: Plan, seed: int) -> tuple[bytes, Truth]:
    """Return a log that is nearly full, and its samples, from number 0 on; the host has made it."""
    size = plan.log.size_bytes
    memory = Memory(len(slots(bytes(size))))
    log = Log(memory, Config(when_full=KEEP_NEWEST, spec=plan.spec.spec_hash[:4]))
    log.identify(_LOG_ID)
    truth: Truth = {}
    for i, (word, late) in enumerate(samples("any", 100_000, Random(seed))):
        log.append(i * 60_000, word, late)
        status, value = word >> 13, word & 0x1FFF
        truth[i] = (1, i * 60_000, status, (value,) if status <= 2 else (), late)
        if log.free_slots == _FREE_SLOTS and log.open_samples > 60:
            break
    return memory.content.rjust(size, b"\0"), truth


class Trial:
    def __init__(
        self,
        board: StoresBoard,
        history: History,
        states: int,
        seed: int,
        say: Callable[[str], None],
    ) -> None:
        self._board, self._history = board, history
        self._wanted = {kind: round(share * states) for kind, share in _SECONDS.items()}
        self._own = states - sum(self._wanted.values())
        self._random = Random(seed)
        self._say = say
        self._seen: set[bytes] = set()
        self._result = Result(len(history.stores))

    def result(self) -> Result:
        every = self._distinct(self._history.states())
        self._result.faults += self._history.faults[:_FAULTS]
        for step in (self._cuts, self._second, self._damages, self._deliver):
            if len(self._result.faults) < _FAULTS:
                step(every)
                self._say(self._result.text().splitlines()[0])
        return self._result

    def _distinct(self, states: Iterable[State]) -> list[State]:
        found = []
        for state in states:
            if state.image not in self._seen:
                self._seen.add(state.image)
                found.append(state)
        self._seen.clear()
        return found

    def _some(self, states: list[State], count: int) -> list[State]:
        """Return so many, evenly spread; all that are not a usual sample's stores first."""
        if count >= len(states):
            return states
        rare = [state for state in states if self._is_rare(state)]
        if len(rare) > count // 2:
            rare = sorted(self._random.sample(rare, count // 2), key=lambda one: one.stores)
        chosen = {state.stores for state in rare}
        usual = [state for state in states if state.stores not in chosen]
        step = len(usual) / (count - len(rare))
        return [*rare, *(usual[int(i * step)] for i in range(count - len(rare)))]

    def _is_rare(self, state: State) -> bool:
        """Whether the last store was to a superblock, or to the first words of a slot."""
        store = self._history.stores[state.stores - 1]
        slot = self._history.slot_of(store.offset)
        if slot is None:
            return True
        count = len(slots(state.image))
        begin = len(state.image) - 64 - (count - slot) * 488
        return (store.offset - begin) // 4 not in (1, *range(9, 122))

    def _note(self, kind: str, where: str, wrong: Iterable[str]) -> None:
        self._result.counts[kind] += 1
        self._result.faults += [f"{kind}, {where}: {what}" for what in wrong]

    def _going(self, states: Iterable[Any]) -> Iterator[Any]:
        """Yield until there are enough faults."""
        for state in states:
            if len(self._result.faults) >= _FAULTS:
                return
            yield state

    def _check(
        self, kind: str, where: str, image: bytes, after: bytes, more: Iterable[str]
    ) -> None:
        self._seen.add(image)
        self._note(kind, where, [*judge.wrong_recovery(image, after), *more])

    def _cuts(self, every: list[State]) -> None:
        for state in self._going(self._some(every, self._own)):
            after = self._board.recover(state.image)
            more = [*judge.wrong_samples(after, self._history.truth), *judge.missing(state, after)]
            self._check("resets", f"store {state.stores}", state.image, after, more)

    def _second(self, every: list[State]) -> None:
        """A second reset at each store of the recovery."""
        left = self._wanted["second resets"]
        for state in self._going(self._some(every, max(1, left // 3))):
            if left <= 0:
                return
            self._board.recover(state.image, record=True)
            image = bytearray(state.image)
            for number, store in enumerate(self._board.stores(), 1):
                image[store.offset : store.offset + 4] = store.value.to_bytes(4, "little")
                if left <= 0 or bytes(image) in self._seen:
                    continue
                left -= 1
                after = self._board.recover(bytes(image))
                where = f"store {state.stores}, then {number} of the recovery"
                truth = self._history.truth
                more = [*judge.wrong_samples(after, truth), *judge.missing(state, after)]
                self._check("second resets", where, bytes(image), after, more)

    def _damages(self, every: list[State]) -> None:
        for name, damage in DAMAGES.items():
            left = self._wanted[name]
            while left > 0 and len(self._result.faults) < _FAULTS:
                found = damage(self._history, self._random.choice(every), self._random)
                if found is not None and found.image not in self._seen:
                    left -= 1
                    self._damaged(found)

    def _damaged(self, found: Damaged) -> None:
        """Other blocks than the damaged one must be there. Only a block whose check matches by
        chance may have other samples."""
        state = found.state
        after = self._board.recover(found.image)
        lost = judge.block_numbers(state.image, found.slots[0] if found.slots else None)
        wrong = [*judge.wrong_samples(after, self._history.truth)]
        if wrong and [*judge.wrong_samples(found.image, self._history.truth)] == wrong:
            self._result.counts[_UNDETECTED] += 1
            wrong = []
        wrong += judge.missing(state, after, lost)
        self._check(found.kind, f"store {state.stores}", found.image, after, wrong)

    def _deliver(self, every: list[State]) -> None:
        count = max(2, round(_DELIVERED * self._result.states))
        for state in self._going(self._some(every, count)):
            next_seq = judge.expected(state.image).next_seq
            blocks, gaps = self._board.deliver(state.image, next_seq)
            where = f"store {state.stores}"
            self._note("delivered", where, judge.wrong_delivery(state.image, blocks, gaps))
