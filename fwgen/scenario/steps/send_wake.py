from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class SendWake(Step):
    do: Annotated[
        str,
        Choice({"send-wake": "send-wake"}),
        Field(description="The peer sends WAKE without an earlier SLEEP."),
    ]
    needs: ClassVar = "send_wake"

    def run(self, backend: Actions) -> None:
        backend.send_wake()
