"""The simulated sensor, and the samples that a firmware must report for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fwgen.errors import InputError
from fwgen.plan.model import PlannedSensor
from fwgen.sensor import (
    DISTANCE,
    Condition,
    Instants,
    Readings,
    Scene,
    SensorModel,
    SimulatedSensor,
)
from fwgen.sensor.chance import Ints
from fwgen.sensors.hc_sr04.kinds import HELD, KINDS, NO_PULSE, disturbed
from fwgen.sensors.hc_sr04.line import EchoLine
from fwgen.sensors.hc_sr04.plan import figures_of, part_of
from fwgen.sensors.hc_sr04.samples import expected_samples
from fwgen.sensors.hc_sr04.world import World
from fwgen.wire.channel import DISTANCE as CHANNEL
from fwgen.wire.sample import DISTANCE_BITS

_USUAL = "1500 mm"
_INSTEAD = {Condition.MUTE: NO_PULSE, Condition.HELD: HELD}


def world_of(scene: Scene) -> World:
    """Return what the sensor sees. Raises InputError if the scenario has no obstacle."""
    if DISTANCE not in scene.signals:
        hint = "add `distance: [{at: 0 s, mm: 1500}]` to it"
        raise InputError("the scenario has no `distance` for the sensor", hint)
    return World(
        scene.signals[DISTANCE],
        scene.seed,
        scene.noise_um,
        scene.missed_ppm,
        scene.air_decicelsius,
        KINDS[scene.copy or "original"],
    )


class _Simulated(SimulatedSensor):
    def __init__(self, sensor: PlannedSensor, scene: Scene) -> None:
        self.scene = scene
        part = part_of(sensor.part)
        self._timeout_us = figures_of(sensor).timeout_us
        self._range_mm, self._air = part.range_mm, part.air_decicelsius
        self._stuck_um: int | None = None  # the distance that it shows while it is stuck
        kind = world_of(scene).kind
        self._line = EchoLine(kind, part.period_us, part.pull_echo_low)

    def read(self, instants: Instants) -> Readings:
        self._line.kind = disturbed(world_of(self.scene).kind, self.condition)
        echoes = self._echoes(instants.t_ms)
        self._line.hold_old_echoes(instants.at_us, echoes, instants.late_us)
        status, distance_mm = expected_samples(
            echoes,
            timeout_us=self._timeout_us,
            range_mm=self._range_mm,
            air_decicelsius=self._air,
        )
        words = np.asarray(status << DISTANCE_BITS | distance_mm, dtype=np.uint16)
        return Readings(echoes.astype(np.uint32), words)

    def _echoes(self, t_ms: Ints) -> Ints:
        world = replace(world_of(self.scene), kind=self._line.kind)
        if self.condition is not Condition.STUCK:
            self._stuck_um = None
        elif len(t_ms):
            if self._stuck_um is None:
                self._stuck_um = int(world.true_um(t_ms[:1])[0])
            points, kind = ((0, self._stuck_um),), replace(world.kind, first_um=0)
            world = World(points, air_decicelsius=world.air_decicelsius, kind=kind)
        if self.condition in _INSTEAD:
            return np.full(len(t_ms), _INSTEAD[self.condition], dtype=np.int64)
        return world.echo_us(t_ms)


class _Model(SensorModel):
    copies = tuple(KINDS)
    conditions = tuple(Condition)
    hears_echoes = True

    def units(self) -> Mapping[str, str]:
        return {CHANNEL.name: CHANNEL.unit}

    def usual(self, sensor: PlannedSensor) -> Mapping[str, str]:
        return {CHANNEL.name: _USUAL}

    def simulated(self, sensor: PlannedSensor, scene: Scene) -> SimulatedSensor:
        return _Simulated(sensor, scene)

    def truth(self, sensor: PlannedSensor, scene: Scene) -> list[NDArray[np.float64]]:
        return [np.array(scene.signals[DISTANCE], dtype=np.float64) / 1e3]


SENSOR = _Model()
