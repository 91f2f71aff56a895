from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Lasting, Step
from fwgen.spec.kinds import Choice


class StallWrites(Step):
    """The tty takes half of the peer's next write, and the peer hangs in write(2) until the end: it
    neither reads nor answers, and the firmware has half a message."""

    do: Annotated[
        str,
        Choice({"stall-writes": "stall-writes"}),
        Field(description="The peer hangs in the middle of its next write."),
    ]

    for_us: Lasting

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.stall_writes(now_us, self.for_us))

    def refused_by_linux(self) -> str:
        return "the kernel's tty accepts what is written"
