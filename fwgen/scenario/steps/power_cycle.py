from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.booting import BootingStep
from fwgen.spec.kinds import Choice


class PowerCycle(BootingStep):
    do: Annotated[
        str,
        Choice({"power-cycle": "power-cycle"}),
        Field(
            description="The board loses its power: a restart-board after which all memory has "
            "random contents."
        ),
    ]
    needs: ClassVar = "power_cycle"

    def run(self, backend: Actions) -> None:
        backend.power_cycle(self.takes_us, self.app_us)
