from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class SendWake(Step):
    do: Annotated[
        str,
        Choice({"send-wake": "send-wake"}),
        Field(description="The peer sends WAKE without an earlier SLEEP."),
    ]

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.send_wake(now_us))
