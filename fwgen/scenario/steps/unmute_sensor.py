from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class UnmuteSensor(Step):
    do: Annotated[
        str,
        Choice({"unmute-sensor": "unmute-sensor"}),
        Field(description="The sensor works again."),
    ]
    needs: ClassVar = "unmute_sensor"

    def run(self, backend: Actions) -> None:
        backend.unmute_sensor()
