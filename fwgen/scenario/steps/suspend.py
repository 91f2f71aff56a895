from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import LONGEST, Step, Where
from fwgen.spec.diagnostics import Findings
from fwgen.spec.kinds import Amount, Choice, Key
from fwgen.spec.quantity import show

WHOLE_SECONDS: Final = "`for` must be whole seconds: the kernel's RTC alarm has no others"


class Suspend(Step):
    """Linux asks the firmware for sleep and suspends when it has agreed; after `for` a timer
    wakes it. If no application runs (crashed, unbound), Linux suspends without telling the
    firmware. With `again` Linux suspends again after each wake-up by the firmware, when it has
    been awake for this time, until `for` is over, a `resume` or another `suspend`."""

    do: Annotated[
        str,
        Choice({"suspend": "suspend"}),
        Field(
            description="Linux asks the firmware for sleep and suspends when it has agreed. If no "
            "application runs, Linux suspends without telling the firmware."
        ),
    ]

    for_us: Annotated[
        int | None,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="1 h"),
        Field(description="A timer wakes Linux after this time (counted from this step)."),
    ] = None

    again_us: Annotated[
        int | None,
        Key("again"),
        Amount("us", "1 s", LONGEST, example="5 s"),
        Field(
            description="After each wake-up by the firmware Linux suspends again, when it has "
            "been awake for this time."
        ),
    ] = None

    def check(self, where: Where, steps: Sequence[Step], findings: Findings) -> None:
        super().check(where, steps, findings)
        if self.again_us and self.for_us and self.again_us >= self.for_us:
            findings.error(
                "step-unused",
                f"`again` has no effect: `for` is over after {show(self.for_us, 'us')}, before "
                "Linux has been awake for this time",
                where("again"),
                "write a shorter `again` or a longer `for`, or remove `again`",
            )

    def run(self, board: Board) -> None:
        board.linux_does(lambda linux, now_us: linux.suspend(now_us, self.for_us, self.again_us))

    def refused_by_linux(self) -> str:
        return WHOLE_SECONDS if (self.for_us or 0) % 1_000_000 else ""
