"""Specs of sensors that Zephyr drives, with a display on the same bus."""

from __future__ import annotations

from collections.abc import Sequence

from tests.sensors.zephyr.night import SPECS

TEMPERATURE = "{channel: ambient-temp, size: large}"
BOTH = (TEMPERATURE, "{channel: humidity, size: small}")
LIGHT = "    - {name: light, range: [0 lx, 60000 lx], resolution: 1 lx}\n"


def climate(panel: str, size: str, show: Sequence[str] = ()) -> str:
    return _with_display("climate", panel, size, show, LIGHT)


def motion(panel: str, size: str, show: Sequence[str] = ()) -> str:
    return _with_display("motion", panel, size, show, "")


def _with_display(name: str, panel: str, size: str, show: Sequence[str], channels: str) -> str:
    text = (SPECS / f"{name}.yaml").read_text("utf-8")
    shown = f", show: [{', '.join(show)}]" if show else ""
    display = f"{{type: {panel}, bus: i2c8, address: 0x3c, size: {size}, refresh: 5 Hz{shown}}}"
    return text.replace("link:", f"{channels}display: {display}\nlink:")
