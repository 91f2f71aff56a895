"""The sensor on the emulated board: a model of Renode, and what it sees (SensorOnBus.cs)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fwgen.backends.renode.machine import Machine
from fwgen.backends.renode.sensor import (
    Boot,
    EmulatedSensor,
    Seen,
    SensorEmulation,
    part_name,
)
from fwgen.errors import InputError
from fwgen.plan.model import Plan, PlannedSensor
from fwgen.record import Ints
from fwgen.sensor import Condition, Scene
from fwgen.sensors.zephyr.data import KnownPart, known_parts
from fwgen.sensors.zephyr.drivers import FEEDS, decoder_of
from fwgen.sensors.zephyr.model import PRIME, check_signals, steps_of
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.spec import ZephyrSensor
from fwgen.sensors.zephyr.taken import measurements_of, samples_seen, transfers_of
from fwgen.series import spec_number
from fwgen.spec.diagnostics import quote


class _Emulation(SensorEmulation):
    def repl(self, sensor: PlannedSensor) -> list[str]:
        part, own = part_of(sensor.part), part_name(sensor)
        model, *arguments = _known(part).renode
        return [
            f"{own}Device: {model} @ {part.bus} {part.address:#04x}",
            *(f"    {argument}" for argument in arguments),
            "",
            f"{own}: Sensors.SensorOnBus @ sysbus",
            f"    bus: {part.bus}",
            f"    device: {own}Device",
            f"    address: {part.address:#04x}",
            f"    begins: {_known(part).commands[0]:#04x}",
        ]

    def on(
        self, machine: Machine, plan: Plan, sensor: PlannedSensor, scene: Scene
    ) -> EmulatedSensor:
        return _Emulated(machine, plan, sensor, scene)


def _known(sensor: ZephyrSensor) -> KnownPart:
    """Return what is known of the sensor. Raises InputError if Renode has no model of it here."""
    name = sensor.compatible
    if name not in known_parts():
        models = ", ".join(known_parts())
        raise InputError(
            f"fwgen knows no model of Renode for {quote(name)}",
            f"use the host backend, or one of {models}",
        )
    return known_parts()[name]


class _Emulated(EmulatedSensor):
    def __init__(self, machine: Machine, plan: Plan, sensor: PlannedSensor, scene: Scene) -> None:
        self._model: Any = machine.part(part_name(sensor))
        self._sensor = part_of(sensor.part)
        self._part = _known(self._sensor)
        self._bus: Any = machine.part(self._sensor.bus)
        self._spec = spec_number(plan.spec.spec_hash)
        check_signals(sensor, scene)
        self.show(scene)

    def show(self, scene: Scene) -> None:
        self.scene = scene
        feeds, lines = FEEDS[self._sensor.compatible], []
        for index, channel in enumerate(self._sensor.channel_parts):
            name, scale = feeds[channel.name]
            seed = (scene.seed + index * PRIME) & (1 << 64) - 1
            ends = steps_of(self._sensor, channel).ends_micro()
            assert ends  # of each sensor that Renode has a model of
            points = " ".join(f"{t_ms}:{value}" for t_ms, value in scene.signals[channel.name])
            noise = scene.noise.get(channel.name, 0)
            lines.append(f"{name} {scale} {ends[0]} {ends[1]} {noise} {seed} {points}")
        self._model.Signals = "\n".join(lines)
        self._model.MissedPartsPerMillion = scene.missed_ppm
        self._model.Seed = scene.seed & (1 << 64) - 1

    def set_condition(self, condition: Condition) -> None:
        self._model.Mute = condition is Condition.MUTE
        self._bus.HoldClock = condition is Condition.HELD

    @property
    def first_ns(self) -> int | None:
        return int(self._model.FirstMeasurement) if self._model.Measurements else None

    @property
    def measurements(self) -> int:
        return int(self._model.Measurements)

    def seen(
        self, boots: Sequence[Boot], delivered: tuple[Ints, Ints, Ints], zero_ns: int, end_ns: int
    ) -> Seen:
        transfers = transfers_of(str(self._model.Record), zero_ns)
        found = measurements_of(transfers, self._part)  # one that has begun counts as a whole
        before = [one for one in found if one.at_ns < end_ns - zero_ns]
        scale = self._part.scale_of(dict(self._sensor.properties))
        return samples_seen(
            self._sensor,
            decoder_of(self._sensor.compatible, scale),
            before,
            boots,
            end_ns - zero_ns,
            self._spec,
            delivered,
        )


SENSOR = _Emulation()
