from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class Bind(Step):
    do: Annotated[
        str,
        Choice({"bind": "bind"}),
        Field(description="The rpmsg device is bound to its driver again."),
    ]
    undoes: ClassVar = "unbind"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.bind(now_us))
