"""What Zephyr's drivers make of the bytes that their sensors send.

Written from the drivers' sources in Zephyr 4.3 and the data sheets; the judge of a run on the
emulated board compares the firmware's samples with it. Quantities are in millionths of the unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np

Decoder = Callable[[Sequence[bytes]], dict[str, int]]
"""From the bytes that each transfer of a measurement gave."""

_GRAVITY: Final = 9_806_650  # Zephyr's SENSOR_G


def _si7006(read: Sequence[bytes], scale: Fraction) -> dict[str, int]:
    """Both codes without their lowest two bits; humidity rounded down in 1/1024 of a millionth's
    64th, temperature from 22492/2^23 a step."""
    humidity, temperature = (int.from_bytes(data[:2], "big") & ~3 for data in read)
    share = humidity * 125
    whole, part = (share >> 16) - 6, (share & 0xFFFF) * 15625 >> 10
    scaled = temperature * 22492 - (393_006_285 - 5246)
    degrees, rest = scaled >> 23, scaled & 0x7F_FFFF
    if scaled < 0:
        degrees, rest = degrees + 1, rest - 0x80_0000
    return {
        "humidity": whole * 1_000_000 + part,
        "ambient-temp": degrees * 1_000_000 + (rest * 15625 >> 17),
    }


def _tmp108(read: Sequence[bytes], scale: Fraction) -> dict[str, int]:
    code = int.from_bytes(read[0][:2], "big", signed=True)
    micro = abs(code) * 62500 // 16
    return {"ambient-temp": micro if code >= 0 else -micro}


def _lis2dw12(read: Sequence[bytes], scale: Fraction) -> dict[str, int]:
    """244 millionths of g a step at +-2 g, in single precision, as in the driver. With 12 bits
    (`power-mode: 0`) the lowest two of the 14 are 0."""
    gain = np.float32(int(244 * scale))
    codes = np.frombuffer(read[0][:6], dtype="<i2")
    found = {}
    for name, code in zip(("accel-x", "accel-y", "accel-z"), codes.tolist(), strict=True):
        steps = np.float32(code >> 2) * gain * np.float32(_GRAVITY)
        found[name] = int(np.float32(steps / np.float32(1_000_000)))
    return found


_FORMULAS: Final[Mapping[str, Callable[[Sequence[bytes], Fraction], dict[str, int]]]] = {
    "silabs,si7006": _si7006,
    "ti,tmp108": _tmp108,
    "st,lis2dw12": _lis2dw12,
}


def decoder_of(compatible: str, scale: Fraction) -> Decoder:
    """Return the decoder of a known sensor; `scale` is its node's full scale, as
    `KnownPart.scale_of` gives it."""
    return lambda read: _FORMULAS[compatible](read, scale)


FEEDS: Final = {
    "silabs,si7006": {"ambient-temp": ("Temperature", 10**6), "humidity": ("Humidity", 10**6)},
    "ti,tmp108": {"ambient-temp": ("Temperature", 10**6)},
    "st,lis2dw12": {
        "accel-x": ("AccelerationX", _GRAVITY),
        "accel-y": ("AccelerationY", _GRAVITY),
        "accel-z": ("AccelerationZ", _GRAVITY),
    },
}
"""By channel, the property of Renode's model, and how many millionths are one of it."""
