from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.record import CRASHES
from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key


class CrashFirmware(Step):
    do: Annotated[
        str,
        Choice({"crash-firmware": "crash-firmware"}),
        Field(
            description="The firmware crashes. If the spec has a watchdog, that resets the M33, "
            "which is held until Linux learns of it and starts it again."
        ),
    ]
    needs: ClassVar = "crash_firmware"

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

    def run(self, backend: Actions) -> None:
        backend.crash_firmware(self.how, self.takes_us)
