"""The ELF on the emulated board: it runs a history whose stores are recorded, then starts with any
memory of the log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from fwgen.backends.ledger import Ledger
from fwgen.backends.renode.emulated import EmulatedBackend
from fwgen.backends.renode.log_region import LogRegion
from fwgen.backends.renode.machine import Machine, unsigned_64
from fwgen.backends.renode.options import KernelPace, Options
from fwgen.config import load_config
from fwgen.peer.linux.elf import Elf
from fwgen.plan.model import Plan
from fwgen.scenario.load import parse_scenario
from fwgen.scenario.model import Scenario
from fwgen.series import Ints
from fwgen.wire.block import Block
from fwgen.wire.messages import Ack, Message, PeerHello

RECOVERED: Final = "node_started"
"""The function that the firmware calls first after it has recovered its log."""
UNREAD_US: Final = 30_000_000
"""Linux's driver is bound this long after a start: until then the log fills up, and drops."""
_STEP_US: Final = 20_000
_MOST_US: Final = 2_000_000
_DRAIN_US: Final = 3_000_000

SCENARIO: Final = """\
fwgen-scenario: 1
name: every store
distance: [{at: 0 s, mm: 1500}, {at: 60 s, mm: 2500}]
noise: 300 mm
missed: 2 %
steps: []
until: 120 s
"""


@dataclass(frozen=True)
class Store:
    """`offset` in the region."""

    offset: int
    value: int
    at_ns: int


@dataclass(frozen=True)
class Acked:
    """From then on the firmware may know that the peer has all samples before `next_seq`."""

    at_ns: int
    next_seq: int


