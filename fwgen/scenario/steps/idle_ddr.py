from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key, on_off


class IdleDdr(Step):
    """Linux only idles. While the peer holds `/dev/cpu_dma_latency`, as it does by default with
    rings in DDR, nothing else happens. With `held: off`, without an application, or with rings
    in SRAM2, the idle cluster puts DDR into self-refresh 2 ms after Linux has last done
    something, and opens it at each doorbell and timer."""

    do: Annotated[
        str,
        Choice({"idle-ddr": "idle-ddr"}),
        Field(
            description="Linux only idles: unless a process holds /dev/cpu_dma_latency, DDR enters "
            "self-refresh whenever Linux has nothing to do."
        ),
    ]

    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="10 s"),
        Field(description="How long."),
    ]
    held: Annotated[
        bool,
        on_off(),
        Field(description="Whether the peer may hold /dev/cpu_dma_latency; the default is on."),
    ] = True

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.idle(now_us, self.for_us, self.held))

    def refused_by_linux(self) -> str:
        return "User-Mode Linux has no idle states that close DDR"
