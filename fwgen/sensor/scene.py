"""What the sensors of a scenario see: signals over time, and the sensors' errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from fwgen.sensor.chance import Ints

Points = tuple[tuple[int, int], ...]
"""A signal's corners (t_ms, value), t_ms ascending since the first measurement. The value is in
millionths of the channel's unit; lengths are in micrometres, whatever the channel's unit is."""

DISTANCE = "distance"

SECOND = 0x5EC0_4D5E
"""What is added to the seed for the noise of a second sensor."""


def value_at(points: Points, t_ms: Ints) -> Ints:
    """Return the signal: linear between its points, constant outside them.

    d = d_i + (d_{i+1} - d_i) * (t_ms - t_i) / (t_{i+1} - t_i)      with t_i <= t_ms < t_{i+1}

    `/` truncates toward zero, as in C and C#.
    """
    times, begin, value, change, span, sign = _pieces(points)
    at = np.searchsorted(times, t_ms, side="right")
    bent = sign[at] * (change[at] * (t_ms - begin[at]) // span[at])
    return np.asarray(value[at] + bent, dtype=np.int64)


@lru_cache(maxsize=64)
def _pieces(points: Points) -> tuple[Ints, ...]:
    """Return the corners' times, and for each piece before, between and after them: its first
    corner, the size of its change, its length and the change's sign."""
    times, values = np.array(points, dtype=np.int64).reshape(-1, 2).T
    begin = np.concatenate([times[:1], times])
    value = np.concatenate([values[:1], values])
    change = np.diff(value, append=value[-1:])
    span = np.maximum(np.diff(begin, append=begin[-1:]), 1)
    return times.copy(), begin, value, np.abs(change), span, np.sign(change)


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

    def moved(self, channel: str, t_ms: int, to: int, within_ms: int) -> Scene:
        """Return the scene in which the signal goes from its present value in a straight line."""
        points = self.signals[channel]
        here = int(value_at(points, np.array([t_ms], dtype=np.int64))[0])
        before = tuple(point for point in points if point[0] < t_ms)
        after = (*before, (t_ms, here), (t_ms + max(1, within_ms), to))
        return replace(self, signals={**self.signals, channel: after})
