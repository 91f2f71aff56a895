"""The renode backend inside the emulator's process (backend.py is the part in the parent).

The ELF runs unchanged on the emulated M33. Linux is the kernel of fwgen.peer.linux below the same
`Linux` that the host backend uses. Virtual time is the machine's. Scenario time starts shortly
before the first trigger that the sensor sees: a step at the microsecond of a sample takes effect
before the firmware looks at the line for that sample.
"""

from __future__ import annotations

import random
import resource
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from fwgen.backends.asked import asked_of
from fwgen.backends.bus import why_no_bus
from fwgen.backends.doorbells import Disturbance, recovers_us
from fwgen.backends.ledger import Sampled, ledger_for
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.outages import BITTEN, LOADED, STOPPED
from fwgen.backends.renode.log_region import LogRegion
from fwgen.backends.renode.machine import Machine, rows
from fwgen.backends.renode.observed import accesses_of, boots_of
from fwgen.backends.renode.options import Counts, EccCounts, Options
from fwgen.backends.renode.panic import PANIC, panic_at
from fwgen.backends.renode.png import png_of
from fwgen.backends.renode.port import KernelPort
from fwgen.backends.renode.sensor import EmulatedSensor, Seen, emulation_of
from fwgen.backends.renode.share import ShareMeter
from fwgen.backends.renode.vcd import Wire
from fwgen.backends.renode.waves import waves_of
from fwgen.backends.renode.wiring import platform_repl
from fwgen.backends.wire_watch import LogBlocks, blocks_in
from fwgen.errors import ExaminedBadError, InputError
from fwgen.peer.linux.elf import Elf, RefusedError
from fwgen.record import DdrAccess, Frame, RunRecord
from fwgen.scenario import board
from fwgen.scenario.backend import Backend
from fwgen.scenario.seen import seen_by
from fwgen.sensor import Condition, can_be, model_of

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig
    from fwgen.plan.model import Plan
    from fwgen.scenario.model import Scenario
    from fwgen.scenario.steps.base import Step

_LOOK_NS: Final = 900
"""From scenario time 0 to the first trigger. The firmware looks at the line 300 ns before it."""
_FIRST_STEP_US: Final = 500
_FIRST_TRIGGER_MOST_US: Final = 2_000_000
_SLICE_US: Final = 5_000_000
_SETTLE_US: Final = 60_000_000
_SETTLE_STEP_US: Final = 500_000
_PICTURE_LATER_US: Final = 900_000
_MOST_PICTURES: Final = 40
_FOR_LONG: Final = 1 << 30  # clocks

P = TypeVar("P", bound=KernelPort)


