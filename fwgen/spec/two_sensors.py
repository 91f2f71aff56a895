"""The list `sensors` of a node that has two."""

from __future__ import annotations

from fwgen.spec.diagnostics import Findings
from fwgen.spec.document import Node
from fwgen.spec.kinds import Kind, ListOf, Schema
from fwgen.spec.parts import Variants
from fwgen.spec.sensor import SensorPart, named_parts

MOST = 2


class TwoSensors(Kind[tuple[SensorPart, ...]]):
    """Reads both sensors; their names differ."""

    @property
    def example(self) -> str:  # type: ignore[override]
        return "[{name: near, type: ...}, {name: far, type: ...}]"

    @property
    def _each(self) -> Variants[SensorPart]:
        return Variants("type", named_parts(), listed=True)

    def read(self, node: Node, findings: Findings) -> tuple[SensorPart, ...]:
        items = list(node.items())
        if node.shape != "list" or len(items) != MOST:
            count = f"a list of {len(items)}" if node.shape == "list" else f"a {node.shape}"
            found = count.replace("a nothing", "none")
            hint = f"write it like `{self.example}`"
            if len(items) > MOST:
                hint = f"leave out {len(items) - MOST} of them"
            elif len(items) == 1 or node.shape == "mapping":
                hint = "write a single sensor as `sensor:`, without a name"
            node.reject(findings, "wrong-shape", f"expected two sensors, found {found}", hint)
        sensors = ListOf(self._each).read(node, findings)
        _check_names(node, sensors, findings)
        return tuple(sensors)

    def schema(self) -> Schema:
        return {
            "type": "array",
            "items": self._each.schema(),
            "minItems": MOST,
            "maxItems": MOST,
        }


def _check_names(node: Node, sensors: list[SensorPart], findings: Findings) -> None:
    first, second = sensors
    place = node.child(1)
    name = place.child("name") if place else None
    if first.name == second.name and name:
        message = f"the first sensor is called `{first.name}` as well"
        name.reject(findings, "name-twice", message, "give each sensor its own name")
