from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Lasting, Step
from fwgen.spec.kinds import Choice


class StealReads(Step):
    """Another program reads the tty as well (`cat /dev/ttyRPMSG0`): it gets every other piece of
    what arrives, and the peer does not."""

    do: Annotated[
        str,
        Choice({"steal-reads": "steal-reads"}),
        Field(description="Another program reads the tty as well, and gets every other piece."),
    ]

    for_us: Lasting

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.steal_reads(now_us, self.for_us))

    def refused_by_linux(self) -> str:
        return "the kernel decides which of two programs reads a tty"
