from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class MuteSensor(Step):
    do: Annotated[
        str,
        Choice({"mute-sensor": "mute-sensor"}),
        Field(description="The sensor no longer gives a pulse."),
    ]
    needs: ClassVar = "mute_sensor"

    def run(self, backend: Actions) -> None:
        backend.mute_sensor()
