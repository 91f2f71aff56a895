"""The HC-SR04 and the obstacle in front of it, as integer formulas that both backends share.

The emulator's model repeats these formulas in C#. Any language with 64-bit integers gives the same
bits. Everything is a pure function of the world and of `t_ms`, the time of the trigger in
milliseconds since the first trigger (rounded to the nearest, so that a sampling jitter of some
microseconds does not change the result). `/` truncates toward zero (C#, C), `>>` is arithmetic,
`mod 2^64` means that unsigned sums and products wrap.

The true distance, in micrometres, is the signal `distance` (fwgen.sensor.scene). Its noise, and
which echoes are missed, come from fwgen.sensor.chance.

Pulse on the echo line, c being the speed of sound in mm/s (fwgen.sensors.hc_sr04.sound):

    c_um_per_s = 1_000 * c
    near = d + noise_um
    pulse_us = (2_000_000 * near + c_um_per_s / 2) / c_um_per_s       (near > 0)

    near < kind.blind_um               -> near = kind.blind_um, before the rules below
    t_ms = 0 and kind.first_um         -> near = kind.first_um, likewise; the echo is not missed
    missed, or near > 4_000_000 um     -> kind.silence_us (38 ms: the sensor gives up)
    pulse_us < SHORTEST_PULSE_US       -> SHORTEST_PULSE_US (the burst covers an earlier echo)
    sensor mute                        -> NO_PULSE: the line stays low
    echo line held                     -> HELD: the line stays high

The line rises ECHO_BEGINS_US after the trigger's rise and falls at the end of the pulse; until then
the sensor ignores triggers. An endless pulse ends as `kind.ends_by` says: at the next trigger,
which measures nothing, or when the firmware pulls the line low. A sensor that is stuck shows the
distance of its next measurement again and again, without noise and missed echoes. Whether the
sensor is mute or holds its line is decided at the rise of the trigger; a later change applies from
the next measurement on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.sensor import value_at
from fwgen.sensor.chance import Ints, missed, noise
from fwgen.sensors.hc_sr04.kinds import ORIGINAL, SensorKind
from fwgen.sensors.hc_sr04.sound import sound_mm_per_s

SHORTEST_PULSE_US: Final = 60
FARTHEST_UM: Final = 4_000_000

_CHUNK: Final = 1 << 16  # keeps the temporary arrays of a long run in the cache


@dataclass(frozen=True)
class World:
    """The obstacle, the air and the sensor's errors; `points` are (t_ms, um), t_ms ascending."""

    points: tuple[tuple[int, int], ...]
    seed: int = 1
    noise_sigma_um: int = 0
    missed_ppm: int = 0
    air_decicelsius: int = 200
    kind: SensorKind = ORIGINAL

    def true_um(self, t_ms: Ints) -> Ints:
        """Return the obstacle's true distance in micrometres."""
        return value_at(self.points, t_ms)

    def noise_um(self, t_ms: Ints) -> Ints:
        """Return the sensor's noise, in micrometres; it is added to the distance."""
        return noise(self.seed, self.noise_sigma_um, t_ms)

    def missed(self, t_ms: Ints) -> NDArray[np.bool_]:
        """Return for each trigger whether the echo is lost."""
        return missed(self.seed, self.missed_ppm, t_ms)

    def echo_us(self, t_ms: Ints) -> Ints:
        """Return the length of the echo pulse after a trigger at each t_ms, in microseconds."""
        chunks = [
            self._echo_us(t_ms[start : start + _CHUNK]) for start in range(0, len(t_ms), _CHUNK)
        ]
        return np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int64)

    def _echo_us(self, t_ms: Ints) -> Ints:
        near = self.true_um(t_ms)
        if self.noise_sigma_um:
            near = near + self.noise_um(t_ms)
        kind = self.kind
        silent = self.missed(t_ms) if self.missed_ppm else np.zeros(len(t_ms), dtype=np.bool_)
        near = np.maximum(near, kind.blind_um)
        if kind.first_um:
            near[t_ms == 0] = kind.first_um
            silent[t_ms == 0] = False
        speed = 1_000 * sound_mm_per_s(self.air_decicelsius)
        pulse = (2_000_000 * np.maximum(near, 0) + speed // 2) // speed
        pulse = np.maximum(pulse, SHORTEST_PULSE_US)
        pulse[(near > FARTHEST_UM) | silent] = kind.silence_us
        return np.asarray(pulse, dtype=np.int64)
