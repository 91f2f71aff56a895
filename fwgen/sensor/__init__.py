"""The distance sensor and what is in front of it, for the backends, and what a firmware has to
report of it."""

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
