"""The emulated sensor (renode/models/HC_SR04.cs): its wiring, its controls and its record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fwgen.backends.renode.machine import Machine, rows, unsigned_64
from fwgen.backends.renode.pins import also, pin_of
from fwgen.backends.renode.sensor import (
    Boot,
    EmulatedSensor,
    Seen,
    SensorEmulation,
    part_name,
)
from fwgen.backends.renode.vcd import Wire
from fwgen.backends.renode.waves import wire_of
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.record import Ints
from fwgen.sensor import Condition, Scene
from fwgen.sensors.hc_sr04.kinds import SensorKind, disturbed
from fwgen.sensors.hc_sr04.model import world_of
from fwgen.sensors.hc_sr04.plan import figures_of, part_of
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s
from fwgen.sensors.hc_sr04.taken import Rules, Triggers, samples_seen
from fwgen.sensors.hc_sr04.world import World
from fwgen.series import spec_number

_PULSE_MASK: Final = 0xFFFF_FFFF
_METHODS: Final = {
    Condition.MUTE: "Mute",
    Condition.HELD: "HoldEcho",
}


class _Emulation(SensorEmulation):
    def repl(self, sensor: PlannedSensor) -> list[str]:
        pins = sensor.pins
        return sensor_repl(pins["trigger"].name, pins["echo"].name, part_name(sensor))

    def on(
        self, machine: Machine, plan: Plan, sensor: PlannedSensor, scene: Scene
    ) -> EmulatedSensor:
        return _Emulated(machine, plan, sensor, scene)


class _Emulated(EmulatedSensor):
    def __init__(self, machine: Machine, plan: Plan, sensor: PlannedSensor, scene: Scene) -> None:
        self._model: Any = machine.part(part_name(sensor))
        part = part_of(sensor.part)
        self._rules = Rules(
            part.period_us,
            figures_of(sensor).timeout_us,
            part.range_mm,
            part.air_decicelsius,
            spec_number(plan.spec.spec_hash),
        )
        self.show(scene)

    def show(self, scene: Scene) -> None:
        self.scene = scene
        show_world(self._model, world_of(scene))

    def set_condition(self, condition: Condition) -> None:
        show_kind(self._model, disturbed(world_of(self.scene).kind, condition))
        self._model.Freezes = condition is Condition.STUCK
        getattr(self._model, _METHODS.get(condition, "Restore"))()

    @property
    def first_ns(self) -> int | None:
        return int(self._model.FirstTrigger) if self._model.HasTriggered else None

    @property
    def measurements(self) -> int:
        return int(self._model.Triggers.Count)

    def seen(
        self, boots: Sequence[Boot], delivered: tuple[Ints, Ints, Ints], zero_ns: int, end_ns: int
    ) -> Seen:
        at_ns, pulse_us = rows(self._model.Triggers)
        kept = at_ns < end_ns
        triggers = Triggers(at_ns[kept] - zero_ns, pulse_us[kept] & _PULSE_MASK)
        holds = self._holds(zero_ns, end_ns)
        return samples_seen(boots, triggers, holds, end_ns - zero_ns, self._rules, delivered)

    def record_edges(self) -> None:
        self._model.RecordsEdges = True

    def wires(self, zero_ns: int) -> list[Wire]:
        edges = (("trigger", self._model.TriggerEdges), ("echo", self._model.EchoEdges))
        return [wire_of(name, log, zero_ns) for name, log in edges]

    def _holds(self, zero_ns: int, end_ns: int) -> list[tuple[int, int]]:
        at_ns, held = rows(self._model.Holds)
        found: list[tuple[int, int]] = []
        since_ns: int | None = None
        for instant_ns, value in zip((at_ns - zero_ns).tolist(), held.tolist(), strict=True):
            if value and since_ns is None:
                since_ns = instant_ns
            elif not value and since_ns is not None:
                found.append((since_ns, instant_ns))
                since_ns = None
        if since_ns is not None:
            found.append((since_ns, end_ns - zero_ns))
        return found


def sensor_repl(trigger: str, echo: str, name: str = "sensor") -> list[str]:
    """Return the sensor on two pins, named as in `PF6`."""
    pin, port = pin_of(echo)
    return [
        f"{name}: Sensors.HC_SR04 @ sysbus",
        f"    Echo -> gpio{port}@{pin}",
        "",
        f"gpio{trigger[1].lower()}:",
        f"    {int(trigger[2:])} -> {name}@0",
        "",
        "// the sensor notices when the firmware pulls its line low",
        *also(echo, f"{name}@1"),
    ]


def show_world(model: Any, world: World) -> None:
    """Set the properties of the C# model."""
    model.Path = " ".join(f"{t_ms}:{um}" for t_ms, um in world.points)
    model.Seed = unsigned_64(world.seed)
    model.NoiseSigmaMicrometres = world.noise_sigma_um
    model.MissedPartsPerMillion = world.missed_ppm
    model.SoundMillimetresPerSecond = sound_mm_per_s(world.air_decicelsius)
    show_kind(model, world.kind)


def show_kind(model: Any, kind: SensorKind) -> None:
    model.SilenceMicroseconds = kind.silence_us
    model.EndsByTrigger = kind.ends_by == "trigger"
    model.EndsByPull = kind.ends_by == "pull"
    model.SpikeAtMicroseconds = kind.spike_at_us
    model.SpikeMicroseconds = kind.spike_us
    model.FirstMicrometres = kind.first_um
    model.BlindMicrometres = kind.blind_um


SENSOR = _Emulation()
