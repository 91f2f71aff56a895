from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class Resume(Step):
    do: Annotated[
        str,
        Choice({"resume": "resume"}),
        Field(description="A user wakes Linux; before DDR is closed the suspend is called off."),
    ]

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.resume(now_us))
