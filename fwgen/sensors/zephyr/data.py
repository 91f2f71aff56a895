"""What is known of Zephyr's channels and of some sensors; see the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

MICRO: Final = 1_000_000
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Steps:
    """A sensor's own number n of a channel means `zero + n * step`."""

    zero: Fraction
    step: Fraction

    @cached_property
    def micro(self) -> tuple[float, float]:
        """`zero` and `step` in millionths."""
        return float(self.zero * MICRO), float(self.step * MICRO)


@dataclass(frozen=True)
class KnownPart:
    """`transfers`: bytes written and read, for each of a measurement; `commands`: the first
    written byte of each. `renode`: type and arguments of Renode's model. `hides_faults`: its driver
    does not report that the sensor did not answer. `holds_us`: for how long it holds the clock low
    in a measurement at most, while it converts."""

    transfers: tuple[tuple[int, int], ...]
    commands: tuple[int, ...]
    renode: tuple[str, ...]
    steps: Mapping[str, Steps] = field(default_factory=dict)
    hides_faults: bool = False
    holds_us: int = 0


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
        name: Steps(Fraction(numbers["zero"]), Fraction(numbers["step"]))
        for name, numbers in entry["channels"].items()
    }
    transfers = tuple((write, read) for write, read in entry["transfers"])
    hides = bool(entry.get("hides_faults", False))
    holds_us = int(entry.get("holds_us", 0))
    commands, renode = tuple(entry["commands"]), tuple(entry["renode"])
    return KnownPart(transfers, commands, renode, steps, hides, holds_us)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
