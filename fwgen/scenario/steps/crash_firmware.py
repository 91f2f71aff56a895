from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fwgen.record import CRASHES
from fwgen.scenario.board import Board
from fwgen.scenario.steps.base import LONGEST, NO_REMOTEPROC, NOT_RUNNING, Step
from fwgen.spec.kinds import Amount, Choice, Key


class CrashFirmware(Step):
    """The firmware stops: `fault` (an invalid access), `panic` (its own check fails),
    `watchdog` (it stands still; ignored without a watchdog in the spec). With a watchdog the
    M33 is then reset and held. Linux learns of that at once, or when it is awake again, and
    starts the firmware after `takes` (500 ms). Without one nobody learns of it."""

    do: Annotated[
        str,
        Choice({"crash-firmware": "crash-firmware"}),
        Field(
            description="The firmware crashes. If the spec has a watchdog, that resets the M33, "
            "which is held until Linux learns of it and starts it again."
        ),
    ]

    how: Annotated[
        str,
        Choice({name: name for name in CRASHES}),
        Field(
            description="fault: an invalid access; panic: the firmware's own check fails; "
            "watchdog: it stands still (needs a watchdog in the spec)."
        ),
    ]
    takes_us: Annotated[
        int,
        Key("takes"),
        Amount("us", "1 ms", LONGEST, example="500 ms"),
        Field(description="Time from when Linux learns of the reset until it starts the M33."),
    ] = 500_000

    def run(self, board: Board) -> None:
        if self.how == "watchdog" and not board.watchdog_us:
            board.ignore(self.do, "the spec has no watchdog")
        elif not board.core_runs:
            board.ignore(self.do, NOT_RUNNING)
        else:
            board.crash_core(self.how, self.takes_us)

    def refused_by_linux(self) -> str:
        return NO_REMOTEPROC
