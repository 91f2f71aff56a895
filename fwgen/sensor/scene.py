"""What the sensors of a scenario see: signals over time, and the sensors' errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from fwgen.errors import InputError
from fwgen.sensor.chance import Ints

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor

Points = tuple[tuple[int, int], ...]
"""A signal's corners (t_ms, value), t_ms ascending since the first measurement. The value is in
millionths of the channel's unit, or in micrometres for a distance."""

DISTANCE = "distance"

SECOND = 0x5EC0_4D5E
"""What is added to the seed for the noise of a second sensor."""


def value_at(points: Points, t_ms: Ints) -> Ints:
    """Return the signal: linear between its points, constant outside them.

    d = d_i + (d_{i+1} - d_i) * (t_ms - t_i) / (t_{i+1} - t_i)      with t_i <= t_ms < t_{i+1}

    `/` truncates toward zero, as in C and C#.
    """
    times = np.array([t for t, _ in points], dtype=np.int64)
    values = np.array([value for _, value in points], dtype=np.int64)
    after = np.searchsorted(times, t_ms, side="right")
    left = np.maximum(after - 1, 0)
    right = np.minimum(after, len(times) - 1)
    span = np.maximum(times[right] - times[left], 1)
    way = (values[right] - values[left]) * np.maximum(t_ms - times[left], 0)
    bent = np.where(right == left, 0, np.sign(way) * (np.abs(way) // span))
    return np.asarray(values[left] + bent, dtype=np.int64)


@dataclass(frozen=True)
class Scene:
    """`signals`: by channel. `noise`: the standard deviations of channels, in millionths of their
    units; `noise_um`: that of a distance. `copy`: which copy of the sensor it is; "": the
    original."""

    signals: Mapping[str, Points] = field(default_factory=dict)
    seed: int = 1
    noise_um: int = 0
    missed_ppm: int = 0
    air_decicelsius: int = 200
    copy: str = ""
    noise: Mapping[str, int] = field(default_factory=dict)

    def of(self, sensor: PlannedSensor) -> Scene:
        """Return what one of the sensors sees: its channels, which may be named `sensor.channel`.
        What is said of echoes is said of the sensor that sees the distance."""
        if not sensor.name:
            return self
        own = [channel.name for channel in sensor.channels]
        names = {name: f"{sensor.name}.{name}" for name in own}
        signals = {name: self._signal(name, full) for name, full in names.items()}
        noise = {
            name: self.noise.get(full, self.noise.get(name, 0)) for name, full in names.items()
        }
        heard = DISTANCE in own or DISTANCE not in self.signals
        return replace(
            self,
            signals={name: points for name, points in signals.items() if points is not None},
            noise={name: sigma for name, sigma in noise.items() if sigma},
            missed_ppm=self.missed_ppm if heard else 0,
            seed=self.seed + sensor.number * SECOND,
        )

    def _signal(self, name: str, full: str) -> Points | None:
        return self.signals.get(full, self.signals.get(name))

    def moved(self, channel: str, t_ms: int, to: int, within_ms: int) -> Scene:
        """Return the scene in which the signal goes from its present value in a straight line."""
        points = self.signals[channel]
        here = int(value_at(points, np.array([t_ms], dtype=np.int64))[0])
        before = tuple(point for point in points if point[0] < t_ms)
        after = (*before, (t_ms, here), (t_ms + max(1, within_ms), to))
        return replace(self, signals={**self.signals, channel: after})


def scenes(plan: Plan, scene: Scene) -> list[Scene]:
    """Return what each sensor of the plan sees. Raises InputError if the name of a signal does not
    say which of two sensors sees it."""
    names = [{channel.name for channel in sensor.channels} for sensor in plan.sensors]
    for name in sorted(set.intersection(*names) & scene.signals.keys() if len(names) > 1 else ()):
        both = " and ".join(f"`{sensor.name}.{name}`" for sensor in plan.sensors)
        raise InputError(f"both sensors have a channel `{name}`", f"write {both} in the scenario")
    return [scene.of(sensor) for sensor in plan.sensors]
