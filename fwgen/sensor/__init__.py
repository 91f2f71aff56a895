"""The model of the distance sensor and its obstacle, and the samples that a firmware must report
for them."""

from __future__ import annotations

from fwgen.plan.sensor import ECHO_BEGINS_US
from fwgen.sensor.kinds import ENDLESS, HELD, KINDS, NO_PULSE, ORIGINAL, SensorKind
from fwgen.sensor.line import EchoLine
from fwgen.sensor.samples import expected_samples
from fwgen.sensor.world import FARTHEST_UM, SHORTEST_PULSE_US, World

__all__ = [
    "ECHO_BEGINS_US",
    "ENDLESS",
    "FARTHEST_UM",
    "HELD",
    "KINDS",
    "NO_PULSE",
    "ORIGINAL",
    "SHORTEST_PULSE_US",
    "EchoLine",
    "SensorKind",
    "World",
    "expected_samples",
]
