"""The samples of a sensor that Linux received last, to show them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fwgen.backends.blocks import Blocks
from fwgen.wire.channel import Channel, unpacked, value_bits
from fwgen.wire.sample import STATUS_NAMES, SampleStatus

Received = tuple[int, tuple[int, ...]]
"""A sample's status, and the raw number of each channel."""


@dataclass(frozen=True)
class Latest:
    """`sensor`: its name, "" if the node has only one."""

    sensor: str
    channels: tuple[Channel, ...]
    samples: tuple[Received, ...]

    def words(self, sample: Received) -> str:
        """Return its values, as `21.37 °C, 40 %`, or its status."""
        status, values = sample
        if status != SampleStatus.VALID:
            return STATUS_NAMES[status]
        pairs = zip(self.channels, values, strict=True)
        return ", ".join(channel.show(value) for channel, value in pairs)

    def values(self, channel: str) -> list[Fraction | None]:
        """Return the channel's values in its unit; None where a sample has no valid ones."""
        at = [one.name for one in self.channels].index(channel)
        return [
            self.channels[at].quantity(values[at]) if status == SampleStatus.VALID else None
            for status, values in self.samples
        ]


def latest(sensor: str, channels: tuple[Channel, ...], blocks: Blocks, count: int) -> Latest:
    """Return the last `count` samples in the blocks."""
    bits, widths = value_bits(channels), [channel.width for channel in channels]
    words = map(int, blocks.words[-count:])
    samples = ((word >> bits, unpacked(widths, word & (1 << bits) - 1)) for word in words)
    return Latest(sensor, channels, tuple(samples))
