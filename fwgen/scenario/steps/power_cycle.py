from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.booting import BootingStep
from fwgen.spec.kinds import Choice


class PowerCycle(BootingStep):
    """The board loses its power: as `restart-board`, but all memory has random contents, and
    the display is dark."""

    do: Annotated[
        str,
        Choice({"power-cycle": "power-cycle"}),
        Field(
            description="The board loses its power: a restart-board after which all memory has "
            "random contents."
        ),
    ]

    def run(self, board: Board) -> None:
        board.reset_board(self.do, self.takes_us, self.app_us, "erased")
