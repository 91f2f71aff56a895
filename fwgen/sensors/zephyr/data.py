"""What is known of Zephyr's channels and of some sensors; see the TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from fwgen.data_file import WORDS, DataFile
from fwgen.toml_places import TomlPath
from fwgen.words import did_you_mean

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
    return read_units(_HERE / "channels.toml")


@cache
def known_parts() -> dict[str, KnownPart]:
    """Return the known sensors by their `compatible`."""
    return read_parts(_HERE / "parts.toml")


@dataclass(frozen=True)
class _Channel:
    zero: str
    step: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class _Record:
    """A sensor's table in the file. `full_scale`, `fewer_bits`: a property's name, then numbers."""

    addresses: tuple[int, ...]
    transfers: tuple[tuple[int, ...], ...]
    commands: tuple[int, ...]
    renode: tuple[str, ...]
    channels: Mapping[str, _Channel]
    hides_faults: bool = False
    holds_us: int = 0
    also: tuple[str, ...] = ()
    full_scale: tuple[object, ...] = ()
    fewer_bits: tuple[object, ...] = ()


def read_units(path: Path) -> dict[str, str]:
    """Return the units in a file. Raises InputError for the first mistake in it."""
    file = DataFile(path)
    for name, unit in file.data.items():
        if not isinstance(unit, str):
            raise file.wrong((name,), WORDS[str], unit, "write the channel's unit in quotes")
    return dict(file.data)


def read_parts(path: Path) -> dict[str, KnownPart]:
    """Return the sensors in a file. Raises InputError for the first mistake in it."""
    file = DataFile(path)
    records = file.build_named(_Record, file.data)
    return {name: _part(file, name, record) for name, record in records.items()}


def _part(file: DataFile, name: str, record: _Record) -> KnownPart:
    hint = "write the 7 bits without the R/W bit"
    for number, address in enumerate(record.addresses):
        file.check_range((name, "addresses", number), address, (0x08, 0x77), hint, hexadecimal=True)
    hint = "write the first byte of each transfer"
    for number, command in enumerate(record.commands):
        file.check_range((name, "commands", number), command, (0, 0xFF), hint, hexadecimal=True)
    for number, transfer in enumerate(record.transfers):
        _check_pair(file, (name, "transfers", number), transfer, "[written, read]")
    if len(record.commands) != len(record.transfers):
        expected = f"{len(record.transfers)} numbers, one for each of the `transfers`"
        raise file.wrong((name, "commands"), expected, list(record.commands), hint)
    return KnownPart(
        transfers=tuple((write, read) for write, read in record.transfers),
        commands=record.commands,
        renode=record.renode,
        steps={
            channel: _steps(file, (name, "channels", channel), said)
            for channel, said in record.channels.items()
        },
        hides_faults=record.hides_faults,
        holds_us=record.holds_us,
        addresses=record.addresses,
        also=record.also,
        full_scale=_property(file, (name, "full_scale"), record.full_scale),
        fewer_bits=_property(file, (name, "fewer_bits"), record.fewer_bits),
    )


def _steps(file: DataFile, path: TomlPath, said: _Channel) -> Steps:
    if path[-1] not in units():
        hint = did_you_mean(str(path[-1]), units(), "channels")
        raise file.error(path, f"`{path[-1]}` is no channel of Zephyr", hint, of_key=True)
    _check_pair(file, (*path, "numbers"), said.numbers, "[lowest, highest]")
    found = {}
    for key, text in (("zero", said.zero), ("step", said.step)):
        try:
            found[key] = Fraction(text)
        except (ValueError, ZeroDivisionError):
            hint = 'write it like `"0.0625"`'
            raise file.wrong((*path, key), "a decimal number", text, hint) from None
    return Steps(found["zero"], found["step"], (said.numbers[0], said.numbers[1]))


def _property(
    file: DataFile, path: TomlPath, said: tuple[object, ...]
) -> tuple[str, tuple[int, ...]] | None:
    if not said:
        return None
    name, values = said[0], tuple(one for one in said[1:] if type(one) is int)
    if not isinstance(name, str) or not values or len(values) != len(said) - 1:
        hint = 'write it like `["range", 2, 4]`'
        raise file.wrong(path, "a property's name and whole numbers", list(said), hint)
    return name, values


def _check_pair(file: DataFile, path: TomlPath, found: tuple[int, ...], expected: str) -> None:
    if len(found) != 2:
        raise file.wrong(path, f"two numbers, {expected}", list(found), "write two in brackets")
