from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class ResetFirmware(Step):
    """The M33 is reset and starts at once, which on the chip happens only while its boot is not
    held, as under a debugger (ignored while it is held); retained memory keeps its contents.
    Linux loads it again as after a crash."""

    do: Annotated[
        str,
        Choice({"reset-firmware": "reset-firmware"}),
        Field(
            description="The M33 is reset and starts at once, as under a debugger that has "
            "released its boot; retained memory keeps its contents."
        ),
    ]

    def run(self, board: Board) -> None:
        if board.core_is_held:
            board.ignore(self.do, "the M33 is held until Linux has loaded the firmware")
        else:
            board.reset_core()
