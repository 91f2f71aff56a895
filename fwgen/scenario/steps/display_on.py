from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class DisplayOn(Step):
    do: Annotated[
        str,
        Choice({"display-on": "display-on"}),
        Field(description="The display answers on its bus again."),
    ]
    undoes: ClassVar = "display-off"

    def run(self, board: Board) -> None:
        if reason := board.plug_display(True):
            board.ignore(self.do, reason)
