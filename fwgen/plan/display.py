"""How long a picture takes on the display's bus.

The SSD1306 (its data sheet, 8.1.5 and 10.1) receives a picture in two transfers: eight commands
that set the window, then one byte for every eight pixels. On an I2C bus each transfer begins with
the address and a control byte. Each byte takes nine clocks, start and stop one each.
"""

from __future__ import annotations

_COMMAND_BYTES = 8
_TRANSFER_BYTES = 2
_TRANSFERS = 2
_CLOCKS_PER_BYTE = 9
_CLOCKS_PER_TRANSFER = 2

MOST_OF_BUS_PERCENT = 90
"""The largest share of the bus's time for pictures: clock stretching and the driver need some."""


def frame_bytes(width: int, height: int) -> int:
    """Return the number of bytes on the bus for one complete picture."""
    return width * height // 8 + _COMMAND_BYTES + _TRANSFERS * _TRANSFER_BYTES


def frame_us(width: int, height: int, bus_hz: int) -> int:
    clocks = frame_bytes(width, height) * _CLOCKS_PER_BYTE + _TRANSFERS * _CLOCKS_PER_TRANSFER
    return -(-clocks * 1_000_000 // bus_hz)


def least_period_us(picture_us: int) -> int:
    return -(-picture_us * 100 // MOST_OF_BUS_PERCENT)
