from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step, check_undoes
from fwgen.spec.diagnostics import Findings, Position
from fwgen.spec.kinds import Choice


class DisplayOn(Step):
    do: Annotated[
        str,
        Choice({"display-on": "display-on"}),
        Field(description="The display answers on its bus again."),
    ]
    needs: ClassVar = "display_on"

    def check(self, place: Position, steps: Sequence[Step], findings: Findings) -> None:
        super().check(place, steps, findings)
        check_undoes(self, "display-off", place, steps, findings)

    def run(self, backend: Actions) -> None:
        backend.display_on()
