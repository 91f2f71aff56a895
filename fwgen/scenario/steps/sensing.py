"""The base of the steps that disturb a sensor."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Text


class SensorStep(Step):
    """A step that changes how a sensor behaves."""

    sensor: Annotated[
        str,
        Text("cellar"),
        Field(description="The name of one of two sensors; else the first that has this fault."),
    ] = ""

    def set(self, board: Board, fault: str) -> None:
        if reason := board.set_sensor(fault, self.sensor):
            board.ignore(self.do, reason)
