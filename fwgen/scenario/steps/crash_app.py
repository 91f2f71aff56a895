from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class CrashApp(Step):
    """The peer crashes, and what it has read and not processed is lost. `start-app` must
    follow."""

    do: Annotated[
        str,
        Choice({"crash-app": "crash-app"}),
        Field(description="The peer crashes; what it has read and not processed is lost."),
    ]
    undone_by: ClassVar = "start-app"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.crash_app(now_us))
