from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class Unbind(Step):
    """The rpmsg device is unbound from its driver: the endpoint disappears. `bind` must follow."""

    do: Annotated[
        str,
        Choice({"unbind": "unbind"}),
        Field(description="The rpmsg device is unbound from its driver: the endpoint disappears."),
    ]
    undone_by: ClassVar = "bind"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.unbind(now_us))
