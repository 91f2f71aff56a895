from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.sensing import SensorStep
from fwgen.spec.kinds import Choice


class HoldEcho(SensorStep):
    """The sensor holds its line high until `restore-sensor`; a measurement that has begun is
    not affected."""

    do: Annotated[
        str,
        Choice({"hold-echo": "hold-echo"}),
        Field(description="The sensor holds its echo line high."),
    ]

    def run(self, board: Board) -> None:
        self.set(board, "hold")
