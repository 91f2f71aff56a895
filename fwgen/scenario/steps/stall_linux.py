from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key


class StallLinux(Step):
    do: Annotated[
        str,
        Choice({"stall-linux": "stall-linux"}),
        Field(description="Linux is too busy to read: buffers stay in use."),
    ]
    needs: ClassVar = "stall_linux"

    for_us: Annotated[
        int,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="2 s"),
        Field(description="How long."),
    ]

    def run(self, backend: Actions) -> None:
        backend.stall_linux(self.for_us)