class StoresBoard(EmulatedBackend):
    """`memory`: the log's region at the first start; the samples before `first_seq` are in it."""

    def __init__(self, elf: Path, plan: Plan, memory: bytes, first_seq: int) -> None:
        pace = KernelPace(probe_us=UNREAD_US)
        super().__init__(
            elf.read_bytes(), load_config().renode, Options(first_seq=first_seq, kernel=pace)
        )
        self._memory = memory
        self._found = Elf(self._firmware)
        self.region = LogRegion.of(self._found, plan)
        self.acked: list[Acked] = []
        self.delivered: list[Block] = []
        self.declared: list[tuple[int, int]] = []
        self._stores: Any = None

    # ------------------------------------------------------------------------------ the history

    def run_history(self, plan: Plan, seed: int) -> None:
        """The log fills up and drops, with resets; then Linux reads it, sleeps, and reads again."""
        scenario: Scenario = parse_scenario(SCENARIO)
        self.start(plan, scenario, seed)
        self._listen()
        self.run_until(6_100_000)
        self.reset_core()
        self.run_until(12_340_000)
        self.reset_core()
        self.run_until(12_340_000 + UNREAD_US + 4_000_000)
        self.port._pace = KernelPace()
        self.linux_does(lambda linux, now_us: linux.suspend(now_us, None))
        self.run_until(self._t_us + 3_600_000)
        self.reset_core()
        self.run_until(self._t_us + 2_400_000)
        self.linux_does(lambda linux, now_us: linux.resume(now_us))
        self.run_until(self._t_us + 3_000_000)

    def stores(self) -> list[Store]:
        """Return the stores to the region since the last call. Raises AssertionError for one that
        is not an aligned word."""
        found = np.frombuffer(bytes(self._stores.TakeStores()), dtype="<u8").reshape(-1, 4)
        assert all(int(width) == 4 and int(at) % 4 == 0 for at, _, width, _ in found)
        start = self.region.start
        return [Store(int(at) - start, int(value), int(ns)) for at, value, _, ns in found]

    def truth(self) -> list[tuple[int, int, int, int, int, int]]:
        """Return number, boot, device time, status, value and lateness of each sample that the
        emulated sensor says was taken."""
        taken = self._seen(0, self.machine.now_ns).taken
        columns: list[Ints] = [
            taken.seq,
            taken.boot,
            taken.time_us,
            taken.status,
            taken.value,
            taken.late_16ths,
        ]
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def _retained_log(self) -> bytes:
        return self._memory

    def _board(self) -> Machine:
        machine = super()._board()
        machine.execute(f"include @{Path(__file__).with_name('StoreWatch.cs')}")
        machine.execute(
            "machine LoadPlatformDescriptionFromString "
            '"stores: Miscellaneous.StoreWatch @ sysbus { cpu: cpu }"'
        )
        self._stores = machine.part("stores")
        self._watch(machine, True)
        start_core = machine.start_core

        def start(vector_table: int) -> None:
            start_core(vector_table)
            self._stores.Renew()

        machine.start_core = start  # type: ignore[method-assign]
        place = self._found.symbol(RECOVERED)
        assert place is not None, f"the ELF has no function {RECOVERED}"
        self._stores.HaltAt(unsigned_64(place[0] & ~1))
        return machine

    def _watch(self, machine: Machine, on: bool) -> None:
        if on:
            start, size = self.region.start, self.region.size_bytes
            self._stores.Watch(unsigned_64(start), unsigned_64(start + size))
        else:
            self._stores.Ignore()

    def _listen(self) -> None:
        """Note what the peer acknowledges and gets."""
        ledger, wire = self._ledger, self._ledger.wire
        went = wire.went

        def goes(message: Message, at_us: int) -> None:
            if isinstance(message, Ack):
                self.acked.append(Acked(at_us * 1000, message.next_seq))
            elif isinstance(message, PeerHello) and message.expected_seq is not None:
                self.acked.append(Acked(at_us * 1000, message.expected_seq))
            went(message, at_us)

        def delivers(block: Block, skip: int, arrival_us: int) -> None:
            self.delivered.append(block)

        def declares(first: int, count: int, at_us: int, stream: int = 0) -> None:
            self.declared.append((first, count))

        wire.went = goes  # type: ignore[method-assign]
        ledger.deliver = delivers  # type: ignore[method-assign]
        ledger.gap = declares  # type: ignore[method-assign]

    # ------------------------------------------------------------------------------ one start

    def quiet(self) -> None:
        """Linux does nothing any more."""
        self.machine.linux.CancelAlarm()
        self.machine.linux.Handler = None
        self._watch(self.machine, False)

    def recover(self, memory: bytes, record: bool = False) -> bytes:
        """Start the firmware with this memory; return the memory when it has recovered its log.
        `record`: its stores can be taken with `stores`."""
        machine = self.machine
        if record:
            self._watch(machine, True)
        self._stores.TakeStores()
        self._stores.HasReached, self._stores.Armed = False, True
        machine.write(self.region.start, memory)
        machine.start_core(self.port.kernel.rproc.vector_table)
        end_ns = machine.now_ns + _MOST_US * 1000
        while not self._stores.HasReached:
            assert machine.now_ns < end_ns, "the firmware does not recover"
            machine.run_for(_STEP_US)
        self._stores.Armed = False
        if record:
            self._watch(machine, False)
        return machine.read(self.region.start, self.region.size_bytes)

    def deliver(self, memory: bytes, next_seq: int) -> tuple[list[Block], list[tuple[int, int]]]:
        """Start the board with this memory and a peer that knows nothing; return the blocks that
        it gets up to this number, and the gaps."""
        self._options = Options()
        self._stores.Armed = False
        self._ledger = Ledger(self._plan.sensors[0].channels)
        self.machine.core.ResetBoard()
        self.machine.write(self.region.start, memory)
        self._connect_linux()
        self._listen()
        self.delivered, self.declared = [], []
        self.machine.on_linux(self.port.attend)
        self._boot_linux()
        self.port.attend()
        end_ns = self.machine.now_ns + _DRAIN_US * 1000
        while (self.linux.processed_seq or 0) < next_seq:  # numbers do not wrap here
            assert self.machine.now_ns < end_ns, "the samples do not arrive"
            self.machine.run_for(_STEP_US)
        return self.delivered, self.declared
