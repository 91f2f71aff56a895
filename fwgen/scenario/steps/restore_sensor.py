from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class RestoreSensor(Step):
    do: Annotated[
        str,
        Choice({"restore-sensor": "restore-sensor"}),
        Field(description="The sensor works again."),
    ]
    needs: ClassVar = "restore_sensor"

    def run(self, backend: Actions) -> None:
        backend.restore_sensor()
