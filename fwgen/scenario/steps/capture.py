from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice, Text


class Capture(Step):
    do: Annotated[
        str,
        Choice({"capture": "capture"}),
        Field(description="Keep a picture of the display for the report."),
    ]
    needs: ClassVar = "capture"

    caption: Annotated[
        str, Text("asleep for a minute"), Field(description="What the report says below it.")
    ] = ""

    def run(self, backend: Actions) -> None:
        backend.capture(self.caption)
