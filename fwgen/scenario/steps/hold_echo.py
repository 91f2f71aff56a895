from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class HoldEcho(Step):
    do: Annotated[
        str,
        Choice({"hold-echo": "hold-echo"}),
        Field(description="The sensor holds its echo line high."),
    ]
    needs: ClassVar = "hold_echo"

    def run(self, backend: Actions) -> None:
        backend.hold_echo()
