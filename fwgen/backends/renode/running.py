"""What is true of an emulated board that runs: its machine, its samples, its pictures."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fwgen.backends.asked import asked_of
from fwgen.backends.ledger import Ledger, Sampled
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.outages import LOADED
from fwgen.backends.renode.display import Display
from fwgen.backends.renode.log_region import LogRegion
from fwgen.backends.renode.machine import Machine, rows
from fwgen.backends.renode.observed import accesses_of, boots_of
from fwgen.backends.renode.options import Counts, EccCounts, Options
from fwgen.backends.renode.port import KernelPort
from fwgen.backends.renode.sensor import EmulatedSensor, Seen
from fwgen.backends.renode.share import ShareMeter
from fwgen.backends.renode.vcd import Wire
from fwgen.backends.renode.waves import waves_of
from fwgen.backends.wire_watch import LogBlocks, blocks_in
from fwgen.peer.linux.elf import Elf
from fwgen.record import DdrAccess, Frame
from fwgen.sensor import model_of

if TYPE_CHECKING:
    from fwgen.plan.model import Plan

PICTURE_LATER_US: Final = 900_000
_MOST_PICTURES: Final = 40


class Running:
    """`start` of EmulatedBackend sets what it holds. Without a suffix, times are those of the
    scenario."""

    port: KernelPort
    linux: Linux
    machine: Machine
    console: bytearray
    """The firmware's output on its console so far."""
    _plan: Plan
    _seed: int
    _options: Options
    _elf: Elf
    _ledger: Ledger
    _log_region: LogRegion
    _sensors: list[EmulatedSensor]
    _display: Display
    _share: ShareMeter
    _zero_ns: int  # scenario time 0 on the machine's clock
    _peak_slots: int

    @property
    def now_us(self) -> int:
        """The machine's time."""
        return self.machine.now_ns // 1000

    @property
    def _zero_us(self) -> int:
        return self._zero_ns // 1000

    @property
    def _t_us(self) -> int:
        """Scenario time."""
        return (self.machine.now_ns - self._zero_ns) // 1000

    def _do(self, action: Callable[[int], None]) -> None:
        """Between two runs: let Linux act, then let all that follows at once happen."""
        action(self.now_us)
        self.port.attend()

    def _linux_acts(self, what: str, at_us: int) -> None:
        self._note_slots()
        if what in ("closed", "open") and self._zero_ns:
            self._share.turn(what == "closed")
        if what == "closed":
            self._picture_at(at_us + PICTURE_LATER_US, "Linux asleep")
        elif what == "open" and self._zero_ns:
            self._keep_picture("wake-up begins", at_us)
        elif what == "started":
            self._ledger.started(at_us)
            if self._zero_ns:
                self._ledger.event(LOADED, at_us)

    # -------------------------------------------------------------------------------------- samples

    def _sampled(self, end_ns: int) -> list[Sampled]:
        """Return what each sensor has given until then."""
        found = []
        for sensor, emulated in zip(self._plan.sensors, self._sensors, strict=True):
            seen = self._seen(sensor.number, end_ns)
            found.append(
                Sampled(
                    sensor,
                    seen.taken,
                    model_of(sensor.part.TYPE).truth(sensor, emulated.scene),
                    asked_of(self._plan, sensor, self._log_region.slots),
                    self._offsets(sensor.number, seen, 0),
                    seen.jitter_us,
                )
            )
        return found

    def _seen(self, stream: int, end_ns: int) -> Seen:
        delivered, first_seq = self._ledger.told(stream), self._first_seq(stream)
        boots = boots_of(self.machine, self._zero_ns, end_ns, int(self._options.first_seq > 0))
        seen = self._sensors[stream].seen(boots, delivered, self._zero_ns, end_ns)
        return replace(seen, taken=replace(seen.taken, seq=seen.taken.seq + first_seq))

    def _has_processed(self, end_ns: int) -> bool:
        """Return whether Linux has processed all samples taken before then."""
        if not self._ledger.knows_log:
            return False
        for stream in range(len(self._sensors)):
            seen = self._seen(stream, end_ns)
            before = (self._offsets(stream, seen, self._zero_us) or [0])[-1]
            next_seq = self._first_seq(stream) + len(seen.taken) - before
            expected = self.linux.processed(stream)
            if expected is None or (expected - next_seq) & 0xFFFF_FFFF >= 1 << 31:
                return False
        return True

    def _starts(self) -> int:
        """Return how often the firmware has started."""
        _, running = rows(self.machine.core.Clock)
        return int(self._options.first_seq > 0) + int(running.sum())

    def _offsets(self, stream: int, seen: Seen, zero_us: int) -> list[int]:
        """Return for the log after each erasure what to add to its numbers. `zero_us`: scenario
        time 0 on the ledger's clock."""
        at_us = [erasure.at_us - zero_us for erasure in self._ledger.erasures]
        before = seen.taken.before(np.array(at_us, dtype=np.int64))
        return [self._first_seq(stream) + int(rows_before) for rows_before in before]

    def _first_seq(self, stream: int) -> int:
        return 0 if stream else self._options.first_seq

    def _log_blocks(self) -> LogBlocks:
        region = self._log_region
        return blocks_in(self.machine.read(region.start, region.size_bytes))

    def _note_slots(self) -> None:
        used = self._log_region.used_slots(self.machine.read)
        self._peak_slots = max(self._peak_slots, used)

    # ----------------------------------------------------------------------------- what can be read

    def counts(self) -> Counts:
        """Return the counters of the run so far, for measurements."""
        rpmsg = self.port.kernel.bus
        return Counts(
            t_us=self._t_us,
            instructions=int(self.machine.core.Instructions),
            wake_ups=int(self.machine.core.WakeUps),
            triggers=sum(sensor.measurements for sensor in self._sensors),
            frames=self._display.frames,
            messages=rpmsg.received if rpmsg is not None else 0,
            processed=self.linux.processed_seq or 0,
            memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )

    def ecc(self) -> EccCounts:
        """Return what happened in the memory with error correction (option `ecc`)."""
        memory = self.machine.ecc
        return EccCounts(
            frozenset(map(int, str(memory.FaultsAt).split())),
            int(memory.Stores),
            int(memory.NarrowStores),
        )

    def waves(self) -> str:
        """Return the run as a dump for a wave viewer (VCD)."""
        return waves_of(self.machine, self._plan, self._wires(), self._zero_ns)

    def _wires(self) -> list[Wire]:
        return [wire for sensor in self._sensors for wire in sensor.wires(self._zero_ns)]

    def _accesses(self) -> list[DdrAccess]:
        return accesses_of(self.machine, self._elf, self._zero_ns)

    def picture(self) -> bytes:
        """Return the display's picture as a PNG; empty without a display."""
        return self._display.picture()

    def _picture_at(self, at_us: int, caption: str) -> None:
        self.port.at(at_us, lambda now_us: self._keep_picture(caption, now_us))

    def _keep_picture(self, caption: str, at_us: int) -> None:
        png = self.picture() if len(self._ledger.frames) < _MOST_PICTURES else b""
        if png:
            self._ledger.frames.append(Frame(at_us / 1e6, png, caption))
