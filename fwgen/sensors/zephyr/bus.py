"""How long a measurement takes on the bus."""

from __future__ import annotations

from fwgen.sensors.zephyr.data import known_parts
from fwgen.sensors.zephyr.spec import ZephyrSensor

_CLOCKS_PER_BYTE = 9
_FRAME_CLOCKS = 2  # start and stop
_READ_BYTES = 4
"""An estimate for a sensor that is not known: a command and so many bytes for each channel."""


def transfers(sensor: ZephyrSensor) -> tuple[tuple[int, int], ...]:
    """Return bytes written and read, for each transfer of a measurement."""
    known = known_parts().get(sensor.compatible)
    return known.transfers if known else ((1, _READ_BYTES),) * len(sensor.channel_parts)


def measures_us(sensor: ZephyrSensor, bus_hz: int) -> int:
    """Return the time of a measurement on the bus."""
    return -(-sum(_clocks(sensor)) * 1_000_000 // bus_hz) + _holds_us(sensor)


def longest_us(sensor: ZephyrSensor, bus_hz: int) -> int:
    """Return the longest time for which it has the bus without a pause."""
    return -(-max(_clocks(sensor)) * 1_000_000 // bus_hz) + _holds_us(sensor)


def _clocks(sensor: ZephyrSensor) -> list[int]:
    """Return the bus's clocks for each transfer; each direction has the address before it."""
    return [
        (written + 1 + read + 1) * _CLOCKS_PER_BYTE + 2 * _FRAME_CLOCKS
        for written, read in transfers(sensor)
    ]


def _holds_us(sensor: ZephyrSensor) -> int:
    known = known_parts().get(sensor.compatible)
    return known.holds_us if known else 0
