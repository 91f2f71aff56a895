"""The simulated sensor and its driver, and the samples that a firmware must report for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.errors import InputError
from fwgen.plan.model import PlannedSensor
from fwgen.sensor import Condition, Instants, Readings, Scene, SensorModel, SimulatedSensor
from fwgen.sensor.chance import Ints, missed, noise, up_to
from fwgen.sensor.scene import value_at
from fwgen.sensors.zephyr.bus import measures_us
from fwgen.sensors.zephyr.data import Steps, known_parts, units
from fwgen.sensors.zephyr.plan import part_of
from fwgen.sensors.zephyr.spec import ZephyrChannel, ZephyrSensor
from fwgen.series import word_code
from fwgen.spec.diagnostics import quote
from fwgen.wire.channel import decimal, value_bits
from fwgen.wire.sample import SampleStatus

_VALUES, _ERROR = 0, 1  # host_sensor.c
PRIME: Final = 0x9E37_79B9
"""Apart from each other, so that channels have different noise."""
_OF_WAITS: Final = 0xB05
"""Apart from the seeds of the noise."""
_WAITS_PPM: Final = 20_000
"""How often a measurement finds the bus in use. On the emulated board it is about one in a hundred
beside a display, whose pictures change little."""


def check_signals(sensor: PlannedSensor, scene: Scene) -> None:
    """Raise InputError if the scenario has no signal for a channel."""
    for channel in part_of(sensor.part).channel_parts:
        if channel.name not in scene.signals:
            unit = channel.resolution.unit
            raise InputError(
                f"the scenario has no signal for the sensor's channel {quote(channel.name)}",
                f"add `signals: {{{sensor.named(channel.name)}: "
                f"[{{at: 0 s, value: 20 {unit}}}]}}` to it",
            )


def quantities(
    sensor: ZephyrSensor, steps: Sequence[Steps], scene: Scene, t_ms: Ints
) -> list[Ints]:
    """Return for each channel what Zephyr's API gives, in millionths of its unit. `steps`: those of
    each channel."""
    found = []
    for index, channel in enumerate(sensor.channel_parts):
        micro = value_at(scene.signals[channel.name], t_ms)
        sigma = scene.noise.get(channel.name, 0)
        if sigma:
            micro = micro + noise(scene.seed + index * PRIME, sigma, t_ms)
        found.append(_in_steps(micro, steps[index]))
    return found


def steps_of(sensor: ZephyrSensor, channel: ZephyrChannel) -> Steps:
    """Return the sensor's own steps; if it is not known, the spec's resolution."""
    known = known_parts().get(sensor.compatible)
    if known is None:
        return Steps(Fraction(0), channel.resolution.value)
    return known.steps_of(channel.name, dict(sensor.properties))


def _in_steps(micro: Ints, steps: Steps) -> Ints:
    """Return the values of the sensor's nearest steps, as the driver gives them: whole
    millionths. A value beyond its last step is the last step."""
    zero, step = steps.micro
    number = np.rint((micro - zero) / step)
    if steps.numbers is not None:
        number = np.clip(number, *steps.numbers)
    return np.asarray(np.rint(number * step + zero), dtype=np.int64)


def expected(channels: Sequence[ZephyrChannel], micro: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Return status and packed values that the firmware must report for these quantities: each in
    its nearest step, halves up; out of its range the range's end."""
    count = len(micro[0]) if micro else 0
    status = np.full(count, SampleStatus.VALID, dtype=np.int64)
    packed = np.zeros(count, dtype=np.int64)
    at = 0
    for channel, values in zip(channels, micro, strict=True):
        low, high, step = channel.micro
        status[values < low] = SampleStatus.TOO_NEAR
        status[values > high] = SampleStatus.TOO_FAR
        kept = np.minimum(np.maximum(values, low), high)
        packed |= ((kept - low + step // 2) // step) << at
        at += channel.channel.width
    return status, packed


class _Simulated(SimulatedSensor):
    def __init__(self, sensor: PlannedSensor, scene: Scene) -> None:
        check_signals(sensor, scene)
        self.scene = scene
        self._sensor = part_of(sensor.part)
        self._steps = [steps_of(self._sensor, part) for part in self._sensor.channel_parts]
        assert sensor.bus
        self._takes_us = measures_us(self._sensor, sensor.bus.speed_hz)
        self._waits = sensor.waits

    def read(self, instants: Instants) -> Readings:
        count = len(instants.t_ms)
        micro = quantities(self._sensor, self._steps, self.scene, instants.t_ms)
        status, packed = expected(self._sensor.channel_parts, micro)
        fails = np.full(count, self.condition is not Condition.WELL)
        if self.scene.missed_ppm:
            fails |= missed(self.scene.seed, self.scene.missed_ppm, instants.t_ms)
        hangs = self.condition is Condition.HELD
        status[fails], packed[fails] = SampleStatus.FAULT, 0
        waits_us = self._waits_us(instants)
        given = np.zeros((count, 3 + 2 * len(micro)), dtype=np.uint32)
        given[:, 0] = np.where(fails, _ERROR, _VALUES)
        given[:, 1] = waits_us
        given[:, 2] = self._sensor.period_us if hangs else self._takes_us
        for index, values in enumerate(micro):
            given[:, 3 + 2 * index] = values & 0xFFFF_FFFF
            given[:, 4 + 2 * index] = values >> 32 & 0xFFFF_FFFF
        bits = value_bits(self._sensor.channels)
        words = (status << bits | packed).astype(word_code(bits))
        return Readings(given, words, waits_us)

    def _waits_us(self, instants: Instants) -> Ints:
        """Return for how long each measurement waits for its bus: by chance, at most for a transfer
        of each of the others."""
        waits, seed = self._waits, self.scene.seed + _OF_WAITS
        if not waits.longest_us:
            return np.zeros(len(instants.t_ms), dtype=np.int64)
        busy = missed(seed, _WAITS_PPM, instants.t_ms)
        return np.where(busy, up_to(seed + PRIME, waits.longest_us, instants.t_ms), 0)


def _middle(channel: ZephyrChannel) -> str:
    low, high = channel.range
    steps = round((high.value - low.value) / channel.resolution.value / 2)
    return f"{decimal(low.value + steps * channel.resolution.value)} {channel.channel.unit}"


class _Model(SensorModel):
    def units(self) -> Mapping[str, str]:
        return units()

    def usual(self, sensor: PlannedSensor) -> Mapping[str, str]:
        """Return the middle of each channel's range."""
        return {part.name: _middle(part) for part in part_of(sensor.part).channel_parts}

    def simulated(self, sensor: PlannedSensor, scene: Scene) -> SimulatedSensor:
        return _Simulated(sensor, scene)

    def truth(self, sensor: PlannedSensor, scene: Scene) -> list[NDArray[np.float64]]:
        """Return the corners of each channel's signal."""
        signals = [scene.signals[channel.name] for channel in sensor.channels]
        return [np.array(points, dtype=np.float64) / (1e3, 1e6) for points in signals]


SENSOR = _Model()
