"""What a picture costs on the bus.

The SSD1306 (its data sheet, 8.1.5 and 10.1) takes a picture as one transfer of eight commands that
set the window, then one of a byte for every eight pixels. On an I2C bus every transfer begins with
the address and a control byte, and every byte takes nine clocks, start and stop one each.
"""

from __future__ import annotations

_COMMAND_BYTES = 8
_TRANSFER_BYTES = 2
_TRANSFERS = 2
_CLOCKS_PER_BYTE = 9
_CLOCKS_PER_TRANSFER = 2

MOST_OF_BUS_PERCENT = 90
"""More of the bus's time a display may not take: clock stretching and the driver need some."""


def frame_bytes(width: int, height: int) -> int:
    """Bytes on the bus for one whole picture."""
    return width * height // 8 + _COMMAND_BYTES + _TRANSFERS * _TRANSFER_BYTES


def frame_us(width: int, height: int, bus_hz: int) -> int:
    clocks = frame_bytes(width, height) * _CLOCKS_PER_BYTE + _TRANSFERS * _CLOCKS_PER_TRANSFER
    return -(-clocks * 1_000_000 // bus_hz)


def least_period_us(picture_us: int) -> int:
    return -(-picture_us * 100 // MOST_OF_BUS_PERCENT)
