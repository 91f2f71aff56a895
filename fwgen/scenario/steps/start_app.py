from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class StartApp(Step):
    """The peer starts again. `spec: other`: it was made for another spec, and takes no samples
    (`own` is the default)."""

    do: Annotated[
        str,
        Choice({"start-app": "start-app"}),
        Field(description="The peer starts again."),
    ]
    undoes: ClassVar = "crash-app"

    spec: Annotated[
        str,
        Choice({"own": "own", "other": "other"}),
        Field(description="other: the peer was made for another spec, and takes no samples."),
    ] = "own"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.start_app(now_us, self.spec))

    def refused_by_linux(self) -> str:
        return "" if self.spec == "own" else "the application inside this kernel has the run's spec"
