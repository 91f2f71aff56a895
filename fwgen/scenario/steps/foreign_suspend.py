from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.scenario.steps.suspend import WHOLE_SECONDS
from fwgen.spec.kinds import Amount, Choice, Key


class ForeignSuspend(Step):
    """Another program suspends Linux (`systemctl suspend`) while the application runs and samples
    stream. Nobody asks the firmware. After `for` a timer wakes Linux."""

    do: Annotated[
        str,
        Choice({"foreign-suspend": "foreign-suspend"}),
        Field(description="Another program suspends Linux, and nobody asks the firmware."),
    ]

    for_us: Annotated[
        int | None,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="1 h"),
        Field(description="A timer wakes Linux after this time (counted from this step)."),
    ] = None

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.foreign_suspend(now_us, self.for_us))

    def refused_by_linux(self) -> str:
        return WHOLE_SECONDS if (self.for_us or 0) % 1_000_000 else ""
