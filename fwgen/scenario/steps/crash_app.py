from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class CrashApp(Step):
    """The peer crashes, and what it has read and not processed is lost. `start-app` must follow.
    `when` it crashes: `now` (default), or the next time that it is `asking` (it has sent SLEEP, and
    has no answer; the suspend is called off), has `received` samples and not stored them, or has
    `stored` and not acknowledged them."""

    do: Annotated[
        str,
        Choice({"crash-app": "crash-app"}),
        Field(description="The peer crashes; what it has read and not processed is lost."),
    ]
    undone_by: ClassVar = "start-app"

    when: Annotated[
        str,
        Choice({name: name for name in ("now", "asking", "received", "stored")}),
        Field(
            description="now, or the next time that it has sent SLEEP, received samples, or stored "
            "them, and done nothing more."
        ),
    ] = "now"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.crash_app(now_us, self.when))

    def refused_by_linux(self) -> str:
        return "" if self.when == "now" else "no step can kill a real process at such a moment"
