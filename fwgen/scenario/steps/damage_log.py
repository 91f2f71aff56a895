from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fwgen.scenario.actions import Actions
from fwgen.scenario.steps.base import Step
from fwgen.spec.kinds import Choice


class DamageLog(Step):
    do: Annotated[
        str,
        Choice({"damage-log": "damage-log"}),
        Field(description="A bit flips in the oldest block of the log, in retained memory."),
    ]
    needs: ClassVar = "damage_log"

    def run(self, backend: Actions) -> None:
        backend.damage_log()
