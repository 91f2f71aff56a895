from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Amount, Choice, Key


class DisturbBus(Step):
    """On the display's bus a device refuses the third byte of each transfer (`nack`), or holds SDA
    low (`sda`). The host backend, which has no bus, counts one fault of the display."""

    do: Annotated[
        str,
        Choice({"disturb-bus": "disturb-bus"}),
        Field(description="The display's bus does not work for a while."),
    ]

    how: Annotated[
        str,
        Choice({"nack": "nack", "sda": "sda"}),
        Field(description="nack: the third byte of a transfer is refused; sda: SDA is held low."),
    ]
    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", "1 h", example="50 ms"),
        Field(description="How long."),
    ]

    def run(self, board: Board) -> None:
        if reason := board.disturb_bus(self.how, self.for_us):
            board.ignore(self.do, reason)
