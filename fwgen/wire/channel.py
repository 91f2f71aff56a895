"""What the raw numbers of a sensor's channel mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

MOST_DECIMALS: Final = 6


@dataclass(frozen=True)
class Channel:
    """A raw number n of `width` bits means `offset + n * resolution`, in `unit`."""

    name: str
    unit: str
    width: int
    resolution: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    @property
    def plain(self) -> bool:
        """Whether the raw number is the quantity."""
        return self.offset == 0 and self.resolution == 1

    @property
    def decimals(self) -> int:
        """The fewest decimals whose last one is not coarser than the resolution; at most six."""
        found = 0
        while found < MOST_DECIMALS and Fraction(1, 10**found) > self.resolution:
            found += 1
        return found

    def quantity(self, raw: int) -> Fraction:
        return self.offset + raw * self.resolution

    def show(self, raw: int) -> str:
        """Return the quantity as text: `1500 mm`, `21.37 °C`."""
        return f"{decimal(self.quantity(raw))} {self.unit}"


DISTANCE = Channel("distance", "mm", 13)


def decimal(value: Fraction) -> str:
    """Return a number with as many decimals as it needs, at most six: `21.4`, `-0.25`, `7`."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def value_bits(channels: Sequence[Channel]) -> int:
    """Return the bits of all raw numbers of a sample."""
    return sum(channel.width for channel in channels)


def packed(widths: Sequence[int], values: Sequence[int]) -> int:
    """Return the raw numbers as one: the first channel has the lowest bits."""
    number, at = 0, 0
    for width, value in zip(widths, values, strict=True):
        number |= value << at
        at += width
    return number


def unpacked(widths: Sequence[int], number: int) -> tuple[int, ...]:
    """Return the raw numbers that `packed` made one of."""
    values = []
    for width in widths:
        values.append(number & ((1 << width) - 1))
        number >>= width
    return tuple(values)
