from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.sensing import SensorStep
from fwgen.spec.kinds import Choice


class RestoreSensor(SensorStep):
    """The sensor works again. Without `sensor` all do."""

    do: Annotated[
        str,
        Choice({"restore-sensor": "restore-sensor"}),
        Field(description="The sensor works again."),
    ]

    def run(self, board: Board) -> None:
        self.set(board, "")
