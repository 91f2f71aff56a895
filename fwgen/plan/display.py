"""How long a picture takes on the display's bus, and how often it is drawn.

A panel receives a picture page by page: eight rows of pixels.
Each page is a transfer: the address, seven bytes that set the place, then one byte for every eight
pixels (panel.c). Each byte takes nine clocks, start and stop one each.
"""

from __future__ import annotations

from fwgen.panels import panels
from fwgen.spec.model import Display

_PAGE_ROWS = 8
_PLACE_BYTES = 8
_NEXT_BYTES = 2
"""Address and control byte of a transfer that continues where the last one has ended."""

_SET_UP_BYTES = 2
"""Address and control byte before the settings of a panel."""

_CLOCKS_PER_BYTE = 9
_CLOCKS_PER_TRANSFER = 2

MOST_OF_BUS_PERCENT = 90
"""The largest share of the bus's time for pictures: clock stretching and the driver need some."""

USUAL_ASLEEP_US = 1_000_000
"""The period while Linux sleeps, if the spec has none."""


SHARED_US = 1_000
"""About the longest transfer on a bus with a sensor, which waits for the transfer's end."""


def most_bytes(width: int, bus_hz: int) -> int:
    """Return how many bytes of picture are in a transfer on a bus with a sensor: at least 8, and
    a row has a whole number of such parts."""
    fitting = SHARED_US * bus_hz // 1_000_000 // _CLOCKS_PER_BYTE - _PLACE_BYTES
    return max(
        part for part in range(8, width + 1, 8) if width % part == 0 and part <= max(8, fitting)
    )


def _transfers(width: int, height: int, most: int | None) -> int:
    return height // _PAGE_ROWS * (width // (most or width))


def frame_bytes(width: int, height: int, most: int | None = None) -> int:
    """Return the number of bytes on the bus for one complete picture. `most`: in a transfer."""
    pages, transfers = height // _PAGE_ROWS, _transfers(width, height, most)
    return pages * (width + _PLACE_BYTES) + (transfers - pages) * _NEXT_BYTES


def frame_us(width: int, height: int, bus_hz: int, most: int | None = None) -> int:
    clocks = frame_bytes(width, height, most) * _CLOCKS_PER_BYTE
    clocks += _transfers(width, height, most) * _CLOCKS_PER_TRANSFER
    return -(-clocks * 1_000_000 // bus_hz)


def longest_us(display: Display, bus_hz: int, most: int) -> int:
    """Return the time of the longest transfer on a bus with a sensor: a part of a picture, or what
    sets the panel up."""
    settings = panels()[display.type].sizes[display.size].settings
    size_bytes = max(most + _PLACE_BYTES, len(settings) + _SET_UP_BYTES)
    clocks = size_bytes * _CLOCKS_PER_BYTE + _CLOCKS_PER_TRANSFER
    return -(-clocks * 1_000_000 // bus_hz)


def least_period_us(picture_us: int) -> int:
    return -(-picture_us * 100 // MOST_OF_BUS_PERCENT)


def asleep_period_us(display: Display) -> int:
    """Return the period while Linux sleeps; 0 if the display is off meanwhile."""
    if display.refresh_asleep_period_us is None:
        return max(USUAL_ASLEEP_US, display.refresh_period_us)
    return display.refresh_asleep_period_us
