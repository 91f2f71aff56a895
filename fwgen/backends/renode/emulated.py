"""The renode backend inside the emulator's process (backend.py is the part in the parent).

The ELF runs unchanged on the emulated M33. Linux is the kernel of fwgen.peer.linux below the same
`Linux` that the host backend uses. Virtual time is the machine's. Scenario time starts shortly
before the first trigger that the sensor sees: a step at the microsecond of a sample takes effect
before the firmware looks at the line for that sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from fwgen.backends.conditions import Conditions
from fwgen.backends.doorbells import DIRECTIONS, Disturbance
from fwgen.backends.ledger import ledger_for
from fwgen.backends.linux.emulated import Linux
from fwgen.backends.renode.display import Display
from fwgen.backends.renode.log_region import LogRegion
from fwgen.backends.renode.machine import Machine
from fwgen.backends.renode.making import machine_for, sensors_on
from fwgen.backends.renode.options import Options
from fwgen.backends.renode.port import KernelPort
from fwgen.backends.renode.running import PICTURE_LATER_US
from fwgen.backends.renode.share import ShareMeter
from fwgen.backends.renode.steps import Steps
from fwgen.errors import ExaminedBadError, InputError
from fwgen.peer.linux.elf import Elf, RefusedError
from fwgen.record import RunRecord
from fwgen.scenario.backend import Backend
from fwgen.scenario.seen import seen_by

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

P = TypeVar("P", bound=KernelPort)


class EmulatedBackend(Steps, Backend):
    """`firmware` is the ELF's content. `beat` is called regularly to show that the run
    continues."""

    name = "renode"

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
        self._conditions = Conditions(plan)
        self._peak_slots = 0
        self._recovery_us: int | None = None
        self._zero_ns = 0
        self._ledger = ledger_for(plan, self._log_blocks, scenario.clocks_ppm)
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
        self._picture_at(self._zero_us + PICTURE_LATER_US, "awake")

    def _board(self) -> Machine:
        """Make the board."""
        plan, options = self._plan, self._options
        machine = machine_for(plan, options, self._config, self._log_region)
        scenes = seen_by(self._scenario, plan, self._seed)
        self._sensors = sensors_on(machine, plan, options, scenes)
        if self._scenario.ddr_closed:
            machine.ddr.KeepClosed()
        console = plan.board.console.uart
        self.console = machine.listen(console) if plan.spec.console else bytearray()
        self._display = Display(machine, plan)
        return machine

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

    def _retained_log(self) -> bytes:
        from fwgen.backends.host.compile import core_sources
        from fwgen.backends.host.retained import retained_log
        from fwgen.generate import render

        core = core_sources(render(self._plan))
        return retained_log(core, self._log_region.size_bytes, self._options.first_seq)

    def _note_kernel(self, line: str) -> None:
        self.kernel_log.append((self.now_us, line))

    def do(self, step: Step) -> None:
        if refusal := self.refusal(step):
            raise refusal
        step.run(self)

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
        self.port.bells = dict.fromkeys(DIRECTIONS, Disturbance())
        self._do(lambda now_us: self.linux.end(now_us))
        starts = self.linux.starts_to_come
        while (
            not self._has_processed(end_ns) or len(self._ledger.starts) < starts
        ) and self._t_us < until_us + _SETTLE_US:
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
            true_t_s=first.truth[0][:, 0],
            true_mm=first.truth[0][:, 1],
            true_more=list(first.truth[1:]),
            ddr_accesses=self._accesses(),
            log_capacity_bytes=self._log_region.capacity_bytes,
            log_peak_bytes=self._log_region.bytes_of(self._peak_slots),
            jitter_us=first.jitter_us,
            core=core,
            asked=first.asked,
        )
        second = others[0] if others else None
        return self._ledger.record(record, first.taken, until_us, first.offsets, second)

    def _note_core(self) -> None:
        if self.port.kernel.bus is not None and self.port.kernel.bus.broken:
            self._ledger.event(f"the ring is broken: {self.port.kernel.bus.broken}", self.now_us)


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
