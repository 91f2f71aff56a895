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
    """Return the time of a measurement on the bus: each direction has the address before it."""
    clocks = 0
    for written, read in transfers(sensor):
        clocks += (written + 1 + read + 1) * _CLOCKS_PER_BYTE + 2 * _FRAME_CLOCKS
    return -(-clocks * 1_000_000 // bus_hz)
