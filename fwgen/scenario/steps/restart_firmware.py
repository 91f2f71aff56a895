from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import NO_REMOTEPROC, Step
from fwgen.spec.kinds import Choice


class RestartFirmware(Step):
    """Linux stops the M33, loads the firmware and starts it (remoteproc); retained memory keeps
    its contents."""

    do: Annotated[
        str,
        Choice({"restart-firmware": "restart-firmware"}),
        Field(
            description="Linux stops the M33, loads the firmware and starts it (remoteproc); "
            "retained memory keeps its contents."
        ),
    ]

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.restart_firmware(now_us))

    def refused_by_linux(self) -> str:
        return NO_REMOTEPROC
