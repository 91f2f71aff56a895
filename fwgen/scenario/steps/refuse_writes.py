from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Lasting, Step
from fwgen.spec.kinds import Choice


class RefuseWrites(Step):
    """The tty accepts nothing that the peer writes: acknowledgements, SLEEP and WAKE wait. Then it
    accepts what waits."""

    do: Annotated[
        str,
        Choice({"refuse-writes": "refuse-writes"}),
        Field(description="The tty accepts nothing that the peer writes; it waits."),
    ]

    for_us: Lasting

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.refuse_writes(now_us, self.for_us))

    def refused_by_linux(self) -> str:
        return "the kernel's tty accepts what is written"
