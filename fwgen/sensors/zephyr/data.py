"""What is known of Zephyr's channels and of some sensors; see the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

MICRO: Final = 1_000_000
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Steps:
    """A sensor's own number n of a channel means `zero + n * step`. `numbers`: the lowest and the
    highest n; None: any."""

    zero: Fraction
    step: Fraction
    numbers: tuple[int, int] | None = None

    @cached_property
    def micro(self) -> tuple[float, float]:
        """`zero` and `step` in millionths."""
        return float(self.zero * MICRO), float(self.step * MICRO)

    def ends_micro(self) -> tuple[int, int] | None:
        """Return the quantities for which a model that cuts off gives the lowest and the highest
        number, in millionths."""
        if self.numbers is None:
            return None
        half = [n + Fraction(1 if n > 0 else -1, 2) for n in self.numbers]
        low, high = (int((self.zero + n * self.step) * MICRO) for n in half)
        return low, high


@dataclass(frozen=True)
class KnownPart:
    """`transfers`: bytes written and read, for each of a measurement; `commands`: the first
    written byte of each. `renode`: type and arguments of Renode's model. `hides_faults`: its driver
    does not report that the sensor did not answer. `holds_us`: for how long it holds the clock low
    in a measurement at most, while it converts. `addresses`: on the bus. `full_scale`: a property
    to which the steps are in proportion, and its values; the steps are those of the first.
    `fewer_bits`: a property, and how many bits the numbers have fewer with its values 0, 1 ...;
    it is 0 if the node does not have it. `also`: names of other parts that the same driver reads.
    """

    transfers: tuple[tuple[int, int], ...]
    commands: tuple[int, ...]
    renode: tuple[str, ...]
    steps: Mapping[str, Steps] = field(default_factory=dict)
    hides_faults: bool = False
    holds_us: int = 0
    addresses: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    full_scale: tuple[str, tuple[int, ...]] | None = None
    fewer_bits: tuple[str, tuple[int, ...]] | None = None

    def steps_of(self, channel: str, properties: Mapping[str, object]) -> Steps:
        """Return the channel's steps in a node with these properties."""
        steps, larger = self.steps[channel], 1 << self._bits_fewer(properties)
        numbers = steps.numbers
        return replace(
            steps,
            step=steps.step * self.scale_of(properties) * larger,
            numbers=numbers and (numbers[0] // larger, numbers[1] // larger),
        )

    def scale_of(self, properties: Mapping[str, object]) -> Fraction:
        """Return the node's full scale, as a multiple of the one for which the steps are given."""
        if self.full_scale is None:
            return Fraction(1)
        name, values = self.full_scale
        found = properties.get(name)
        value = next((one for one in values if one == found), values[0])  # others are refused
        return Fraction(value, values[0])

    def _bits_fewer(self, properties: Mapping[str, object]) -> int:
        if self.fewer_bits is None:
            return 0
        name, bits = self.fewer_bits
        found = properties.get(name, 0)
        return next((one for value, one in enumerate(bits) if value == found), 0)


@cache
def units() -> dict[str, str]:
    """Return the unit of each of Zephyr's channels by name."""
    return {name: str(unit) for name, unit in _read("channels.toml").items()}


@cache
def known_parts() -> dict[str, KnownPart]:
    """Return the known sensors by their `compatible`."""
    return {name: _part(entry) for name, entry in _read("parts.toml").items()}


def _part(entry: dict[str, Any]) -> KnownPart:
    steps = {
        name: Steps(Fraction(said["zero"]), Fraction(said["step"]), tuple(said["numbers"]))
        for name, said in entry["channels"].items()
    }
    scale, fewer = entry.get("full_scale"), entry.get("fewer_bits")
    return KnownPart(
        transfers=tuple((write, read) for write, read in entry["transfers"]),
        commands=tuple(entry["commands"]),
        renode=tuple(entry["renode"]),
        steps=steps,
        hides_faults=bool(entry.get("hides_faults", False)),
        holds_us=int(entry.get("holds_us", 0)),
        addresses=tuple(entry["addresses"]),
        also=tuple(entry.get("also", ())),
        full_scale=(scale[0], tuple(scale[1:])) if scale else None,
        fewer_bits=(fewer[0], tuple(fewer[1:])) if fewer else None,
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
