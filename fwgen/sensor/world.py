"""The HC-SR04 and the obstacle in front of it, as integer formulas that both backends share.

The emulator's model repeats these formulas in C#. Any language with 64-bit integers gives the same
bits. Everything is a pure function of the world and of `t_ms`, the time of the trigger in
milliseconds since the first trigger (rounded to the nearest, so that a sampling jitter of some
microseconds does not change the result). `/` truncates toward zero (C#, C), `>>` is arithmetic,
`mod 2^64` means that unsigned sums and products wrap.

True distance, in micrometres, linear between the points (t_i, d_i), constant outside them:

    d = d_i + (d_{i+1} - d_i) * (t_ms - t_i) / (t_{i+1} - t_i)      with t_i <= t_ms < t_{i+1}

Chance: output number n (n = 0, 1, ...) of SplitMix64 (Steele, Lea, Flood, "Fast splittable
pseudorandom number generators", 2014), started at the mixed seed:

    mix(z):   z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9   mod 2^64, logical shifts
              z = (z ^ (z >> 27)) * 0x94D049BB133111EB   mod 2^64
              return z ^ (z >> 31)
    chance(n) = mix(mix(seed) + (n + 1) * 0x9E3779B97F4A7C15   mod 2^64)

A trigger uses n = 4*t_ms .. 4*t_ms + 3. Outputs 0 to 2 give twelve 16-bit numbers. Their sum S has
the mean 393210 and a standard deviation of 65536 (Irwin-Hall; bell-shaped, ends at six sigma):

    noise_um = (noise_sigma_um * (S - 393210)) >> 16

Output 3 decides whether the echo is missed: (chance >> 44) * 1_000_000 < missed_ppm * 2^20.

Pulse on the echo line, c being the speed of sound in mm/s (fwgen.plan.sound):

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
which measures nothing, or when the firmware pulls the line low. Whether the sensor is mute or holds
its line is decided at the rise of the trigger; a later change applies from the next measurement on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fwgen.plan.sound import sound_mm_per_s
from fwgen.sensor.kinds import ORIGINAL, SensorKind

Ints = NDArray[np.int64]

SHORTEST_PULSE_US: Final = 60
FARTHEST_UM: Final = 4_000_000

_SUM_MEAN: Final = 393_210  # 12 * (2**16 - 1) / 2
_MASK64: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E37_79B9_7F4A_7C15
_CHUNK: Final = 1 << 16  # keeps the temporary arrays of a long run in the cache


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK64
    return z ^ (z >> 31)


def _chances(seed: int, n: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (n + np.uint64(1)) * np.uint64(_GOLDEN) + np.uint64(_mix(seed & _MASK64))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return z ^ (z >> np.uint64(31))


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
        times = np.array([t for t, _ in self.points], dtype=np.int64)
        depths = np.array([um for _, um in self.points], dtype=np.int64)
        after = np.searchsorted(times, t_ms, side="right")
        left = np.maximum(after - 1, 0)
        right = np.minimum(after, len(times) - 1)
        span = np.maximum(times[right] - times[left], 1)
        way = (depths[right] - depths[left]) * np.maximum(t_ms - times[left], 0)
        bent = np.where(right == left, 0, np.sign(way) * (np.abs(way) // span))
        return np.asarray(depths[left] + bent, dtype=np.int64)

    def noise_um(self, t_ms: Ints) -> Ints:
        """Return the sensor's noise, in micrometres; it is added to the distance."""
        total = np.full(len(t_ms), -_SUM_MEAN, dtype=np.int64)
        for k in range(3):
            word = _chances(self.seed, t_ms.astype(np.uint64) * np.uint64(4) + np.uint64(k))
            for shift in (0, 16, 32, 48):
                total += ((word >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64)
        return (self.noise_sigma_um * total) >> 16

    def missed(self, t_ms: Ints) -> NDArray[np.bool_]:
        """Return for each trigger whether the echo is lost."""
        word = _chances(self.seed, t_ms.astype(np.uint64) * np.uint64(4) + np.uint64(3))
        lot = (word >> np.uint64(44)).astype(np.int64) * 1_000_000
        return np.asarray(lot < (self.missed_ppm << 20))

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
