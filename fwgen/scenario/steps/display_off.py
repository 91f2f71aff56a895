from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class DisplayOff(Step):
    do: Annotated[
        str,
        Choice({"display-off": "display-off"}),
        Field(description="The display no longer answers on its bus."),
    ]
    needs: ClassVar = "display_off"

    def run(self, backend: Actions) -> None:
        backend.display_off()
