from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.sensing import SensorStep
from fwgen.spec.kinds import Choice


class MuteSensor(SensorStep):
    """The sensor gives no pulse until `restore-sensor`; a measurement that has begun is not
    affected."""

    do: Annotated[
        str,
        Choice({"mute-sensor": "mute-sensor"}),
        Field(description="The sensor no longer gives a pulse."),
    ]

    def run(self, board: Board) -> None:
        self.set(board, "mute")
