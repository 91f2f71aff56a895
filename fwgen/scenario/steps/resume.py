from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class Resume(Step):
    do: Annotated[
        str,
        Choice({"resume": "resume"}),
        Field(description="A user wakes Linux; before DDR is closed the suspend is called off."),
    ]
    needs: ClassVar = "resume"

    def run(self, backend: Actions) -> None:
        backend.resume()
