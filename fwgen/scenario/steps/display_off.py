from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class DisplayOff(Step):
    do: Annotated[
        str,
        Choice({"display-off": "display-off"}),
        Field(description="The display no longer answers on its bus."),
    ]

    def run(self, board: Board) -> None:
        if reason := board.plug_display(False):
            board.ignore(self.do, reason)
