from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key


class RebootLinux(Step):
    """Linux starts again without a reset of the chip (kexec, or a reset of the A35 alone), and
    without telling the firmware, which continues; its rings are new. `reboot` on the board is
    `restart-board`."""

    do: Annotated[
        str,
        Choice({"reboot-linux": "reboot-linux"}),
        Field(
            description="Linux starts again without a reset of the chip (kexec), and without "
            "telling the firmware, which continues; the rings are new."
        ),
    ]

    takes_us: Annotated[
        int,
        Key("takes"),
        Amount("us", "1 ms", LONGEST, example="20 s"),
        Field(description="Time until the peer is back."),
    ] = 20_000_000

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.reboot(now_us, self.takes_us))
