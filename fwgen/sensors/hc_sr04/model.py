"""The simulated sensor, and the samples that a firmware must report for it."""

from __future__ import annotations

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
from fwgen.sensors.hc_sr04.kinds import HELD, KINDS, NO_PULSE
from fwgen.sensors.hc_sr04.line import EchoLine
from fwgen.sensors.hc_sr04.plan import figures_of, part_of
from fwgen.sensors.hc_sr04.samples import expected_samples
from fwgen.sensors.hc_sr04.world import World
from fwgen.wire.sample import DISTANCE_BITS

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
        kind = world_of(scene).kind
        self._line = EchoLine(kind, part.period_us, part.pull_echo_low)

    def read(self, instants: Instants) -> Readings:
        if self.condition is Condition.WELL:
            echoes = world_of(self.scene).echo_us(instants.t_ms)
        else:
            instead = _INSTEAD[self.condition]
            echoes = np.full(len(instants.t_ms), instead, dtype=np.int64)
        self._line.hold_old_echoes(instants.at_us, echoes, instants.late_us)
        status, distance_mm = expected_samples(
            echoes,
            timeout_us=self._timeout_us,
            range_mm=self._range_mm,
            air_decicelsius=self._air,
        )
        words = np.asarray(status << DISTANCE_BITS | distance_mm, dtype=np.uint16)
        return Readings(echoes.astype(np.uint32), words)


class _Model(SensorModel):
    copies = tuple(KINDS)

    def simulated(self, sensor: PlannedSensor, scene: Scene) -> SimulatedSensor:
        return _Simulated(sensor, scene)

    def truth(self, sensor: PlannedSensor, scene: Scene) -> NDArray[np.float64]:
        return np.array(scene.signals[DISTANCE], dtype=np.float64) / 1e3


SENSOR = _Model()
