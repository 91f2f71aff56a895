from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Amount, Choice, Key


class StallFirmware(Step):
    do: Annotated[
        str,
        Choice({"stall-firmware": "stall-firmware"}),
        Field(description="The M33 halts: a sample scheduled in this time is late."),
    ]
    needs: ClassVar = "stall_firmware"

    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", "30 ms", example="10 ms"),
        Field(description="How long."),
    ]

    def run(self, backend: Actions) -> None:
        backend.stall_firmware(self.for_us)
