"""Specs of sensors that Zephyr drives, with a display on the same bus."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fwgen.spec.examples import reference_spec
from tests.sensors.zephyr.night import SPECS

TEMPERATURE = "{channel: ambient-temp, size: large}"
BOTH = (TEMPERATURE, "{channel: humidity, size: small}")
LIGHT = "    - {name: light, range: [0 lx, 60000 lx], resolution: 1 lx}\n"


def climate(panel: str, size: str, show: Sequence[str] = ()) -> str:
    """A sensor that fwgen does not know, with a third channel."""
    text = _with_display("climate", panel, size, show, LIGHT)
    return text.replace("silabs,si7006", "acme,climate")


def motion(panel: str, size: str, show: Sequence[str] = ()) -> str:
    return _with_display("motion", panel, size, show, "")


def _with_display(name: str, panel: str, size: str, show: Sequence[str], channels: str) -> str:
    text = (SPECS / f"{name}.yaml").read_text("utf-8")
    shown = f", show: [{', '.join(show)}]" if show else ""
    display = f"{{type: {panel}, bus: i2c8, address: 0x3c, size: {size}, refresh: 5 Hz{shown}}}"
    return text.replace("link:", f"{channels}display: {display}\nlink:")


def two_sensors(show: str) -> str:
    """A node with a sensor on the display's bus, and the reference's sensor."""
    reference = reference_spec().read_text("utf-8")
    text = (SPECS / "climate.yaml").read_text("utf-8")
    second = _item("near", _section(reference, "sensor"))
    first = _item("inside", _section(text, "sensor"))
    display = (
        f"type: ssd1306, bus: i2c8, address: 0x3c, size: 128x64, refresh: 5 Hz, show: [{show}]"
    )
    before, _, after = text.partition("sensor:")
    rest = after[after.index("link:") :]
    return f"{before}sensors:\n{first}{second}display: {{{display}}}\n{rest}"


def _section(text: str, name: str) -> str:
    """The lines of a section, with two spaces before each."""
    found = re.search(rf"^{name}:.*\n((?:[ #].*\n|\n)+)", text, re.MULTILINE)
    assert found
    return found[1]


def _item(name: str, lines: str) -> str:
    return f"  - name: {name}\n" + "".join(f"  {line}\n" for line in lines.splitlines())
