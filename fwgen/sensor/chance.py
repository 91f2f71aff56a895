"""Chance that every language reproduces to the bit, from a seed.

Output number n (n = 0, 1, ...) of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom
number generators", 2014), started at the mixed seed:

    mix(z):   z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9   mod 2^64, logical shifts
              z = (z ^ (z >> 27)) * 0x94D049BB133111EB   mod 2^64
              return z ^ (z >> 31)
    chance(n) = mix(mix(seed) + (n + 1) * 0x9E3779B97F4A7C15   mod 2^64)

A measurement uses n = 4*t_ms .. 4*t_ms + 3, t_ms being its time in milliseconds since the first
one. Outputs 0 to 2 give twelve 16-bit numbers. Their sum S has the mean 393210 and a standard
deviation of 65536 (Irwin-Hall; bell-shaped, ends at six sigma):

    noise = (sigma * (S - 393210)) >> 16

Output 3 decides whether the measurement is missed: (chance >> 44) * 1_000_000 < missed_ppm * 2^20.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_SUM_MEAN: Final = 393_210  # 12 * (2**16 - 1) / 2
_MASK64: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E37_79B9_7F4A_7C15
_PER_MEASUREMENT: Final = np.uint64(4)
_OF_NOISE: Final = np.arange(3, dtype=np.uint64)[:, np.newaxis]
_OF_MISSED: Final = np.uint64(3)
_16, _32 = np.uint64(16), np.uint64(32)
_EVEN: Final = np.uint64(0x0000_FFFF_0000_FFFF)
"""Every other of the 16-bit numbers of an output, so that their sums have room."""
_LOW: Final = np.uint64(0xFFFF_FFFF)


def mix(z: int) -> int:
    """Return `z`, of 64 bits, mixed."""
    z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK64
    return z ^ (z >> 31)


def noise(seed: int, sigma: int, t_ms: Ints) -> Ints:
    """Return what to add to the measured values, in the unit of `sigma`."""
    words = _chances(seed, t_ms.astype(np.uint64) * _PER_MEASUREMENT + _OF_NOISE)
    pairs = ((words & _EVEN) + (words >> _16 & _EVEN)).sum(axis=0)
    total: Ints = ((pairs & _LOW) + (pairs >> _32)).astype(np.int64) - _SUM_MEAN
    return (sigma * total) >> 16


def up_to(seed: int, most: int, t_ms: Ints) -> Ints:
    """Return for each measurement a whole number from 0 to `most`, below 2^43; all are equally
    likely."""
    word = _chances(seed, t_ms.astype(np.uint64) * _PER_MEASUREMENT + _OF_MISSED)
    return (word >> np.uint64(44)).astype(np.int64) * (most + 1) >> 20


def missed(seed: int, missed_ppm: int, t_ms: Ints) -> NDArray[np.bool_]:
    """Return for each measurement whether the sensor gives nothing."""
    word = _chances(seed, t_ms.astype(np.uint64) * _PER_MEASUREMENT + _OF_MISSED)
    lot = (word >> np.uint64(44)).astype(np.int64) * 1_000_000
    return np.asarray(lot < (missed_ppm << 20))


def _chances(seed: int, n: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (n + np.uint64(1)) * np.uint64(_GOLDEN) + np.uint64(mix(seed & _MASK64))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return z ^ (z >> np.uint64(31))
