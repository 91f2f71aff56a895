from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import NOT_RUNNING, Step
from fwgen.spec.kinds import Amount, Choice, Key


class StallFirmware(Step):
    """The M33 halts for up to 30 ms, as under a debugger; a sample scheduled in this time is
    late, and its lateness is reported. With a short period the next slot cuts its measurement
    off, and finds the line still high. Do not use it during a measurement."""

    do: Annotated[
        str,
        Choice({"stall-firmware": "stall-firmware"}),
        Field(description="The M33 halts: a sample scheduled in this time is late."),
    ]
    backends: ClassVar = ("host",)

    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", "30 ms", example="10 ms"),
        Field(description="How long."),
    ]

    def run(self, board: Board) -> None:
        if board.core_runs:
            board.stall_core(self.for_us)
        else:
            board.ignore(self.do, NOT_RUNNING)
