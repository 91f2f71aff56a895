from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import Step, Where
from fwgen.spec.diagnostics import Findings
from fwgen.spec.kinds import Amount, Choice, Key

_GUARD_US: Final = 40_000
_TOLD: Final = {"lost": "are lost", "doubled": "arrive twice", "late": "arrive late"}


class DisturbDoorbells(Step):
    """For this time all doorbells to the M33, or to Linux, are lost, arrive twice (again after 1
    ms), or arrive late, by `by` (20 ms). To the M33 `by` is at most 40 ms, because the handshake's
    guard is 50 ms."""

    do: Annotated[
        str,
        Choice({"disturb-doorbells": "disturb-doorbells"}),
        Field(description="Doorbells are lost, doubled or late for a while."),
    ]

    to: Annotated[
        str,
        Choice({"linux": "linux", "firmware": "firmware"}),
        Field(description="Whose doorbells: those that the firmware rings arrive at linux."),
    ]
    how: Annotated[
        str,
        Choice({name: name for name in _TOLD}),
        Field(description="lost: they do not arrive; doubled: each arrives twice; late: by `by`."),
    ]
    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", "10 s", example="500 ms"),
        Field(description="How long."),
    ]
    by_us: Annotated[
        int,
        Key("by"),
        Amount("us", "1 ms", "500 ms", example="20 ms"),
        Field(description="How late; to the firmware at most 40 ms."),
    ] = 20_000

    def check(self, where: Where, steps: Sequence[Step], findings: Findings) -> None:
        super().check(where, steps, findings)
        if self.how != "late" and "by_us" in self.model_fields_set:
            findings.error(
                "step-unused",
                f"`by` has no effect on doorbells that {_TOLD[self.how]}",
                where("by"),
                "remove it, or write `how: late`",
            )
        if self.to == "firmware" and self.by_us > _GUARD_US:
            findings.error(
                "step-late-doorbell",
                "expected `by` of at most 40 ms for doorbells to the firmware",
                where("by"),
                "the handshake assumes that a doorbell takes less than its guard, 50 ms",
            )

    def run(self, board: Board) -> None:
        by_us = self.by_us if self.how == "late" else 1_000
        if reason := board.disturb_doorbells(self.to, self.how, self.for_us, by_us):
            board.ignore(self.do, reason)
        else:
            board.note(f"doorbells to {self.to} {_TOLD[self.how]}")
