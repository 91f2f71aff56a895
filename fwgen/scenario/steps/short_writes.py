from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Lasting, Step
from fwgen.spec.kinds import Choice, Integer


class ShortWrites(Step):
    """The tty takes at most `bytes` (8, the least) of each write; the peer writes the rest a
    millisecond later. So the firmware gets every message in pieces."""

    do: Annotated[
        str,
        Choice({"short-writes": "short-writes"}),
        Field(description="The tty takes only a few bytes of each write; the rest follows."),
    ]

    for_us: Lasting
    bytes: Annotated[
        int, Integer(8, 495, "8"), Field(description="How many bytes of a write the tty takes.")
    ] = 8

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.short_writes(now_us, self.for_us, self.bytes))

    def refused_by_linux(self) -> str:
        return "the kernel's tty accepts what is written"
