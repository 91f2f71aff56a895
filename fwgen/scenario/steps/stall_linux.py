from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Lasting, Step
from fwgen.spec.kinds import Choice


class StallLinux(Step):
    do: Annotated[
        str,
        Choice({"stall-linux": "stall-linux"}),
        Field(description="Linux is too busy to read: buffers stay in use."),
    ]

    for_us: Lasting

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.stall(now_us, self.for_us))
