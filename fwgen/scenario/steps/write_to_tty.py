from __future__ import annotations

import random
from typing import Annotated, Final

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice
from fwgen.wire.messages import Sleep, encode

_ID_BYTES: Final = 3
_WHAT: Final = {
    "text": b"hello\r\n",
    "noise": random.Random(0xF6E4).randbytes(200),
    "head": encode(Sleep(0x5EE9))[:-_ID_BYTES],
}


class WriteToTty(Step):
    """Another program writes to the tty (`echo hello > /dev/ttyRPMSG0`): a `text`, `noise` (200
    bytes), or the `head` of a message without its end. Ignored while Linux suspends: see
    DESIGN.md, Assumptions."""

    do: Annotated[
        str,
        Choice({"write-to-tty": "write-to-tty"}),
        Field(description="Another program writes to the tty."),
    ]

    what: Annotated[
        str,
        Choice({name: name for name in _WHAT}),
        Field(description="text; noise: 200 random bytes; head: a message without its end."),
    ] = "text"

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.write_to_tty(now_us, _WHAT[self.what]))