class EmulatedBackend(Backend, board.Board):
    """`firmware` is the ELF's content. `beat` is called regularly to show that the run
    continues."""

    name = "renode"

    port: KernelPort
    _sensors: list[EmulatedSensor]
    console: bytearray
    """The firmware's output on its console so far."""

    def __init__(
        self,
        firmware: bytes,
        config: RenodeConfig,
        options: Options | None = None,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._firmware = firmware
        self._config = config
        self._options = options or Options()
        self._beat = beat

    def start(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        self._plan, self._scenario, self._seed = plan, scenario, seed
        if scenario.first_number:
            self._options = replace(self._options, first_seq=scenario.first_number)
        self._elf = _readable(self._firmware)
        check_spec(self._elf, plan)
        self._log_region = LogRegion.of(self._elf, plan)
        self._peak_slots = 0
        self._recovery_us: int | None = None
        self._zero_ns = 0
        self._ledger = ledger_for(plan, self._log_blocks)
        self.kernel_log: list[tuple[int, str]] = []
        self.machine = machine = self._board()
        self._connect_linux()
        machine.on_linux(self.port.attend)
        machine.core.SelfReset = machine.guarded(self._core_reset_itself)
        if self._options.first_seq:
            machine.write(self._log_region.start, self._retained_log())
        try:
            self._boot_linux()
        except RefusedError as error:
            raise ExaminedBadError(
                f"Linux rejects this firmware: {error}",
                "`fwgen audit` shows what is wrong with an ELF",
            ) from error
        self.port.attend()
        self._reach_first_trigger()
        self._share = ShareMeter(machine, plan)
        self._picture_at(self._zero_us + _PICTURE_LATER_US, "awake")

    def _connect_linux(self) -> None:
        """Make `port` and `linux`."""
        plan = self._plan
        self.port = self._port(KernelPort)
        self.linux = Linux(
            self.port, self._ledger, plan.spec.spec_hash, holds_latency=plan.rings.in_ddr
        )
        self.port.linux = self.linux

    def _port(self, kind: type[P]) -> P:
        return kind(
            self.machine,
            self._plan,
            self._firmware,
            self._note_kernel,
            self._options.kernel,
            self._linux_acts,
        )

    def _boot_linux(self) -> None:
        self.linux.boot(self.now_us)

    def run_until(self, t_us: int) -> None:
        end_ns = self._zero_ns + t_us * 1000
        while (now_ns := self.machine.now_ns) < end_ns:
            self.machine.run_until(min(end_ns, now_ns + _SLICE_US * 1000))
            self._beat()

    def finish(self) -> RunRecord:
        until_us = self._scenario.until_us
        self._keep_picture("at the end", self.now_us)
        end_ns = self.machine.now_ns
        core = self._share.result()
        self._do(lambda now_us: self.linux.end(now_us))
        while not self._has_processed(end_ns) and self._t_us < until_us + _SETTLE_US:
            self.run_until(self._t_us + _SETTLE_STEP_US)
        self._note_slots()
        self._note_core()
        self._ledger.stream(False, self.now_us)
        self._ledger.shift(-self._zero_us)
        first, *others = self._sampled(end_ns)
        record = RunRecord(
            backend=self.name,
            spec_name=self._plan.spec.name,
            scenario_name=self._scenario.name,
            seed=self._seed,
            sensor_name=first.sensor.name,
            period_us=first.sensor.period_us,
            true_t_s=first.truth[:, 0],
            true_mm=first.truth[:, 1],
            ddr_accesses=self._accesses(),
            log_capacity_bytes=self._log_region.capacity_bytes,
            log_peak_bytes=self._log_region.bytes_of(self._peak_slots),
            jitter_us=first.jitter_us,
            core=core,
            asked=first.asked,
        )
        second = others[0] if others else None
        return self._ledger.record(record, first.taken, until_us, first.offsets, second)

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

    # ------------------------------------------------------------------------ a scenario's steps

    def do(self, step: Step) -> None:
        if refusal := self.refusal(step):
            raise refusal
        step.run(self)

    @property
    def now_us(self) -> int:
        """The machine's time."""
        return self.machine.now_ns // 1000

    def ignore(self, step: str, reason: str) -> None:
        self._ledger.ignore(step, reason, self.now_us)

    def note(self, text: str) -> None:
        self._ledger.event(text, self.now_us)

    def linux_does(self, action: Callable[[board.Linux, int], None]) -> None:
        self._do(lambda now_us: action(self.linux, now_us))

    def ring_core(self, ring: str) -> None:
        self.port.stale_kick(ring)

    def disturb_doorbells(self, to: str, how: str, for_us: int, by_us: int) -> None:
        now_us = self.now_us
        self.port.bells[to] = Disturbance(how, now_us + for_us, by_us)
        if to == "linux":
            self._ledger.disturbed(now_us, now_us + for_us)
        late_us = now_us + for_us + recovers_us(to, how, for_us)
        self._do(lambda at_us: self.linux.disturbed(at_us, late_us))

    @property
    def core_runs(self) -> bool:
        return not self._ledger.is_down

    @property
    def core_is_held(self) -> bool:
        return bool(self.machine.core.IsHeld)

    @property
    def watchdog_us(self) -> int:
        return self._plan.timing.watchdog_us

    def reset_core(self) -> None:
        self._note_slots()
        self._ledger.stopped("reset", self.now_us)
        self.machine.start_core(self.port.kernel.rproc.vector_table)
        self._ledger.started(self.now_us)
        self._ledger.event(STOPPED["reset"], self.now_us)
        self._do(self.linux.firmware_restarted)

    def crash_core(self, how: str, takes_us: int) -> None:
        core = self.machine.core
        if how == "fault":
            core.RaiseFault()
        elif how == "panic":
            core.ContinueAt(panic_at(self._elf), PANIC)
        else:
            core.StandStill()
        self._recovery_us = takes_us
        self._ledger.stopped(how, self.now_us)
        self._ledger.event(STOPPED[how], self.now_us)
        self._do(self.linux.firmware_silent)

    def reset_board(self, cause: str, takes_us: int, app_us: int, log: str) -> None:
        memory = self._log_memory() if log == "erased" else []
        loses_power = cause == "power-cycle"
        if loses_power:
            chance = random.Random(self._seed)
            memory = [(at, chance.randbytes(len(zeros))) for at, zeros in self._powered_memory()]
        self._restart(cause, takes_us, app_us, memory)
        if loses_power and self._display_is_there():
            self._display("Unplug")
            self._display("Plug")

    def damage_log(self, mask: bytes) -> bool:
        region = self._log_region
        content = self.machine.read(region.start, region.size_bytes)
        at = self._ledger.wire.damage(content)
        if at is not None:
            flipped = bytes(old ^ flip for old, flip in zip(content[at:], mask, strict=False))
            self.machine.write(region.start + at, flipped)
        return at is not None

    def set_sensor(self, fault: str) -> bool:
        condition = Condition(fault)
        for sensor, emulated in zip(self._plan.sensors, self._sensors, strict=True):
            if condition in model_of(sensor.part.TYPE).conditions:
                emulated.set_condition(condition)
        return can_be(self._plan, condition)

    def disturb_bus(self, how: str, for_us: int) -> str:
        reason = why_no_bus(self._plan)
        if reason or self._plan.bus is None:
            return reason
        bus = self.machine.part(self._plan.bus.name)
        if how == "nack":
            bus.RefusesData = True
        else:
            bus.HoldData(_FOR_LONG)
        self.port.at(self.now_us + for_us, lambda at_us: _restore(bus))
        self._do(lambda now_us: None)  # sets Linux's alarm, which is used for this
        return ""

    def plug_display(self, plugged: bool) -> None:
        self._display("Plug" if plugged else "Unplug")

    def keep_picture(self, caption: str) -> None:
        self._keep_picture(caption, self.now_us)

    # -------------------------------------------------------------------------------------- inside

    @property
    def _zero_us(self) -> int:
        return self._zero_ns // 1000

    @property
    def _t_us(self) -> int:
        """Scenario time."""
        return (self.machine.now_ns - self._zero_ns) // 1000

    def counts(self) -> Counts:
        """Return the counters of the run so far, for measurements."""
        bus, display = self._plan.bus, self._plan.spec.display
        shown = bus is not None and display is not None
        rpmsg = self.port.kernel.bus
        return Counts(
            t_us=self._t_us,
            instructions=int(self.machine.core.Instructions),
            wake_ups=int(self.machine.core.WakeUps),
            triggers=sum(sensor.measurements for sensor in self._sensors),
            frames=int(self.machine.part(f"{bus.name}.panel").FrameCount) if bus and shown else 0,
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

    def _do(self, action: Callable[[int], None]) -> None:
        """Between two runs: let Linux act, then let all that follows at once happen."""
        action(self.now_us)
        self.port.attend()

    def _board(self) -> Machine:
        plan, options = self._plan, self._options
        name, chip = plan.data.memory, plan.board.chip
        ecc = (chip.memories[name], chip.ecc[name]) if options.ecc else None
        machine = Machine(
            plan.board.emulated_as, platform_repl(plan), self._config, options.renode_log, ecc
        )
        if options.ecc:
            region = self._log_region
            machine.watch_stores(region.start, region.start + region.size_bytes)
        machine.core_reset_bits = chip.reset.core
        seen = zip(plan.sensors, seen_by(self._scenario, plan, self._seed), strict=True)
        self._sensors = [
            emulation_of(sensor.part.TYPE).on(machine, plan, sensor, scene)
            for sensor, scene in seen
        ]
        for emulated in self._sensors if options.edges else ():
            emulated.record_edges()
        for wires in plan.buses:
            bus = machine.part(wires.name)
            bus.Burst = options.bus_burst
            port = machine.part(f"gpio{wires.scl[1].lower()}")
            bus.Wire(port, int(wires.scl[2:]), int(wires.sda[2:]))
        ddr = machine.ddr
        {
            "record": ddr.RecordViolations,
            "fault": ddr.FaultOnViolation,
            "hang": ddr.HangOnViolation,
        }[options.on_violation]()
        if self._scenario.ddr_closed:
            ddr.KeepClosed()
        console = plan.board.console.uart
        self.console = machine.listen(console) if plan.spec.console else bytearray()
        return machine

    def _reach_first_trigger(self) -> None:
        machine = self.machine
        while (first_ns := self._first_ns) is None and self.now_us < _FIRST_TRIGGER_MOST_US:
            machine.run_for(_FIRST_STEP_US)
        if first_ns is not None:
            self._zero_ns = first_ns - _LOOK_NS
        else:
            self._zero_ns = machine.now_ns
            self._ledger.event("the firmware has not triggered the sensor", self.now_us)

    @property
    def _first_ns(self) -> int | None:
        """When the firmware first measured with a sensor; None: not yet."""
        begun = (sensor.first_ns for sensor in self._sensors)
        return min((first_ns for first_ns in begun if first_ns is not None), default=None)

    def _core_reset_itself(self) -> None:
        """Called after a reset by the watchdog or by the firmware, while the emulation is
        paused. The core is held."""
        now_us, by = self.now_us, str(self.machine.core.ResetBy)
        if by == "watchdog":
            self.machine.note_reset(self._plan.board.chip.reset.watchdog)
        self._note_slots()
        self._ledger.stopped(by, now_us, asked=False)
        self._ledger.event(BITTEN if by == "watchdog" else STOPPED[by], now_us)
        self.linux.firmware_restarted(now_us, self._recovery_us)
        self.port.attend()

    def _restart(
        self, why: str, takes_us: int, app_us: int, memory: list[tuple[int, bytes]]
    ) -> None:
        """Reset the board; `memory`: new contents by address."""
        self._note_slots()
        self._ledger.stopped(why, self.now_us)
        self._ledger.event(STOPPED[why], self.now_us)
        self._do(lambda now_us: self.linux.restart(now_us, takes_us, app_us))
        self.machine.core.ResetBoard()
        reset = self._plan.board.chip.reset
        self.machine.note_reset(reset.pin | (reset.power if why == "power-cycle" else reset.system))
        for address, content in memory:
            self.machine.write(address, content)
        if why == "power-cycle" and self.machine.ecc is not None:
            self.machine.ecc.PowerOn()  # no word counts as written any more
        for window in self._plan.rings.nodes if self._plan.rings.in_ddr else ():
            self.machine.write_ddr(window.start, random.Random(0).randbytes(window.size_bytes))
        if memory:
            self._ledger.erased(self._starts(), self.now_us)

    def _log_memory(self) -> list[tuple[int, bytes]]:
        """Return the memory that contains the log, as zeros."""
        start = self._log_region.start
        return [one for one in self._powered_memory() if one[0] <= start < one[0] + len(one[1])]

    def _powered_memory(self) -> list[tuple[int, bytes]]:
        """Return address and zeros of each memory of the chip that the M33 uses, without DDR."""
        board = self._plan.board
        used = [one for name, one in board.chip.memories.items() if name in board.windows]
        return [(memory.start, bytes(memory.size_bytes)) for memory in used]

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

    def _note_kernel(self, line: str) -> None:
        self.kernel_log.append((self.now_us, line))

    def _note_core(self) -> None:
        if self.port.kernel.bus is not None and self.port.kernel.bus.broken:
            self._ledger.event(f"the ring is broken: {self.port.kernel.bus.broken}", self.now_us)

    # ------------------------------------------------------------------------------------- samples

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

    def _retained_log(self) -> bytes:
        from fwgen.backends.host.compile import core_sources
        from fwgen.backends.host.retained import retained_log
        from fwgen.generate import render

        core = core_sources(render(self._plan))
        return retained_log(core, self._log_region.size_bytes, self._options.first_seq)

    def _log_blocks(self) -> LogBlocks:
        region = self._log_region
        return blocks_in(self.machine.read(region.start, region.size_bytes))

    def _note_slots(self) -> None:
        used = self._log_region.used_slots(self.machine.read)
        self._peak_slots = max(self._peak_slots, used)

    # ---------------------------------------------------------------------------------- DDR, power

    def _linux_acts(self, what: str, at_us: int) -> None:
        self._note_slots()
        if what in ("closed", "open") and self._zero_ns:
            self._share.turn(what == "closed")
        if what == "closed":
            self._picture_at(at_us + _PICTURE_LATER_US, "Linux asleep")
        elif what == "open" and self._zero_ns:
            self._keep_picture("woken", at_us)
        elif what == "started" and self._zero_ns:
            self._ledger.started(at_us)
            self._ledger.event(LOADED, at_us)

    def _accesses(self) -> list[DdrAccess]:
        return accesses_of(self.machine, self._elf, self._zero_ns)

    # ------------------------------------------------------------------------------------- display

    def _display_is_there(self) -> bool:
        bus = self._plan.bus
        if bus is None or self._plan.spec.display is None:
            return False
        return bool(self.machine.part(f"{bus.name}.panel").IsPresent)

    def _display(self, method: str) -> None:
        bus = self._plan.bus
        if bus is not None and self._plan.spec.display is not None:
            getattr(self.machine.part(f"{bus.name}.panel"), method)()

    def _picture_at(self, at_us: int, caption: str) -> None:
        self.port.at(at_us, lambda now_us: self._keep_picture(caption, now_us))

    def picture(self) -> bytes:
        """Return the display's picture as a PNG; empty without a display."""
        bus, display = self._plan.bus, self._plan.spec.display
        if bus is None or display is None:
            return b""
        panel = self.machine.part(f"{bus.name}.panel")
        return png_of(bytes(panel.PackedPicture()), *display.size)

    def _keep_picture(self, caption: str, at_us: int) -> None:
        png = self.picture() if len(self._ledger.frames) < _MOST_PICTURES else b""
        if png:
            self._ledger.frames.append(Frame(at_us / 1e6, png, caption))


def _restore(bus: Any) -> None:
    bus.RefusesData = False
    bus.ReleaseData()


def _readable(firmware: bytes) -> Elf:
    try:
        return Elf(firmware)
    except RefusedError as error:
        raise ExaminedBadError(
            f"Linux rejects this firmware: {error}", "`fwgen audit` shows what is wrong with an ELF"
        ) from error


def check_spec(elf: Elf, plan: Plan) -> None:
    """Raises InputError if the firmware was built from another spec."""
    place = elf.symbol("fwgen_config")
    if place is None:
        return  # not built by fwgen: the run will show how it handles the peer's messages
    content = elf.memory(*place)
    if plan.spec.spec_hash not in content:
        raise InputError(
            f"this firmware was not built from the present spec {plan.spec.name}",
            "`fwgen build SPEC` builds it; `--spec` names the spec that an ELF was built from",
        )
