"""Makes the emulated board of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fwgen.backends.renode.log_region import LogRegion
from fwgen.backends.renode.machine import Machine
from fwgen.backends.renode.options import Options
from fwgen.backends.renode.sensor import EmulatedSensor, emulation_of
from fwgen.backends.renode.wiring import platform_repl
from fwgen.sensor import Scene

if TYPE_CHECKING:
    from fwgen.config import RenodeConfig
    from fwgen.plan.model import Plan


def machine_for(plan: Plan, options: Options, config: RenodeConfig, log: LogRegion) -> Machine:
    """Return the machine with the plan's board, without sensors."""
    name, chip = plan.data.memory, plan.board.chip
    ecc = (chip.memories[name], chip.ecc[name]) if options.ecc else None
    machine = Machine(plan.board.emulated_as, platform_repl(plan), config, options.renode_log, ecc)
    if options.ecc:
        machine.watch_stores(log.start, log.start + log.size_bytes)
    machine.core_reset_bits = chip.reset.core
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
    return machine


def sensors_on(
    machine: Machine, plan: Plan, options: Options, scenes: Sequence[Scene]
) -> list[EmulatedSensor]:
    """Return the plan's sensors on this machine, each with what it sees."""
    sensors = [
        emulation_of(sensor.part.TYPE).on(machine, plan, sensor, scene)
        for sensor, scene in zip(plan.sensors, scenes, strict=True)
    ]
    for emulated in sensors if options.edges else ():
        emulated.record_edges()
    return sensors
