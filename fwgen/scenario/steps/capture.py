from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice, Text


class Capture(Step):
    do: Annotated[
        str,
        Choice({"capture": "capture"}),
        Field(description="Keep a picture of the display for the report."),
    ]
    backends: ClassVar = ("renode",)

    caption: Annotated[
        str, Text("asleep for a minute"), Field(description="What the report says below it.")
    ] = ""

    def run(self, board: Board) -> None:
        board.keep_picture(self.caption)
