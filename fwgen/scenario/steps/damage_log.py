from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice

_MASKS: Final = {"bit": b"\x10", "word": b"\xff" * 4, "block": b"\xff" * 256}


class DamageLog(Step):
    """Bits flip in retained memory, in the oldest block of the log that Linux has not received and
    that has more than a word of samples: one bit, a word, or all of its samples. Ignored if there
    is none: the firmware writes the word again to which it adds samples."""

    do: Annotated[
        str,
        Choice({"damage-log": "damage-log"}),
        Field(description="Bits flip in the oldest block of the log, in retained memory."),
    ]

    what: Annotated[
        str,
        Choice({name: name for name in _MASKS}),
        Field(description="bit: one bit; word: four bytes; block: all samples of the block."),
    ] = "bit"

    def run(self, board: Board) -> None:
        if board.damage_log(_MASKS[self.what]):
            board.note(f"a {self.what} of the log has flipped")
        else:
            board.ignore(
                self.do,
                "the log has no block with more than a word of samples that Linux has not received",
            )
