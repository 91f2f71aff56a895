from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.booting import BootingStep
from fwgen.spec.kinds import Choice


class RestartBoard(BootingStep):
    """A system reset (`reboot`, a reset button, also while Linux sleeps). The M33 is held until
    Linux has booted and loaded it, after `takes` (20 s); the peer runs `app` later (at once).
    `log: kept` (default) or `log: erased`: what the reset does to retained memory. All of DDR
    is lost."""

    do: Annotated[
        str,
        Choice({"restart-board": "restart-board"}),
        Field(
            description="A system reset (`reboot`, a reset button): Linux boots, and the M33 is "
            "held until Linux has loaded it."
        ),
    ]

    log: Annotated[
        str,
        Choice({"kept": "kept", "erased": "erased"}),
        Field(description="Whether retained memory keeps its contents."),
    ] = "kept"

    def run(self, board: Board) -> None:
        board.reset_board(self.do, self.takes_us, self.app_us, self.log)
