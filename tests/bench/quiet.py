"""Quiet sensors, as their data sheets describe them: what the density is promised for.

Noise is drawn from a seed. Values are raw numbers, one tuple a sample.
"""

from __future__ import annotations

import math
from random import Random

Values = tuple[int, ...]
TEMPERATURE = (15, 10)
"""Widths of temperature and humidity: -40 to 125 °C at 0.01 °C, 0 to 100 % at 0.1 %."""
ACCELERATION = (14, 14, 14)
"""Widths of three axes: +-2 g at 0.244 mg."""


def temperature(count: int) -> list[Values]:
    """Return a room's temperature and humidity, one a second: 1.5 K up and down in two hours. Noise
    of 0.01 K and 0.1 % (1 sigma), as of a Si7021 at its finest resolution."""
    random = Random(1)
    found: list[Values] = []
    for second in range(count):
        swing = math.sin(second * 2 * math.pi / 7200)
        celsius = 21.5 + 1.5 * swing + random.gauss(0, 0.01)
        percent = 45 - 4 * swing + random.gauss(0, 0.1)
        found.append((round((celsius + 40) / 0.01), round(percent / 0.1)))
    return found


def acceleration(count: int) -> list[Values]:
    """Return an accelerometer at rest on a table, not quite level. Noise of 0.8 mg (1 sigma): a
    LIS2DW12 in a low-power mode at 50 Hz (160 ug/sqrt(Hz) over 25 Hz)."""
    random = Random(2)
    level = (0.031, -0.012, 0.998)
    return [
        tuple(round((g + random.gauss(0, 0.0008) + 2) / 0.000244) for g in level)
        for _ in range(count)
    ]
