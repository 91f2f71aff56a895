"""What the numbers of the firmware's sensors mean, as the settings say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fwgen.wire.channel import DISTANCE, Channel

COLUMNS_BEFORE: Final = (
    *("log", "position", "boot", "spec", "device_us", "utc", "within_us", "basis", "status"),
)
COLUMNS_AFTER: Final = ("late_16ths",)
"""Of a sample, before and after its values."""
TAKEN: Final = (*COLUMNS_BEFORE, *COLUMNS_AFTER, "distance_mm", "gap", "count", "sleep", "start")
"""Names that no channel may have: a sink uses them for something else."""


@dataclass(frozen=True)
class Sensor:
    """`name`: empty if the node has no other. Without settings it is the range sensor."""

    name: str = ""
    channels: tuple[Channel, ...] = (DISTANCE,)

    @property
    def is_plain(self) -> bool:
        """Whether it is the range sensor, alone: its column is `distance_mm`, as ever."""
        return self.channels == (DISTANCE,) and not self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its values: `distance_mm`, or those of the channels."""
        if self.is_plain:
            return ("distance_mm",)
        prefix = f"{self.name}." if self.name else ""
        return tuple(f"{prefix}{channel.name}" for channel in self.channels)

    @property
    def headings(self) -> tuple[str, ...]:
        """`columns` with units, of a CSV file."""
        units = (channel.unit for channel in self.channels)
        return tuple(map(with_unit, self.columns, units))

    def quantities(self, values: Sequence[int]) -> tuple[int | float, ...]:
        """Return the values in the units of the channels. `values`: raw numbers."""
        return tuple(
            value if channel.plain else float(channel.quantity(value))
            for channel, value in zip(self.channels, values, strict=True)
        )


def with_unit(name: str, unit: str) -> str:
    """Return a column's name with the unit: `ambient-temp (°C)`; `distance_mm` has it already."""
    unit = " ".join(unit.split())
    known = not unit or name == "distance_mm" or name.endswith(f" ({unit})")
    return name if known else f"{name} ({unit})"


RANGE_SENSOR: Final = Sensor()
Sensors = tuple[Sensor, ...]
"""By stream."""


def sensor_of(sensors: Sensors, stream: int, widths: Sequence[int]) -> Sensor:
    """Return the sensor of a block. If the settings say nothing of such samples, its channels are
    raw numbers without a unit: `raw-0` and so on."""
    known = sensors[stream] if stream < len(sensors) else Sensor(f"sensor-{stream}", ())
    if tuple(channel.width for channel in known.channels) == tuple(widths):
        return known
    raw = (Channel(f"raw-{number}", "", width) for number, width in enumerate(widths))
    return Sensor(known.name, tuple(raw))


def columns_of(sensors: Sensors) -> tuple[str, ...]:
    """Return the names of all values."""
    return tuple(name for sensor in sensors for name in sensor.columns)


def described(sensors: Sensors) -> list[dict[str, object]]:
    """Return sensor, name, unit and decimals of each value, for viewers."""
    return [
        {
            "sensor": sensor.name,
            "name": name,
            "unit": channel.unit,
            "decimals": channel.decimals,
        }
        for sensor in sensors
        for name, channel in zip(sensor.columns, sensor.channels, strict=True)
    ]


def headings_of(sensors: Sensors) -> tuple[str, ...]:
    """Return the names of all values, with their units."""
    return tuple(name for sensor in sensors for name in sensor.headings)
