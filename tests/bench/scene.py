"""What the firmware would record of a bundled scenario's scene."""

from __future__ import annotations

from array import array

import numpy as np

from fwgen.scenario.load import find_scenario, load_scenario
from fwgen.sensors.hc_sr04.model import world_of
from fwgen.sensors.hc_sr04.samples import expected_samples

PERIOD_MS = 60
TIMEOUT_US = 30_000
RANGE_MM = (20, 4000)
SEED = 1


def words(scenario: str, seconds: int) -> array[int]:
    """A word (`status << 13 | distance_mm`) every 60 ms."""
    world = world_of(load_scenario(find_scenario(scenario)).scene(SEED))
    t_ms = np.arange(0, seconds * 1000, PERIOD_MS, dtype=np.int64)
    status, distance = expected_samples(
        world.echo_us(t_ms),
        timeout_us=TIMEOUT_US,
        range_mm=RANGE_MM,
        air_decicelsius=world.air_decicelsius,
    )
    return array("H", (status << 13 | distance).tolist())
