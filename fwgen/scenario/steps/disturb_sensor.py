from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.sensing import SensorStep
from fwgen.spec.kinds import Choice


class DisturbSensor(SensorStep):
    """Until `restore-sensor` the sensor is `stuck` (it gives the same value again and again), has
    `spikes` on its line before each echo, has a `long-echo` of 200 ms after each missed one, or
    `holds-line` after a missed one until the next trigger. A sensor without an echo line has no
    such faults."""

    do: Annotated[
        str,
        Choice({"disturb-sensor": "disturb-sensor"}),
        Field(description="The sensor behaves as a bad copy does, until restore-sensor."),
    ]

    how: Annotated[
        str,
        Choice({name: name for name in ("stuck", "spikes", "long-echo", "holds-line")}),
        Field(
            description="stuck: the same value; spikes: before each echo; long-echo: of 200 ms "
            "after a missed one; holds-line: after a missed one, until the next trigger."
        ),
    ]

    def run(self, board: Board) -> None:
        self.set(board, self.how)
