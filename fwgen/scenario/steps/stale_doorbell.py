from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board, Linux
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class StaleDoorbell(Step):
    """The M33 gets a spurious doorbell (vq0 or vq1): there is nothing new to read."""

    do: Annotated[
        str,
        Choice({"stale-doorbell": "stale-doorbell"}),
        Field(description="The M33 gets a spurious doorbell: there is nothing new to read."),
    ]

    ring: Annotated[
        str,
        Choice({"vq0": "vq0", "vq1": "vq1"}),
        Field(description="vq0: buffers were returned; vq1: a message from Linux."),
    ] = "vq0"

    def run(self, board: Board) -> None:
        def ring(linux: Linux, now_us: int) -> None:
            if linux.stale_doorbell(now_us, self.ring):
                board.ring_core(self.ring)

        board.linux_does(ring)
