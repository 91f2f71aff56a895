from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import LONGEST, Step
from fwgen.spec.kinds import Amount, Choice, Key


class Suspend(Step):
    do: Annotated[
        str,
        Choice({"suspend": "suspend"}),
        Field(
            description="Linux asks the firmware for sleep and suspends when it has agreed. If no "
            "application runs, Linux suspends without telling the firmware."
        ),
    ]
    needs: ClassVar = "suspend"

    for_us: Annotated[
        int | None,
        Key("for"),
        Amount("us", "1 ms", LONGEST, example="1 h"),
        Field(description="A timer wakes Linux after this time (counted from this step)."),
    ] = None

    def run(self, backend: Actions) -> None:
        backend.suspend(self.for_us)
