from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class DamageLog(Step):
    do: Annotated[
        str,
        Choice({"damage-log": "damage-log"}),
        Field(description="A bit flips in the oldest block of the log, in retained memory."),
    ]

    def run(self, board: Board) -> None:
        if board.damage_log(b"\x10"):
            board.note("a bit of the log has flipped")
        else:
            board.ignore(self.do, "the log has no block with enough samples")
