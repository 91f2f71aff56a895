"""A mistake in the data of known sensors is an error with its place and a way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fwgen.sensors.zephyr
from fwgen.errors import InputError
from fwgen.sensors.zephyr.data import read_parts, read_units

FOLDER = Path(fwgen.sensors.zephyr.__file__).parent


@pytest.mark.parametrize(
    ("name", "was", "becomes", "told"),
    [
        ("parts", "hides_faults", "hide_faults", "did you mean `hides_faults`?"),
        ("parts", "[0x40]", "[0x140]", "`silabs,si7006.addresses.1`: expected 0x08 to 0x77"),
        ("parts", "[[1, 2], [1, 2]]", "[[1], [1, 2]]", ".1`: expected two numbers, [written, read"),
        ("parts", "[0xe5, 0xe0]", "[0xe5]", ".commands`: expected 2 numbers, one for each of the"),
        ("parts", "[0xe5, 0xe0]", "[0x1e5, 0xe0]", ".commands.1`: expected 0x00 to 0xff, found"),
        ("parts", "commands = [0xe5, 0xe0]", "", "the key `commands` is missing\nhelp: add `comm"),
        ("parts", '"-46.85"', '"x"', 'ambient-temp.zero`: expected a decimal number, found `"x"`'),
        ("parts", '"-46.85"', "-46.85", "zero`: expected a text in quotes, found `-46.85`"),
        ("parts", "channels.humidity", "channels.humidty", "did you mean `humidity`?"),
        ("parts", "[639, 12293]", "[639]", "expected two numbers, [lowest, highest], found"),
        ("parts", '"range", 2', '"range", "2"', "expected a property's name and whole numbers"),
        ("channels", '"kPa"', "1", "`press`: expected a text in quotes, found `1`"),
        ("channels", '"kPa"', "", "invalid value\nhelp: see https://toml.io for the syntax"),
    ],
)
def test_a_mistake_has_its_place_and_a_way_out(
    name: str, was: str, becomes: str, told: str, tmp_path: Path
) -> None:
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines) if was in line and not line.startswith("#"))
    lines[number] = lines[number].replace(was, becomes, 1)
    file = tmp_path / f"{name}.toml"
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError) as caught:
        (read_parts if name == "parts" else read_units)(file)
    found = re.match(rf"{re.escape(str(file))}:(\d+):(\d+): ", str(caught.value))
    assert found and told in str(caught.value) and caught.value.hint
    if "missing" not in told:
        assert int(found[1]) == number + 1
