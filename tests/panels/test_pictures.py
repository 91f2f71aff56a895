"""Each record against the emulated controller: settings and first column give the picture."""

from __future__ import annotations

from functools import cache

import pytest

from fwgen.backends.renode.wiring import panel_repl
from fwgen.panels import panels
from tests.backends.renode.in_renode import in_renode

pytestmark = pytest.mark.needs("renode")

EACH = [(name, size) for name, panel in panels().items() for size in panel.sizes]
FIRST_ADDRESS = 0x10


def lit(x: int, y: int, width: int, height: int) -> bool:
    """A frame, a diagonal and a corner: no shift or mirror image of it is the same."""
    return x in (0, width - 1) or y in (0, height - 1) or x == y or (x < 12 and y < 5)


def pages(width: int, height: int) -> list[bytes]:
    """Return the picture as a panel takes it: the lowest bit is the upper pixel."""
    return [
        bytes(
            sum(lit(x, 8 * page + bit, width, height) << bit for bit in range(8))
            for x in range(width)
        )
        for page in range(height // 8)
    ]


def packed(width: int, height: int, shift: int = 0) -> str:
    """Return the picture as the model shows it, eight pixels a byte; `shift`: to the right."""
    bits = [
        x >= shift and lit(x - shift, y, width, height) for y in range(height) for x in range(width)
    ]
    return bytes(
        sum(bit << (7 - at) for at, bit in enumerate(bits[start : start + 8]))
        for start in range(0, len(bits), 8)
    ).hex()


def case_all() -> dict[str, list[str]]:
    """Return what each panel shows: set up and drawn as by panel.c, then drawn from column 0."""
    from fwgen.backends.renode.machine import Machine
    from fwgen.config import load_config

    wiring = [""]
    for number, (name, size) in enumerate(EACH):
        lines = panel_repl("i2c8", FIRST_ADDRESS + number, name, size)
        wiring += [lines[0].replace("panel:", f"panel{number}:"), *lines[1:], ""]
    machine = Machine("stm32mp257f_dk", "\n".join(wiring), load_config().renode)
    shown = {}
    for number, (name, size) in enumerate(EACH):
        panel, one = f"i2c8.panel{number}", panels()[name].sizes[size]
        settings = " ".join(f"{byte:02X}" for byte in (0, *one.settings))
        machine.execute(f'{panel} Send "{settings}"')
        found = []
        for first in (one.first_column, 0):
            for page, content in enumerate(pages(*size)):
                place = f"80 B{page:X} 80 0{first & 15:X} 80 1{first >> 4:X} 40"
                machine.execute(f'{panel} Send "{place} {content.hex(" ")}"')
            found.append(bytes(machine.part(panel).PackedPicture()).hex())
        shown[f"{name} {size[0]}x{size[1]}"] = found
    return shown


@cache
def shown() -> dict[str, list[str]]:
    result: dict[str, list[str]] = in_renode("tests.panels.test_pictures", "case_all")
    return result


@pytest.mark.parametrize(("name", "size"), EACH)
def test_the_panel_shows_the_picture_upright_in_its_place(name: str, size: tuple[int, int]) -> None:
    right, from_column_0 = shown()[f"{name} {size[0]}x{size[1]}"]
    assert right == packed(*size)
    first_column = panels()[name].sizes[size].first_column
    assert (from_column_0 == right) == (first_column == 0), "the model has the column offset"


def test_an_sh1106_takes_no_other_addressing_than_by_page() -> None:
    """An SSD1306's settings do not set it up: their arguments are commands of their own."""
    assert in_renode("tests.panels.test_pictures", "case_wrong_settings") is False


def test_the_halves_of_a_column_arrive_one_after_the_other() -> None:
    """From column 130 to 14: between the two commands the column is 142, beyond the memory."""
    assert in_renode("tests.panels.test_pictures", "case_halves") == [0x5A, 0]


def case_halves() -> list[int]:
    """Return what an SH1106 has in columns 14 and 10."""
    from fwgen.backends.renode.machine import Machine
    from fwgen.config import load_config

    lines = panel_repl("i2c8", 0x3C, "sh1106", (128, 64))
    machine = Machine("stm32mp257f_dk", "\n".join(["", *lines, ""]), load_config().renode)
    machine.execute('i2c8.panel Send "00 B0 02 18"')
    machine.execute('i2c8.panel Send "80 0E 80 10 40 5A"')
    panel = machine.part("i2c8.panel")
    return [int(panel.Memory(column, 0)) for column in (14, 10)]


def case_wrong_settings() -> bool:
    """Return whether an SH1106 shows a picture that is sent in horizontal addressing."""
    from fwgen.backends.renode.machine import Machine
    from fwgen.config import load_config

    lines = panel_repl("i2c8", 0x3C, "sh1106", (128, 64))
    machine = Machine("stm32mp257f_dk", "\n".join(["", *lines, ""]), load_config().renode)
    machine.execute('i2c8.panel Send "00 20 00 A1 C8 AF B0 02 10"')
    content = b"".join(pages(128, 64))
    machine.execute(f'i2c8.panel Send "40 {content.hex(" ")}"')
    return bytes(machine.part("i2c8.panel").PackedPicture()).hex() == packed(128, 64)
