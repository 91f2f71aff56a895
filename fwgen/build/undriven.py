"""Finds the sensors of which Zephyr built no driver: the linker then misses their devices, whose
symbols have the numbers of their nodes in the device tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fwgen.plan.model import Plan, PlannedSensor
from fwgen.spec.diagnostics import Findings, quote

_HEADER = Path("zephyr", "include", "generated", "zephyr", "devicetree_generated.h")
_NODE = re.compile(r" \* {3}(\d+) +(/\S*)")
_MISSING = re.compile(r"(?P<place>.*)undefined reference to `__device_dts_ord_(?P<node>\d+)'")


def refuse_undriven(output: str, tree: Path, plan: Plan) -> None:
    """Raise DiagnosticErrors if the linker misses the device of a sensor that Zephyr reads.
    `output`: ninja's; `tree`: Zephyr's build folder."""
    findings = Findings()
    for sensor in _undriven(output, tree, plan):
        called = f"the sensor {quote(sensor.name)}" if sensor.name else "the sensor"
        findings.error(
            "sensor-no-driver",
            f"Zephyr built no driver of {quote(sensor.part.zephyr_driver or '')} for {called}: "
            "it has none with this name, or its configuration leaves it out",
            plan.spec.where_in(sensor.part, "compatible"),
            "correct `compatible`; or enable the driver with -D EXTRA_CONF_FILE=FILE, or add the "
            "module that has it with -D EXTRA_ZEPHYR_MODULES=DIR",
        )
    findings.raise_errors()


def _undriven(output: str, tree: Path, plan: Plan) -> Iterator[PlannedSensor]:
    from fwgen.generate.sensor import generated_folder

    missing = [(found["place"], found["node"]) for found in _MISSING.finditer(output)]
    nodes = _nodes(tree) if missing else {}
    for sensor in plan.sensors:
        if sensor.part.zephyr_driver is None or sensor.part.bus_address is None:
            continue
        node, source = f"/sensor@{sensor.part.bus_address:x}", f"/{generated_folder(sensor)}/"
        own = [place for place, number in missing if nodes.get(number, "").endswith(node)]
        same = [one for one in plan.sensors if one.part.bus_address == sensor.part.bus_address]
        if any(source in place or len(same) == 1 for place in own):
            yield sensor


def _nodes(tree: Path) -> dict[str, str]:
    """Return the paths of the device tree's nodes by their numbers; none if they cannot be read."""
    try:
        text = (tree / _HEADER).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return dict(_NODE.findall(text[: text.find("*/")]))
